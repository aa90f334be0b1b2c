// FlowTable: sorts packets into flows and fills the columns, one pass, O(1) a packet, no allocation a packet beyond the
// columns' growth. Knows headers only, never payload (a short snap length must not blind the analysis) and no calls.
// A packet that several taps saw counts once, at its departure. Any input: what does not decode, and the further
// sightings, have flow kNoFlow.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
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

FlowTableResult build_flow_table(const Recording& recording, const Sightings& sightings);

// Decodes packet `index` of the recording with the link type of its tap.
capture::DecodedPacket decode_packet(const Recording& recording, std::uint32_t index);

}  // namespace wirestory::analysis
