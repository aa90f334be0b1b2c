// Both ends' TCP states over time, by the rules of RFC 9293 (3.3.2) from packets and calls, corrected by the kernel's
// own answer where it was sampled. A packet takes effect on both ends at its stamp: exact on loopback, early by half a
// round trip elsewhere.
#pragma once

#include <vector>

#include "analysis/analysis.hpp"
#include "analysis/call_index.hpp"
#include "analysis/flow_table.hpp"

namespace wirestory::analysis {

std::vector<StateSpan> infer_states(const CallIndex& calls, const Sightings& sightings, const PacketColumns& packets,
                                    const std::vector<Flow>& flows, DetailScope scope);
// Those of one TCP flow, by side and time.
std::vector<StateSpan> infer_flow_states(const CallIndex& calls, const Sightings& sightings,
                                         const PacketColumns& packets, const Flow& flow, FlowId id);
std::vector<ListenSpan> find_listens(const CallIndex& calls);

}  // namespace wirestory::analysis
