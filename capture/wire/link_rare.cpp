// Link types that few files use. Each is a short header before something that link.cpp knows.
#include "capture/wire/link.hpp"

namespace wirestory::capture {

namespace {

void follow_cisco_hdlc(Cursor& at, DecodedPacket& packet) {
    if (!need(at, 4, packet)) return;
    const std::uint16_t type = at.be16(2);
    at.skip(4);
    if (type == kEtherMpls) return follow_ether_type(type, at, packet);
    end_of_link(type, packet);
}

// Q.922 address (the last byte has its lowest bit set), then RFC 2427's protocol number, or Cisco's EtherType.
void follow_frame_relay(Cursor& at, DecodedPacket& packet) {
    std::size_t bytes = 0;
    do {
        if (!need(at, bytes + 2, packet)) return;
    } while ((at.u8(bytes++) & 1U) == 0 && bytes < 4);
    if (bytes < 2) return end_of_link(kEtherNone, packet);
    at.skip(bytes);
    if (!need(at, 2, packet)) return;
    if (at.u8(0) != 0x03) {  // not unnumbered information
        const std::uint16_t type = at.be16(0);
        at.skip(2);
        return follow_ether_type(type, at, packet);
    }
    at.skip(1);
    if (at.u8(0) == 0 && need(at, 2, packet)) at.skip(1);  // a byte of padding
    const std::uint8_t protocol = at.u8(0);
    at.skip(1);
    if (protocol == 0xCC) return end_of_link(kEtherIpv4, packet);
    if (protocol == 0x8E) return end_of_link(kEtherIpv6, packet);
    if (protocol != 0x80) return end_of_link(kEtherNone, packet);
    if (!need(at, 5, packet)) return;
    const bool ether_types = (at.be32(0) & 0xFFFFFF00U) == 0;
    const std::uint16_t type = at.be16(3);
    at.skip(5);
    if (ether_types) return follow_ether_type(type, at, packet);
    if (at.frame().size() >= at.offset() && type == 0x0007) return follow_ethernet(at, packet);  // bridged, no FCS
    end_of_link(kEtherNone, packet);
}

// RFC 1201 with its split flag and sequence, RFC 1051 without. Linux puts two bytes of offset before the protocol.
void follow_arcnet(Cursor& at, bool linux, DecodedPacket& packet) {
    at.skip(linux ? 4 : 2);
    if (!need(at, 2, packet)) return;
    const std::uint8_t protocol = at.u8(0);
    if (protocol == 0xF0 || protocol == 0xF1) {
        at.skip(1);
        return end_of_link(protocol == 0xF0 ? kEtherIpv4 : kEtherArp, packet);
    }
    const bool exception = at.u8(1) == 0xFF;  // an exception packet repeats the header behind four bytes
    const std::size_t bytes = exception ? 8 : 4;
    if (!need(at, bytes, packet)) return;
    at.skip(bytes);
    switch (protocol) {
        case 0xC4: return end_of_link(kEtherIpv6, packet);
        case 0xD4: return end_of_link(kEtherIpv4, packet);
        case 0xD5: return end_of_link(kEtherArp, packet);
        default: return end_of_link(kEtherNone, packet);
    }
}

// FDDI: frame control and two addresses; Token Ring: a byte more, and a route when the source says so.
void follow_ring(Cursor& at, bool token_ring, DecodedPacket& packet) {
    std::size_t bytes = token_ring ? 14 : 13;
    if (!need(at, bytes + 2, packet)) return;
    const std::uint8_t control = at.u8(token_ring ? 1 : 0);
    const bool routed = token_ring && (at.u8(8) & 0x80U) != 0;
    if (routed) bytes += at.u8(14) & 0x1FU;
    // LLC frames: FDDI has 0x50 to 0x57, Token Ring 0x40 to 0x7F.
    if (token_ring ? (control & 0xC0U) != 0x40 : (control & 0xF8U) != 0x50) return end_of_link(kEtherNone, packet);
    if (!need(at, bytes, packet)) return;
    at.skip(bytes);
    follow_llc(at, packet);
}

// Netfilter's log: family, version, resource, then fields of type, length (in the capturer's byte order: nearly always
// little-endian) and value; type 9 is the packet.
void follow_nflog(Cursor& at, DecodedPacket& packet) {
    if (!need(at, 4, packet)) return;
    const std::uint8_t family = at.u8(0);
    at.skip(4);
    while (at.has(4)) {
        const std::size_t length = at.le16(0);
        if (length < 4) break;
        if ((at.le16(2) & 0x7FFFU) == 9) {
            at.limit(length);
            at.skip(4);
            if (family == 2) return end_of_link(kEtherIpv4, packet);
            if (family == 10) return end_of_link(kEtherIpv6, packet);
            return end_of_link(kEtherNone, packet);
        }
        at.skip((length + 3) / 4 * 4);
    }
    packet.issue = DecodeIssue::kCutShort;
}

void follow_ipnet(Cursor& at, DecodedPacket& packet) {
    if (!need(at, 24, packet)) return;
    const std::uint8_t family = at.u8(1);
    at.skip(24);
    end_of_link(family == 2 ? kEtherIpv4 : family == 26 ? kEtherIpv6 : kEtherNone, packet);
}

// PPI and PKTAP say their length and the link type of what follows.
void follow_wrapped(Cursor& at, std::size_t length_at, std::size_t type_at, DecodedPacket& packet) {
    if (!need(at, type_at + 4, packet)) return;
    const std::size_t length = length_at == 0 ? at.le32(0) : at.le16(length_at);
    const std::uint32_t link_type = at.le32(type_at);
    const bool wrapped_again = link_type == kLinkPpi || link_type == kLinkPktap || link_type == kLinkUser2;
    if (length < type_at + 4 || wrapped_again) return end_of_link(kEtherNone, packet);
    if (!need(at, length, packet)) return;
    at.skip(length);
    follow_link(at, link_type, packet);
}

// ATM as Sun wrote it: traffic kind, VPI, VCI; kind 2 is LLC (RFC 2684).
void follow_sun_atm(Cursor& at, DecodedPacket& packet) {
    if (!need(at, 4, packet)) return;
    const unsigned kind = at.u8(0) & 0x0FU;
    at.skip(4);
    if (kind == 2) return follow_llc(at, packet);
    end_of_link(kEtherNone, packet);
}

// IEEE 802.3br: preamble and start delimiter before the frame; of preempted frames only the first part has a header.
void follow_mpacket(Cursor& at, DecodedPacket& packet) {
    std::size_t bytes = 0;
    while (bytes < 8 && at.has(bytes + 1) && at.u8(bytes) == 0x55) ++bytes;
    if (!need(at, bytes + 1, packet)) return;
    const std::uint8_t delimiter = at.u8(bytes);
    at.skip(bytes + 1);
    const bool starts =
        delimiter == 0xD5 || delimiter == 0xE6 || delimiter == 0x4C || delimiter == 0x7F || delimiter == 0xB3;
    if (!starts) return end_of_link(kEtherNone, packet);
    follow_ethernet(at, packet);
}

void skip_then(Cursor& at, std::size_t bytes, DecodedPacket& packet, void (*follow)(Cursor&, DecodedPacket&)) {
    if (!need(at, bytes, packet)) return;
    at.skip(bytes);
    follow(at, packet);
}

}  // namespace

void follow_rare_link(Cursor& at, std::uint32_t link_type, DecodedPacket& packet) {
    switch (link_type) {
        case kLinkCiscoHdlc: return follow_cisco_hdlc(at, packet);
        case kLinkFrameRelay: return follow_frame_relay(at, packet);
        case kLinkPppWithDirection: return skip_then(at, 1, packet, follow_ppp);
        case kLinkCiscoHdlcWithDirection: return skip_then(at, 1, packet, follow_cisco_hdlc);
        case kLinkFrameRelayWithDirection: return skip_then(at, 1, packet, follow_frame_relay);
        case kLinkAtmRfc1483: return follow_llc(at, packet);
        case kLinkIpOverFibreChannel: return skip_then(at, 16, packet, follow_llc);
        case kLinkApple1394:
            if (!need(at, 18, packet)) return;
            at.skip(18);
            return follow_ether_type(load_be16(at.data() - 2), at, packet);
        case kLinkArcnet:
        case kLinkLinuxArcnet: return follow_arcnet(at, link_type == kLinkLinuxArcnet, packet);
        case kLinkFddi:
        case kLinkTokenRing: return follow_ring(at, link_type == kLinkTokenRing, packet);
        case kLinkNflog: return follow_nflog(at, packet);
        case kLinkIpnet: return follow_ipnet(at, packet);
        case kLinkPpi: return follow_wrapped(at, 2, 4, packet);
        case kLinkUser2:
        case kLinkPktap: return follow_wrapped(at, 0, 8, packet);
        case kLinkSunAtm: return follow_sun_atm(at, packet);
        case kLinkEthernetMpacket: return follow_mpacket(at, packet);
        default: packet.issue = DecodeIssue::kUnknownLinkType;
    }
}

}  // namespace wirestory::capture
