// Where and when each sent datagram arrived: at which socket, how often, or that the wire lost it. Without a wire every
// datagram arrives once, at the socket of its flow's other end, when it was sent.
#pragma once

#include <vector>

#include "analysis/call_index.hpp"
#include "analysis/datagram_sending.hpp"
#include "analysis/flow_table.hpp"

namespace wirestory::analysis {

// Sets receiver and arrival of each; where there is more than one arrival (duplicates, several receivers of a
// multicast) one item for each stands in its place, one behind the other.
void place_arrivals(const CallIndex& calls, const Sightings& sightings, const FlowTableResult& table,
                    std::vector<SentDatagram>& sent);

}  // namespace wirestory::analysis
