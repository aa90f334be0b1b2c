#include "capture/wire/tunnel.hpp"

#include "capture/wire/ip.hpp"
#include "capture/wire/link.hpp"
#include "capture/wire/transport.hpp"

namespace wirestory::capture {

namespace {

constexpr std::uint16_t kEtherErspan2 = 0x88BE;
constexpr std::uint16_t kEtherErspan3 = 0x22EB;
// Not an EtherType (those begin at 0x600): the first half byte of what follows tells the version.
constexpr std::uint16_t kInnerIpVersion = 1;

void set_tunnel(DecodedPacket& packet, Tunnel tunnel, std::uint16_t inner_type, std::size_t inner_offset) {
    packet.tunnel = tunnel;
    packet.inner_type = inner_type;
    packet.inner_offset = static_cast<std::uint16_t>(inner_offset);
}

// GRE (RFC 2784, RFC 2890; version 1: RFC 2637) in the payload: 4 bytes, and 4 for each field that a flag announces.
void find_gre(DecodedPacket& packet) {
    const Cursor at(packet.payload, packet.payload_bytes);
    if (!at.has(4)) return;
    const std::uint16_t flags = at.be16(0);
    const std::uint16_t type = at.be16(2);
    const bool sequenced = (flags & 0x1000U) != 0;
    std::size_t bytes = 4;
    if ((flags & 0xC000U) != 0) bytes += 4;                       // checksum (or the routing of RFC 1701)
    if ((flags & 0x2000U) != 0) bytes += 4;                       // key
    if (sequenced) bytes += 4;                                    // sequence number
    if ((flags & 7U) == 1 && (flags & 0x0080U) != 0) bytes += 4;  // acknowledgment number
    if ((flags & 0x4000U) != 0) return;                           // source routes: nobody sends them any more
    if (type == kEtherErspan2) return set_tunnel(packet, Tunnel::kErspan, kEtherBridging, bytes + (sequenced ? 8 : 0));
    if (type == kEtherErspan3) {
        if (!at.has(bytes + 12)) return;
        const bool has_subheader = (at.u8(bytes + 11) & 1U) != 0;
        return set_tunnel(packet, Tunnel::kErspan, kEtherBridging, bytes + 12 + (has_subheader ? 8U : 0U));
    }
    set_tunnel(packet, Tunnel::kGre, type, bytes);
}

void find_vxlan(DecodedPacket& packet, bool any_protocol) {
    const Cursor at(packet.payload, packet.payload_bytes);
    if (!at.has(8)) return;
    const std::uint8_t next = any_protocol ? at.u8(3) : 3;
    constexpr std::uint16_t kNext[] = {0, kEtherIpv4, kEtherIpv6, kEtherBridging};
    if (next == 0 || next > 3) return;
    set_tunnel(packet, Tunnel::kVxlan, kNext[next], 8);
}

void find_geneve(DecodedPacket& packet) {
    const Cursor at(packet.payload, packet.payload_bytes);
    if (!at.has(8) || at.u8(0) >> 6U != 0) return;
    set_tunnel(packet, Tunnel::kGeneve, at.be16(2), 8U + (at.u8(0) & 0x3FU) * 4U);
}

// GTP version 1, user plane (3GPP TS 29.281 5.1): only message 255 carries a packet. Any of three flags brings four
// bytes more, of which the last begins a chain of extension headers when its flag is set.
void find_gtp(DecodedPacket& packet) {
    const Cursor at(packet.payload, packet.payload_bytes);
    if (!at.has(8)) return;
    const std::uint8_t flags = at.u8(0);
    if ((flags & 0xF0U) != 0x30 || at.u8(1) != 0xFF) return;
    std::size_t bytes = 8;
    if ((flags & 7U) != 0) {
        bytes = 12;
        if (!at.has(bytes)) return;
        for (std::uint8_t next = (flags & 4U) != 0 ? at.u8(11) : 0; next != 0;) {
            if (!at.has(bytes + 4)) return;
            const std::size_t length = at.u8(bytes) * 4U;
            if (length == 0 || !at.has(bytes + length)) return;
            bytes += length;
            next = at.u8(bytes - 1);
        }
    }
    set_tunnel(packet, Tunnel::kGtpU, kInnerIpVersion, bytes);
}

// RFC 4380 5.1: an authentication and an origin indication may come first, in this order.
void find_teredo(DecodedPacket& packet) {
    const Cursor at(packet.payload, packet.payload_bytes);
    std::size_t bytes = 0;
    if (at.has(4) && at.be16(0) == 1) bytes = 13U + at.u8(2) + at.u8(3);
    if (at.has(bytes + 2) && at.be16(bytes) == 0) bytes += 8;
    if (!at.has(bytes + 40) || at.u8(bytes) >> 4U != 6) return;
    set_tunnel(packet, Tunnel::kTeredo, kEtherIpv6, bytes);
}

bool find_by_port(std::uint16_t port, DecodedPacket& packet) {
    switch (port) {
        case 4789:  // RFC 7348; Linux had 8472 before there was a number
        case 8472: find_vxlan(packet, false); return true;
        case 4790: find_vxlan(packet, true); return true;
        case 6081: find_geneve(packet); return true;
        case 2152: find_gtp(packet); return true;
        case 3544: find_teredo(packet); return true;
        case 4754: find_gre(packet); return true;                                       // RFC 8086
        case 6635: set_tunnel(packet, Tunnel::kMplsInUdp, kEtherMpls, 0); return true;  // RFC 7510
        default: return false;
    }
}

DecodedPacket nothing_inside(DecodeIssue issue) {
    DecodedPacket packet;
    packet.issue = issue;
    return packet;
}

// A cursor on the whole frame that stands at `outer`'s payload and ends with it.
Cursor at_payload(ByteView frame, const DecodedPacket& outer) {
    const auto start = static_cast<std::size_t>(outer.payload.data() - frame.data());
    Cursor at(frame, start + outer.payload_bytes);
    at.skip(start);
    at.limit(outer.payload_bytes);
    return at;
}

bool within(ByteView frame, ByteView part) {
    const std::less_equal<const std::byte*> not_after;
    return !part.empty() && !frame.empty() && not_after(frame.data(), part.data()) &&
           not_after(part.data() + part.size(), frame.data() + frame.size());
}

}  // namespace

const char* to_string(Tunnel tunnel) {
    switch (tunnel) {
        case Tunnel::kNone: return "none";
        case Tunnel::kIpInIp: return "IP in IP";
        case Tunnel::kGre: return "GRE";
        case Tunnel::kErspan: return "ERSPAN";
        case Tunnel::kVxlan: return "VXLAN";
        case Tunnel::kGeneve: return "Geneve";
        case Tunnel::kGtpU: return "GTP-U";
        case Tunnel::kTeredo: return "Teredo";
        case Tunnel::kMplsInUdp: return "MPLS in UDP";
    }
    return "?";
}

void find_ip_tunnel(DecodedPacket& packet) {
    switch (packet.ip_protocol) {
        case kProtocolIpv4: return set_tunnel(packet, Tunnel::kIpInIp, kEtherIpv4, 0);
        case kProtocolIpv6: return set_tunnel(packet, Tunnel::kIpInIp, kEtherIpv6, 0);
        case kProtocolGre: return find_gre(packet);
        case 143: return set_tunnel(packet, Tunnel::kIpInIp, kEtherBridging, 0);  // Ethernet (RFC 8986 4.9)
        default: return;
    }
}

void find_udp_tunnel(DecodedPacket& packet) {
    if (!find_by_port(packet.udp.destination_port, packet)) find_by_port(packet.udp.source_port, packet);
}

DecodedPacket decode_inner(ByteView frame, const DecodedPacket& outer) {
    if (outer.tunnel == Tunnel::kNone) return nothing_inside(DecodeIssue::kNotIp);
    if (!within(frame, outer.payload)) return nothing_inside(DecodeIssue::kCutShort);
    Cursor at = at_payload(frame, outer);
    at.skip(outer.inner_offset);
    DecodedPacket packet;
    if (outer.inner_type == kInnerIpVersion) {
        follow_ip_version(at, packet);
    } else {
        follow_ether_type(outer.inner_type, at, packet);
    }
    if (packet.issue == DecodeIssue::kNone) decode_network(at, IpLength::kWithinFrame, packet);
    return packet;
}

bool quotes_packet(const DecodedPacket& icmp) {
    if (icmp.payload.empty()) return false;
    const std::uint8_t type = icmp.icmp.type;
    if (icmp.transport == Transport::kIcmp) return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
    return icmp.transport == Transport::kIcmpv6 && type >= 1 && type <= 4;
}

DecodedPacket decode_quoted(ByteView frame, const DecodedPacket& icmp) {
    if (!quotes_packet(icmp)) return nothing_inside(DecodeIssue::kNotIp);
    if (!within(frame, icmp.payload)) return nothing_inside(DecodeIssue::kCutShort);
    const Cursor at = at_payload(frame, icmp);
    DecodedPacket packet;
    packet.ether_type = icmp.transport == Transport::kIcmp ? kEtherIpv4 : kEtherIpv6;
    decode_network(at, IpLength::kAsClaimed, packet);
    return packet;
}

}  // namespace wirestory::capture
