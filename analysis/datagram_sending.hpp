// First half of the datagram matching: which send call made which packet, numbered in order of sending.
#pragma once

#include <vector>

#include "analysis/call_index.hpp"
#include "analysis/flow_table.hpp"

namespace wirestory::analysis {

struct SentDatagram {
    Datagram datagram;
    TimeNs sent_ns = 0;     // the packet's stamp; the call's entry when no packet was captured
    TimeNs arrived_ns = 0;  // at the receiver's host, the same as sent_ns without a wire; kNever when it did not
};

// All datagrams of all UDP flows, by time of sending; those that the wire lost have that as their fate.
std::vector<SentDatagram> match_sends(const CallIndex& calls, const FlowTableResult& table, const Sightings& sightings,
                                      DetailScope scope);

}  // namespace wirestory::analysis
