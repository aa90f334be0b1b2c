// build_flow_table(): the whole recording through IndexBuilder, and decode_packet() for those who look at one packet.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/flow.hpp"
#include "analysis/sightings.hpp"

namespace wirestory::analysis {

struct FlowTableResult {
    PacketColumns packets;
    std::vector<Flow> flows;
    std::vector<std::uint32_t> icmp_errors;  // ICMP packets that say "unreachable" or "too big", in order
    std::vector<std::uint32_t> fragments;    // packets that are one of several of an IP datagram, in order
};

// Further sightings of a packet (Sightings) belong to no flow: each packet is analysed once.
FlowTableResult build_flow_table(const Recording& recording, const Sightings& sightings);

// Decodes packet `index` of the recording with the link type of its tap.
capture::DecodedPacket decode_packet(const Recording& recording, std::uint32_t index);

}  // namespace wirestory::analysis
