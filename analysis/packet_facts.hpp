// PacketFacts: what the index takes of one packet: which flow it belongs to, and its segment. The plain cases
// (Ethernet, IPv4 or IPv6 without options or fragments, UDP or TCP without SYN) are read straight from the frame; all
// else goes through capture::decode(), with the same result. Pure, no allocation.
#pragma once

#include <array>
#include <cstdint>

#include "analysis/tcp/segment_analysis.hpp"
#include "capture/wire/packet.hpp"
#include "capture/wire/reassembly.hpp"
#include "recording/recording.hpp"

namespace wirestory::analysis {

// The two endpoints in an order of their own, so that both directions have one key.
struct FlowKey {
    std::array<std::uint64_t, 4>
        addresses{};                   // of the lower endpoint, then of the higher; IPv4 in the first word of two
    std::uint64_t ports_and_kind = 0;  // lower's port, higher's port, transport, IP version: 16 bits each
    bool operator==(const FlowKey&) const = default;
};

struct PacketFacts {
    FlowKey key;
    capture::Transport transport = capture::Transport::kNone;  // kTcp or kUdp: it belongs to a flow
    bool source_is_low = false;
    bool is_icmp_error = false;   // it says "unreachable" or "too big"
    bool is_fragment = false;     // one of several of an IP datagram
    std::uint16_t mss_bytes = 0;  // 0 without the option
    tcp::Segment segment;         // of UDP only the payload's length
};

// Facts of packet `index`. Of a datagram in fragments the one that completes it has them, the others none; so packets
// are to be given in order, each once.
PacketFacts facts_of(const Recording& recording, std::uint32_t index, capture::Reassembler& reassembler);
// The same from what was decoded already, as the index takes it.
PacketFacts facts_of_decoded(const capture::DecodedPacket& decoded, TimeNs time_ns);

// The endpoints that a key was made of.
Endpoint low_endpoint(const FlowKey& key);
Endpoint high_endpoint(const FlowKey& key);

}  // namespace wirestory::analysis
