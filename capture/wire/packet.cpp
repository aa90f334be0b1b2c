#include "capture/wire/packet.hpp"

#include <algorithm>

#include "capture/wire/ip.hpp"

namespace wirestory::capture {

namespace {

constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherIpv6 = 0x86DD;
constexpr int kMaxVlanTags = 4;  // two are in use (IEEE 802.1ad); more only in made-up frames

// Numbers that files use beside the ones in the header: DLT_RAW as BSD systems wrote it, and the later names.
constexpr std::uint32_t kDltRawOpenBsd = 14;
constexpr std::uint32_t kDltRaw = 12;
constexpr std::uint32_t kLinkLoop = 108;
constexpr std::uint32_t kLinkIpv4 = 228;
constexpr std::uint32_t kLinkIpv6 = 229;

bool is_vlan(std::uint16_t type) { return type == 0x8100 || type == 0x88A8 || type == 0x9100; }

struct Link {
    bool known = true;
    std::uint16_t ether_type = 0;  // 0: the IP version nibble tells
    std::size_t header_bytes = 0;
};

Link read_ethernet_type(ByteReader& in) {
    std::uint16_t type = in.be16();
    for (int tags = 0; is_vlan(type) && tags < kMaxVlanTags; ++tags) {
        in.skip(2);  // priority and VLAN id
        type = in.be16();
    }
    return {true, type, in.position()};
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
        default: return 1;  // some family that is not IP
    }
}

Link read_link(ByteReader& in, std::uint32_t link_type) {
    switch (link_type) {
        case kLinkEthernet: in.skip(12); return read_ethernet_type(in);
        case kLinkLinuxSll: in.skip(14); return read_ethernet_type(in);
        case kLinkLinuxSll2: {
            const std::uint16_t type = in.be16();
            in.skip(18);
            return {true, type, in.position()};
        }
        case kLinkNull:
        case kLinkLoop: return {true, ether_type_of_family(in.be32()), 4};
        case kLinkRaw:
        case kDltRaw:
        case kDltRawOpenBsd:
        case kLinkIpv4:
        case kLinkIpv6: return {true, 0, 0};
        default: return {false, 0, 0};
    }
}

}  // namespace

const char* to_string(DecodeIssue issue) {
    switch (issue) {
        case DecodeIssue::kNone: return "none";
        case DecodeIssue::kUnknownLinkType: return "unknown link type";
        case DecodeIssue::kNotIp: return "not IP";
        case DecodeIssue::kCutShort: return "cut short inside a header";
        case DecodeIssue::kBadHeader: return "bad header";
        case DecodeIssue::kFragment: return "later fragment";
    }
    return "?";
}

Endpoint DecodedPacket::source_endpoint() const {
    return {source, transport == Transport::kTcp   ? tcp.source_port
                    : transport == Transport::kUdp ? udp.source_port
                                                   : std::uint16_t{0}};
}

Endpoint DecodedPacket::destination_endpoint() const {
    return {destination, transport == Transport::kTcp   ? tcp.destination_port
                         : transport == Transport::kUdp ? udp.destination_port
                                                        : std::uint16_t{0}};
}

DecodedPacket decode(ByteView frame, std::uint32_t link_type, std::uint32_t original_bytes) {
    DecodedPacket packet;
    ByteReader in(frame);
    const Link link = read_link(in, link_type);
    packet.ether_type = link.ether_type;
    if (!link.known || in.failed()) {
        packet.issue = link.known ? DecodeIssue::kCutShort : DecodeIssue::kUnknownLinkType;
        return packet;
    }
    // A file may claim a frame shorter than what it holds; the bytes that are there count.
    const std::size_t frame_bytes = std::max<std::size_t>(frame.size(), original_bytes);
    const IpSpan span{frame, link.header_bytes, frame_bytes};
    std::uint16_t type = link.ether_type;
    if (type == 0 && link.header_bytes == 0) {
        if (in.remaining() == 0) {
            packet.issue = DecodeIssue::kCutShort;
            return packet;
        }
        const unsigned version = in.u8() >> 4U;
        type = version == 6 ? kEtherIpv6 : kEtherIpv4;
        packet.ether_type = type;
    }
    if (type == kEtherIpv4) {
        decode_ipv4(span, packet);
    } else if (type == kEtherIpv6) {
        decode_ipv6(span, packet);
    } else {
        packet.issue = DecodeIssue::kNotIp;
    }
    return packet;
}

}  // namespace wirestory::capture
