// Finds which recorded socket is which end of which flow, by the endpoints its calls report and by time (ports are used
// again). Fills FlowEnd::socket and ::actor and lists the pairs found, sorted.
#pragma once

#include <vector>

#include "analysis/analysis.hpp"
#include "analysis/call_index.hpp"
#include "analysis/flow.hpp"

namespace wirestory::analysis {

std::vector<SocketEnd> bind_sockets(const CallIndex& calls, std::vector<Flow>& flows);

}  // namespace wirestory::analysis
