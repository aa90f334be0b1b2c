// build_ledgers(): the byte ledgers of all TCP flows, one pass over each flow's packets merged with its calls.
//
// When things count. A packet counts for its sender when it leaves and for its receiver when it arrives; on loopback
// both are its stamp, for it is in the other end's hands a few microseconds later. What the wire lost never arrives. A
// send counts from its entry, because the segments it causes are stamped before it returns and no byte may be sent
// before it is written; but a send that slept waited for room, so its bytes count as the kernel's samples and the
// segments show them to be there, and wholly at its exit. A recv counts at its exit: only then has the program the
// bytes. Kept at every step: acknowledged <= sent <= written and read <= arrived <= sent. Where calls and packets
// disagree (a packet the capture lost, a send that never returned), the later fact proves the earlier one and raises
// it.
#pragma once

#include <array>
#include <vector>

#include "analysis/call_index.hpp"
#include "analysis/flow_table.hpp"
#include "analysis/ledger.hpp"

namespace wirestory::analysis {

// Two ledgers a TCP flow within `scope`, in order of flow and side.
std::vector<StreamLedger> build_ledgers(const CallIndex& calls, const Sightings& sightings,
                                        const PacketColumns& packets, const std::vector<Flow>& flows,
                                        DetailScope scope);
// Those of one flow, by side.
std::array<StreamLedger, 2> build_flow_ledgers(const CallIndex& calls, const Sightings& sightings,
                                               const PacketColumns& packets, const Flow& flow, FlowId id);

}  // namespace wirestory::analysis
