// The few header fields the wire needs from an Ethernet frame, and the two things it does to one: mark it CE and damage
// it so that the receiver's checksum fails. Every read is checked against the frame's end; any bytes are accepted.
// Pure; knows nothing of hosts but their MAC addresses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "recording/frame_fingerprint.hpp"

namespace wirestory::sim {

using MacAddress = std::array<std::uint8_t, 6>;

constexpr std::size_t kEthernetHeaderBytes = 14;
constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
constexpr std::uint16_t kEtherTypeIpv6 = 0x86DD;

struct FrameFields {
    std::uint16_t ether_type = 0;     // behind one VLAN tag, if there is one
    std::uint16_t network_start = 0;  // offset of what follows the Ethernet header
    // The rest is set for IPv4 and IPv6 only.
    std::string_view protocol;        // "tcp", "udp", "icmp", else empty
    std::size_t transport_start = 0;  // 0: none (not IP, or the header is cut)
    std::size_t transport_end = 0;    // by the IP header's length, at most the frame's end
    std::size_t payload_start = 0;    // behind TCP's or UDP's header; transport_end when there is none
    std::uint16_t tcp_flags = 0;
    std::uint8_t ecn = 0;        // RFC 3168: 0 not capable, 1 and 2 capable, 3 marked
    bool first_fragment = true;  // false: only a later piece, without TCP's or UDP's header

    [[nodiscard]] ByteView payload(ByteView frame) const {
        return frame.subspan(payload_start, transport_end - payload_start);
    }
};

FrameFields parse_frame(ByteView frame);

// The destination; nothing for frames shorter than an Ethernet header.
std::optional<MacAddress> destination_of(ByteView frame);
// 0 for frames shorter than an Ethernet header.
std::uint16_t ether_type_of(ByteView frame);

// Marks an ECN-capable IPv4 or IPv6 packet CE and mends the IPv4 header checksum (RFC 1624). False: not capable.
bool mark_congestion(std::span<std::byte> frame, const FrameFields& fields);
// Turns over one bit, chosen by `place`, of the payload, or of the transport header when there is none. One bit always
// changes the ones' complement sum (RFC 1071), so TCP, UDP and ICMP notice. False: nothing there to damage.
bool corrupt_frame(std::span<std::byte> frame, const FrameFields& fields, std::uint64_t place);

}  // namespace wirestory::sim
