// Datagrams from send call to packet to recv call, and what became of each; the queues they wait in.
//
// A UDP receive queue is first in, first out, and a datagram that finds it full is dropped (udp_queue_rcv_skb(),
// net/ipv4/udp.c). So a recv took the earliest datagram not yet taken that looks like what it returned, and what it
// passed over was not in the queue. The kernel's drop counter, read between packets, tells the dropped ones for
// certain.
#pragma once

#include <vector>

#include "analysis/analysis.hpp"
#include "analysis/call_index.hpp"
#include "analysis/flow_table.hpp"

namespace wirestory::analysis {

struct DatagramResult {
    std::vector<Datagram> datagrams;
    std::vector<DatagramQueueStep> queues;
    std::vector<DatagramKey> by_packet;
    std::vector<DatagramKey> by_call;
    std::vector<DatagramKey> by_icmp;
};

DatagramResult match_datagrams(const CallIndex& calls, const FlowTableResult& table, const Sightings& sightings,
                               DetailScope scope);

}  // namespace wirestory::analysis
