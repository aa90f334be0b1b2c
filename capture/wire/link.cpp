#include "capture/wire/link.hpp"

namespace wirestory::capture {

namespace {

// Every tag or label is one round; what nests deeper is made up.
constexpr int kMaxNesting = 64;

void note_vlan(std::uint16_t tag_control, DecodedPacket& packet) {
    if (packet.vlan_count < kMaxVlanIds) packet.vlan_ids[packet.vlan_count++] = tag_control & 0x0FFFU;
}

// Label entries until the bottom of the stack (RFC 3032). What follows shows itself by its first half byte: IP, or
// 0 for the control word before an Ethernet frame (RFC 4385 3, RFC 4448 4.6), or else that frame itself.
void follow_mpls(Cursor& at, DecodedPacket& packet) {
    for (bool bottom = false; !bottom;) {
        if (!need(at, 4, packet)) return;
        bottom = (at.u8(2) & 1U) != 0;
        at.skip(4);
    }
    if (!need(at, 1, packet)) return;
    const unsigned nibble = at.u8(0) >> 4U;
    if (nibble == 4 || nibble == 6) return follow_ip_version(at, packet);
    if (nibble == 0) {
        if (!need(at, 4, packet)) return;
        at.skip(4);
    }
    if (nibble == 1) return end_of_link(kEtherMpls, packet);  // an associated channel (RFC 4385 5)
    follow_ethernet(at, packet);
}

// MACsec (IEEE 802.1AE 9.3): the tag, with the channel's name when SC is set; encrypted (E) or changed (C) data is
// opaque.
bool follow_macsec(Cursor& at, std::uint16_t& type) {
    if (!at.has(8)) return false;
    const std::uint8_t control = at.u8(0);
    const std::size_t bytes = (control & 0x20U) != 0 ? 14 : 6;
    if ((control & 0x0CU) != 0 || !at.has(bytes + 2)) return false;
    type = at.be16(bytes);
    at.skip(bytes + 2);
    return true;
}

// Tags with the type of what follows at their end. False when `type` is none of them or they are cut.
bool follow_tag(std::uint16_t& type, Cursor& at, DecodedPacket& packet) {
    std::size_t bytes = 0;
    switch (type) {
        case 0x8100:  // IEEE 802.1Q
        case 0x88A8:  // IEEE 802.1ad
        case 0x9100:  // QinQ before there was a standard for it
        case 0x9200: bytes = 4; break;
        case 0x8926: bytes = 6; break;   // VN-Tag
        case 0x8909: bytes = 8; break;   // Cisco metadata: version, length, one option with the group
        case 0x88E7: bytes = 18; break;  // IEEE 802.1ah: service tag and the customer's addresses
        case 0x88E5: return follow_macsec(at, type);
        default: return false;
    }
    if (!at.has(bytes)) return false;
    if (bytes == 4) note_vlan(at.be16(0), packet);
    type = at.be16(bytes - 2);
    at.skip(bytes);
    return true;
}

// Network Service Header (RFC 8300 2.2): its own length in words and the kind of what follows.
void follow_nsh(Cursor& at, DecodedPacket& packet) {
    if (!need(at, 8, packet)) return;
    const std::size_t bytes = (at.be16(0) & 0x3FU) * 4U;
    const std::uint8_t next = at.u8(3);
    if (bytes < 8 || !need(at, bytes, packet)) return end_of_link(0x894F, packet);
    at.skip(bytes);
    if (next == 1) return end_of_link(kEtherIpv4, packet);
    if (next == 2) return end_of_link(kEtherIpv6, packet);
    if (next == 3) return follow_ethernet(at, packet);
    if (next == 5) return follow_mpls(at, packet);
    end_of_link(0x894F, packet);
}

// The address family of BSD loopback, in the byte order of whoever captured: 2 everywhere for IPv4; 10 (Linux),
// 24, 28, 30 (BSDs, macOS) for IPv6 (https://www.tcpdump.org/linktypes.html, LINKTYPE_NULL).
std::uint16_t ether_type_of_family(std::uint32_t family) {
    if ((family & 0xFFFFU) == 0) family = family >> 24U | (family >> 8U & 0xFF00U);
    switch (family) {
        case 2: return kEtherIpv4;
        case 10:
        case 24:
        case 28:
        case 30: return kEtherIpv6;
        default: return kEtherNone;
    }
}

// Linux "cooked": the protocol field is an EtherType, or one of Linux' own small numbers (linux/if_ether.h); on GRE and
// netlink devices it means other things, which show themselves by their number too.
void follow_sll(std::uint16_t protocol, Cursor& at, DecodedPacket& packet) {
    constexpr std::uint16_t kNovellRaw = 1;
    constexpr std::uint16_t kLlc = 4;
    if (protocol == kLlc) return follow_llc(at, packet);
    if (protocol == kNovellRaw) return end_of_link(kEtherNone, packet);
    follow_ether_type(protocol, at, packet);
}

}  // namespace

void follow_ip_version(Cursor& at, DecodedPacket& packet) {
    if (!need(at, 1, packet)) return;
    const unsigned version = at.u8(0) >> 4U;
    end_of_link(version == 6 ? kEtherIpv6 : kEtherIpv4, packet);
    if (version == 4 || version == 6) return;
    packet.issue = DecodeIssue::kBadHeader;
}

void follow_ether_type(std::uint16_t type, Cursor& at, DecodedPacket& packet) {
    if (!at.descend()) return end_of_link(kEtherNone, packet);
    for (int nesting = 0; nesting < kMaxNesting && follow_tag(type, at, packet); ++nesting) {
    }
    packet.ether_type = type;
    switch (type) {
        case kEtherMpls:
        case kEtherMplsMulticast: return follow_mpls(at, packet);
        case 0x894F: return follow_nsh(at, packet);
        case kEtherBridging: return follow_ethernet(at, packet);
        case kEtherPpp: return follow_ppp(at, packet);
        case 0x8864: {  // PPPoE session (RFC 2516 4): version, type, code, session, length
            if (!need(at, 6, packet)) return;
            const std::size_t length = at.be16(4);
            at.skip(6);
            at.limit(length);
            return follow_ppp(at, packet);
        }
        default: break;
    }
    if (type < 0x0600 && type != 0) {  // an IEEE 802.3 length: LLC follows
        at.limit(type);
        return follow_llc(at, packet);
    }
    end_of_link(type, packet);
}

void follow_ethernet(Cursor& at, DecodedPacket& packet) {
    if (!need(at, 14, packet)) return;
    packet.has_ethernet = true;
    const std::uint16_t type = at.be16(12);
    // Cisco FabricPath wraps the frame in one of its own: destination, source, tag, then the frame (EtherType 0x8903).
    if (type == 0x8903 && at.has(30) && at.descend()) {
        at.skip(16);
        return follow_ethernet(at, packet);
    }
    at.skip(14);
    follow_ether_type(type, at, packet);
}

void follow_llc(Cursor& at, DecodedPacket& packet) {
    if (!need(at, 3, packet)) return;
    const std::uint16_t saps = at.be16(0);
    const std::uint8_t control = at.u8(2);
    if (saps == 0x0606 && control == 3) {  // IP's own access point
        at.skip(3);
        return end_of_link(kEtherIpv4, packet);
    }
    if (saps != 0xAAAA || control != 3) return end_of_link(kEtherNone, packet);
    if (!need(at, 8, packet)) return;
    const std::uint32_t organisation = at.be32(2) & 0x00FFFFFFU;
    const std::uint16_t type = at.be16(6);
    at.skip(8);
    // RFC 1042, and what IEEE 802.1H made of it for bridges.
    if (organisation == 0 || organisation == 0x0000F8) return follow_ether_type(type, at, packet);
    end_of_link(kEtherNone, packet);
}

void follow_ppp(Cursor& at, DecodedPacket& packet) {
    if (!need(at, 2, packet)) return;
    if (at.be16(0) == 0xFF03) at.skip(2);  // address and control, which may have been compressed away (RFC 1661 6.6)
    if (!need(at, 1, packet)) return;
    std::uint16_t protocol = at.u8(0);
    std::size_t bytes = 1;
    if ((protocol & 1U) == 0) {  // not compressed to one byte
        if (!need(at, 2, packet)) return;
        protocol = at.be16(0);
        bytes = 2;
    }
    at.skip(bytes);
    switch (protocol) {
        case 0x0021: return end_of_link(kEtherIpv4, packet);
        case 0x0057: return end_of_link(kEtherIpv6, packet);
        case 0x0281:
        case 0x0283: return follow_mpls(at, packet);
        default: return end_of_link(kEtherNone, packet);
    }
}

void follow_link(Cursor& at, std::uint32_t link_type, DecodedPacket& packet) {
    switch (link_type) {
        case kLinkEthernet: return follow_ethernet(at, packet);
        case kLinkLinuxSll: {
            if (!need(at, 16, packet)) return;
            const std::uint16_t protocol = at.be16(14);
            at.skip(16);
            return follow_sll(protocol, at, packet);
        }
        case kLinkLinuxSll2: {
            if (!need(at, 20, packet)) return;
            const std::uint16_t protocol = at.be16(0);
            at.skip(20);
            return follow_sll(protocol, at, packet);
        }
        case kLinkNull:
        case kLinkLoop: {
            if (!need(at, 4, packet)) return;
            const std::uint16_t type = ether_type_of_family(at.be32(0));
            at.skip(4);
            return end_of_link(type, packet);
        }
        case kLinkRaw:
        case kDltRaw:
        case kDltRawOpenBsd: return follow_ip_version(at, packet);
        case kLinkIpv4: return end_of_link(kEtherIpv4, packet);
        case kLinkIpv6: return end_of_link(kEtherIpv6, packet);
        case kLinkPpp:
        case kLinkPppHdlc: return follow_ppp(at, packet);
        case kLinkPppEthernet: return follow_ether_type(0x8864, at, packet);
        case kLinkMpls: return follow_mpls(at, packet);
        case kLinkWlan:
        case kLinkRadiotap:
        case kLinkPrism:
        case kLinkWlanAvs: return follow_wlan(at, link_type, packet);
        default: return follow_rare_link(at, link_type, packet);
    }
}

}  // namespace wirestory::capture
