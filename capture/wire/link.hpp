// The way from the first byte of a frame to its network layer: each function moves the cursor behind the headers it
// knows and tells the EtherType of what follows. Used by decode() and decode_inner() only. What leads nowhere we know
// ends with an issue; nothing here allocates or loops more often than a frame has headers.
#pragma once

#include "capture/wire/cursor.hpp"
#include "capture/wire/packet.hpp"

namespace wirestory::capture {

constexpr std::uint16_t kEtherNone = 0;  // of no Ethernet kind: nothing that leads to IP
constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherArp = 0x0806;
constexpr std::uint16_t kEtherBridging = 0x6558;  // a whole Ethernet frame (GRE, VXLAN, ...)
constexpr std::uint16_t kEtherIpv6 = 0x86DD;
constexpr std::uint16_t kEtherMpls = 0x8847;
constexpr std::uint16_t kEtherMplsMulticast = 0x8848;
constexpr std::uint16_t kEtherPpp = 0x880B;

// Each sets packet.ether_type, and packet.issue when the headers end too early or lead to no network layer.
void follow_link(Cursor& at, std::uint32_t link_type, DecodedPacket& packet);
void follow_ethernet(Cursor& at, DecodedPacket& packet);
// From an EtherType on: VLAN tags, MPLS, PPPoE and the like, until the network layer.
void follow_ether_type(std::uint16_t type, Cursor& at, DecodedPacket& packet);
void follow_llc(Cursor& at, DecodedPacket& packet);
void follow_ppp(Cursor& at, DecodedPacket& packet);
// The first half byte tells the version (RAW, MPLS, GTP).
void follow_ip_version(Cursor& at, DecodedPacket& packet);

// capture/wire/link_wlan.cpp: 802.11 data frames, bare and behind what radio drivers put before them.
void follow_wlan(Cursor& at, std::uint32_t link_type, DecodedPacket& packet);
// capture/wire/link_rare.cpp: HDLC, frame relay, ARCNET, NFLOG, and others that few files use.
void follow_rare_link(Cursor& at, std::uint32_t link_type, DecodedPacket& packet);

// False, and the issue set, when fewer than `bytes` follow.
inline bool need(const Cursor& at, std::size_t bytes, DecodedPacket& packet) {
    if (at.has(bytes)) return true;
    packet.issue = DecodeIssue::kCutShort;
    return false;
}

inline void end_of_link(std::uint16_t ether_type, DecodedPacket& packet) {
    packet.ether_type = ether_type;
    if (ether_type != kEtherIpv4 && ether_type != kEtherIpv6) packet.issue = DecodeIssue::kNotIp;
}

}  // namespace wirestory::capture
