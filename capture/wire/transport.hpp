// What IP carries: TCP, UDP (RFC 768), ICMP (RFC 792), ICMPv6 (RFC 4443), or a tunnel. Internal to capture/wire.
#pragma once

#include "capture/wire/cursor.hpp"
#include "capture/wire/packet.hpp"

namespace wirestory::capture {

constexpr std::uint8_t kProtocolIcmp = 1;
constexpr std::uint8_t kProtocolIpv4 = 4;
constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::uint8_t kProtocolUdp = 17;
constexpr std::uint8_t kProtocolIpv6 = 41;
constexpr std::uint8_t kProtocolGre = 47;
constexpr std::uint8_t kProtocolAh = 51;
constexpr std::uint8_t kProtocolIcmpv6 = 58;

// `carried` is what follows the IP headers; packet.ip_protocol and the fragment fields are set.
void decode_transport(const Cursor& carried, DecodedPacket& packet);

// capture/wire/tunnel.cpp: sets `tunnel` and the inner fields when the payload carries a packet we can follow.
void find_ip_tunnel(DecodedPacket& packet);
void find_udp_tunnel(DecodedPacket& packet);

inline std::uint16_t layer_offset(std::size_t offset) {
    return offset < LayerOffsets::kAbsent ? static_cast<std::uint16_t>(offset) : LayerOffsets::kAbsent;
}

}  // namespace wirestory::capture
