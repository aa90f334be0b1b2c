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
    // In one go: what std::array has calls memcmp.
    bool operator==(const FlowKey& with) const {
        std::uint64_t differs = ports_and_kind ^ with.ports_and_kind;
        for (std::size_t i = 0; i < addresses.size(); ++i) differs |= addresses[i] ^ with.addresses[i];
        return differs == 0;
    }
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

// Reads the packets of one recording, each once and in order: of a datagram in fragments the one that completes it has
// its facts, the others have none. Holds the fragments that wait; one thread.
class FactsReader {
public:
    explicit FactsReader(const Recording& recording);
    // `facts` as they were made, with nothing in them.
    void read(std::uint32_t packet, PacketFacts& facts);

private:
    void read_decoded(std::uint32_t packet, PacketFacts& facts);

    const Recording& recording_;
    bool all_ethernet_ = true;
    capture::Reassembler reassembler_;
};

// The same from what was decoded already, as the index takes it.
PacketFacts facts_of_decoded(const capture::DecodedPacket& decoded, TimeNs time_ns);

// The endpoints that a key was made of.
Endpoint low_endpoint(const FlowKey& key);
Endpoint high_endpoint(const FlowKey& key);

}  // namespace wirestory::analysis
