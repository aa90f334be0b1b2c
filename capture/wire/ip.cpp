#include "capture/wire/ip.hpp"

#include "capture/wire/link.hpp"
#include "capture/wire/transport.hpp"

namespace wirestory::capture {

namespace {

constexpr std::size_t kIpv4Fixed = 20;
constexpr std::size_t kIpv6Fixed = 40;
constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kFragment = 44;

IpAddress load_ipv4(const std::byte* bytes) {
    IpAddress address;
    address.version = IpVersion::kV4;
    std::memcpy(address.bytes.data(), bytes, 4);
    return address;
}

IpAddress load_ipv6(const std::byte* bytes) {
    IpAddress address;
    address.version = IpVersion::kV6;
    std::memcpy(address.bytes.data(), bytes, 16);
    return address;
}

// A source route that still has hops to go ends at its last address (RFC 791 3.1, options 131 and 137).
void follow_source_route(const Cursor& header, std::size_t header_bytes, DecodedPacket& packet) {
    for (std::size_t at = kIpv4Fixed; at < header_bytes;) {
        const std::uint8_t kind = header.u8(at);
        if (kind == 0) return;
        if (kind == 1) {
            ++at;
            continue;
        }
        if (at + 2 > header_bytes) return;
        const std::size_t length = header.u8(at + 1);
        if (length < 2 || at + length > header_bytes) return;
        if ((kind == 131 || kind == 137) && length >= 7) {
            const std::size_t pointer = header.u8(at + 2);
            if (pointer < 4 || pointer + 3 > length) return;
            packet.destination = load_ipv4(header.data() + at + length - 4);
            packet.source_routed = true;
            return;
        }
        at += length;
    }
}

// How long the IP packet is. 0 stands on segments too long for the field (BIG TCP, or segmentation offload seen before
// the network device filled it in): then the frame's length counts, as it does against a length that no frame can hold.
void apply_length(Cursor& at, std::size_t claimed, IpLength rule) {
    if (claimed == 0) return;
    if (rule == IpLength::kAsClaimed) {
        at.claim(claimed);
    } else {
        at.limit(claimed);
    }
}

bool is_extension(std::uint8_t next) {
    return next == kHopByHop || next == kRouting || next == kFragment || next == kProtocolAh || next == 60 ||
           next == 135 || next == 139 || next == 140;
}

// RFC 8200 4; AH: RFC 4302 2.2.
std::size_t extension_bytes(std::uint8_t kind, std::uint8_t length_field) {
    if (kind == kFragment) return 8;
    if (kind == kProtocolAh) return (length_field + 2U) * 4U;
    return (length_field + 1U) * 8U;
}

// While segments are left the destination is the next hop; the packet's own end stands last in an old route (type 0),
// and first in a segment routing header (RFC 8754 2). A home address (type 2, RFC 6275 6.4) is the only one there.
void follow_routing_header(const Cursor& header, std::size_t bytes, DecodedPacket& packet) {
    constexpr std::size_t kFixed = 8;
    const std::uint8_t type = header.u8(2);
    const std::uint8_t segments_left = header.u8(3);
    if (segments_left == 0 || bytes < kFixed + 16) return;
    std::size_t where = 0;
    if (type == 4) {
        where = kFixed;
    } else if (type == 0 || type == 2) {
        where = kFixed + ((bytes - kFixed) / 16 - 1) * 16;
    } else {
        return;
    }
    packet.destination = load_ipv6(header.data() + where);
    packet.source_routed = true;
}

void note_fragment(const Cursor& header, DecodedPacket& packet) {
    const std::uint16_t field = header.be16(2);
    packet.fragment = true;
    packet.fragment_offset_bytes = field & 0xFFF8U;
    packet.more_fragments = (field & 1U) != 0;
    packet.fragment_id = header.be32(4);
    packet.ip_id = static_cast<std::uint16_t>(packet.fragment_id);
}

}  // namespace

void decode_ipv6_headers(std::uint8_t next, Cursor at, DecodedPacket& packet) {
    packet.ip_protocol = next;
    while (is_extension(next)) {
        const bool room = at.wire_bytes() >= 8;
        if (!at.has(8)) {
            packet.issue = room ? DecodeIssue::kCutShort : DecodeIssue::kBadHeader;
            return;
        }
        const std::uint8_t kind = next;
        const std::size_t bytes = extension_bytes(kind, at.u8(1));
        next = at.u8(0);
        packet.ip_protocol = next;
        if (!at.has(bytes)) {
            packet.issue = at.wire_bytes() < bytes ? DecodeIssue::kBadHeader : DecodeIssue::kCutShort;
            return;
        }
        if (kind == kRouting) follow_routing_header(at, bytes, packet);
        if (kind == kFragment) note_fragment(at, packet);
        at.skip(bytes);
        if (kind == kFragment) packet.offsets.fragment = layer_offset(at.offset());
        if (packet.fragment_offset_bytes != 0 && !packet.reassembled) break;  // what follows is the middle of something
    }
    decode_transport(at, packet);
}

void decode_ipv4(Cursor at, IpLength rule, DecodedPacket& packet) {
    packet.offsets.network = layer_offset(at.offset());
    if (!need(at, kIpv4Fixed, packet)) return;
    const std::uint8_t version_and_length = at.u8(0);
    const std::size_t header_bytes = (version_and_length & 0x0FU) * 4U;
    const std::size_t claimed = at.be16(2);
    if (version_and_length >> 4U != 4 || header_bytes < kIpv4Fixed || (claimed != 0 && claimed < header_bytes)) {
        packet.issue = DecodeIssue::kBadHeader;
        return;
    }
    const std::uint16_t fragment = at.be16(6);
    packet.traffic_class = at.u8(1);
    packet.ip_id = at.be16(4);
    packet.fragment_id = packet.ip_id;
    packet.dont_fragment = (fragment & 0x4000U) != 0;
    packet.more_fragments = (fragment & 0x2000U) != 0;
    packet.fragment_offset_bytes = static_cast<std::uint16_t>((fragment & 0x1FFFU) * 8U);
    packet.fragment = packet.more_fragments || packet.fragment_offset_bytes != 0;
    packet.ttl = at.u8(8);
    packet.ip_protocol = at.u8(9);
    packet.source = load_ipv4(at.data() + 12);
    packet.destination = load_ipv4(at.data() + 16);
    apply_length(at, claimed, rule);
    packet.ip_total_bytes = static_cast<std::uint32_t>(at.wire_bytes());
    if (!need(at, header_bytes, packet)) return;
    if (header_bytes > kIpv4Fixed) follow_source_route(at, header_bytes, packet);
    at.skip(header_bytes);
    if (packet.fragment) packet.offsets.fragment = layer_offset(at.offset());
    // An authentication header (RFC 4302) stands between IPv4 and what it carries, too.
    if (packet.ip_protocol == kProtocolAh && packet.fragment_offset_bytes == 0) {
        return decode_ipv6_headers(kProtocolAh, at, packet);
    }
    decode_transport(at, packet);
}

void decode_ipv6(Cursor at, IpLength rule, DecodedPacket& packet) {
    packet.offsets.network = layer_offset(at.offset());
    if (!need(at, kIpv6Fixed, packet)) return;
    const std::uint32_t version_class_label = at.be32(0);
    if (version_class_label >> 28U != 6) {
        packet.issue = DecodeIssue::kBadHeader;
        return;
    }
    const std::size_t claimed = at.be16(4);
    packet.traffic_class = static_cast<std::uint8_t>(version_class_label >> 20U);
    packet.ttl = at.u8(7);
    packet.source = load_ipv6(at.data() + 8);
    packet.destination = load_ipv6(at.data() + 24);
    apply_length(at, claimed == 0 ? 0 : claimed + kIpv6Fixed, rule);
    packet.ip_total_bytes = static_cast<std::uint32_t>(at.wire_bytes());
    const std::uint8_t next = at.u8(6);
    at.skip(kIpv6Fixed);
    decode_ipv6_headers(next, at, packet);
}

void decode_network(Cursor at, IpLength rule, DecodedPacket& packet) {
    if (packet.ether_type == kEtherIpv4) return decode_ipv4(at, rule, packet);
    if (packet.ether_type == kEtherIpv6) return decode_ipv6(at, rule, packet);
    packet.issue = DecodeIssue::kNotIp;
}

IpAddress header_destination(ByteView frame, const DecodedPacket& packet) {
    if (!packet.source_routed) return packet.destination;
    const bool v4 = packet.destination.version == IpVersion::kV4;
    const std::size_t at = packet.offsets.network + (v4 ? 16U : 24U);
    if (packet.offsets.network == LayerOffsets::kAbsent || frame.size() < at + (v4 ? 4U : 16U)) {
        return packet.destination;
    }
    return v4 ? load_ipv4(frame.data() + at) : load_ipv6(frame.data() + at);
}

}  // namespace wirestory::capture
