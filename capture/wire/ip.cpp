#include "capture/wire/ip.hpp"

#include <algorithm>

namespace wirestory::capture {

namespace {

constexpr std::uint8_t kProtoIcmp = 1;
constexpr std::uint8_t kProtoTcp = 6;
constexpr std::uint8_t kProtoUdp = 17;
constexpr std::uint8_t kProtoIcmpv6 = 58;

std::uint16_t layer_offset(std::size_t offset) {
    return offset < LayerOffsets::kAbsent ? static_cast<std::uint16_t>(offset) : LayerOffsets::kAbsent;
}

void give_up(DecodedPacket& packet, DecodeIssue issue) { packet.issue = issue; }

// What follows the IP header: `bytes` long by IP's own length fields, of which less may have been captured.
struct Carried {
    ByteView frame;
    std::size_t offset = 0;
    std::size_t bytes = 0;

    [[nodiscard]] ByteView captured() const {
        if (offset >= frame.size()) return {};
        return frame.subspan(offset, std::min(bytes, frame.size() - offset));
    }
};

void set_payload(DecodedPacket& packet, const Carried& carried, std::size_t header_bytes, std::size_t payload_bytes) {
    const Carried payload{carried.frame, carried.offset + header_bytes, payload_bytes};
    packet.payload_bytes = static_cast<std::uint32_t>(payload_bytes);
    packet.payload = payload.captured();
    packet.offsets.payload = layer_offset(payload.offset);
}

void decode_tcp_layer(const Carried& carried, DecodedPacket& packet) {
    packet.transport = Transport::kTcp;
    constexpr std::size_t kFixed = 20;
    if (carried.bytes < kFixed) return give_up(packet, DecodeIssue::kBadHeader);
    if (carried.captured().size() < kFixed) return give_up(packet, DecodeIssue::kCutShort);
    const bool whole = decode_tcp(carried.captured(), packet.tcp);
    const std::size_t header_bytes = packet.tcp.header_bytes;
    if (header_bytes < kFixed || header_bytes > carried.bytes) return give_up(packet, DecodeIssue::kBadHeader);
    if (!whole) give_up(packet, DecodeIssue::kCutShort);
    set_payload(packet, carried, header_bytes, carried.bytes - header_bytes);
}

void decode_udp_layer(const Carried& carried, DecodedPacket& packet) {
    constexpr std::size_t kHeader = 8;
    packet.transport = Transport::kUdp;
    ByteReader in(carried.captured());
    UdpHeader& udp = packet.udp;
    udp.source_port = in.be16();
    udp.destination_port = in.be16();
    udp.length_bytes = in.be16();
    udp.checksum = in.be16();
    if (carried.bytes < kHeader) return give_up(packet, DecodeIssue::kBadHeader);
    if (in.failed()) return give_up(packet, DecodeIssue::kCutShort);
    // 0 is how a jumbogram says "longer than 16 bits" (RFC 2675 4); a first fragment holds less than the datagram.
    const std::size_t length = udp.length_bytes == 0 ? carried.bytes : udp.length_bytes;
    if (length < kHeader || (length > carried.bytes && !packet.more_fragments)) {
        return give_up(packet, DecodeIssue::kBadHeader);
    }
    set_payload(packet, carried, kHeader, std::min(length, carried.bytes) - kHeader);
}

void decode_icmp_layer(const Carried& carried, Transport transport, DecodedPacket& packet) {
    constexpr std::size_t kHeader = 8;
    packet.transport = transport;
    ByteReader in(carried.captured());
    packet.icmp.type = in.u8();
    packet.icmp.code = in.u8();
    in.skip(kHeader - 2);
    if (carried.bytes < kHeader) return give_up(packet, DecodeIssue::kBadHeader);
    if (in.failed()) return give_up(packet, DecodeIssue::kCutShort);
    set_payload(packet, carried, kHeader, carried.bytes - kHeader);
}

void decode_transport(const Carried& carried, DecodedPacket& packet) {
    if (packet.fragment_offset_bytes != 0) {
        set_payload(packet, carried, 0, carried.bytes);
        return give_up(packet, DecodeIssue::kFragment);
    }
    packet.offsets.transport = layer_offset(carried.offset);
    switch (packet.ip_protocol) {
        case kProtoTcp: return decode_tcp_layer(carried, packet);
        case kProtoUdp: return decode_udp_layer(carried, packet);
        case kProtoIcmp: return decode_icmp_layer(carried, Transport::kIcmp, packet);
        case kProtoIcmpv6: return decode_icmp_layer(carried, Transport::kIcmpv6, packet);
        default: packet.transport = Transport::kOther; set_payload(packet, carried, 0, carried.bytes);
    }
}

// Extension headers that may stand before the transport header, and their length rule (RFC 8200 4; AH: RFC 4302 2.2).
bool is_extension(std::uint8_t next) {
    return next == 0 || next == 43 || next == 44 || next == 51 || next == 60 || next == 135 || next == 139 ||
           next == 140;
}

std::size_t extension_bytes(std::uint8_t kind, std::uint8_t length_field) {
    if (kind == 44) return 8;
    if (kind == 51) return (length_field + 2U) * 4U;
    return (length_field + 1U) * 8U;
}

// Walks to the transport header; false when the packet ends (by its length, or by the capture) before it.
bool skip_extensions(std::uint8_t& next, Carried& carried, DecodedPacket& packet) {
    while (is_extension(next)) {
        ByteReader in(carried.captured());
        const std::uint8_t kind = next;
        next = in.u8();
        const std::uint8_t length_field = in.u8();
        const std::uint16_t fragment = in.be16();
        const std::uint32_t fragment_id = in.be32();
        const std::size_t bytes = extension_bytes(kind, length_field);
        if (carried.bytes < 8 || (!in.failed() && bytes > carried.bytes)) {
            give_up(packet, DecodeIssue::kBadHeader);
            return false;
        }
        if (in.failed() || bytes > carried.captured().size()) {
            give_up(packet, DecodeIssue::kCutShort);
            return false;
        }
        carried.offset += bytes;
        carried.bytes -= bytes;
        if (kind != 44) continue;
        packet.fragment_offset_bytes = fragment & 0xFFF8U;
        packet.more_fragments = (fragment & 1U) != 0;
        packet.ip_id = static_cast<std::uint16_t>(fragment_id);
        if (packet.fragment_offset_bytes != 0) break;  // what follows is the middle of something
    }
    return true;
}

}  // namespace

void decode_ipv4(const IpSpan& span, DecodedPacket& packet) {
    packet.offsets.network = layer_offset(span.offset);
    ByteReader in(span.frame.subspan(span.offset));
    const std::uint8_t version_and_length = in.u8();
    in.skip(1);
    const std::uint16_t total = in.be16();
    packet.ip_id = in.be16();
    const std::uint16_t fragment = in.be16();
    packet.ttl = in.u8();
    packet.ip_protocol = in.u8();
    in.skip(2);
    const std::uint32_t source = in.be32();
    const std::uint32_t destination = in.be32();
    if (in.failed()) return give_up(packet, DecodeIssue::kCutShort);
    const std::size_t header_bytes = (version_and_length & 0x0FU) * 4U;
    // The kernel leaves 0 there on segments too long for the field (BIG TCP): then the frame's length counts.
    const std::size_t total_bytes = total != 0 ? total : span.frame_bytes - span.offset;
    if (version_and_length >> 4U != 4 || header_bytes < 20 || total_bytes < header_bytes) {
        return give_up(packet, DecodeIssue::kBadHeader);
    }
    packet.source = IpAddress::v4(source);
    packet.destination = IpAddress::v4(destination);
    packet.ip_total_bytes = static_cast<std::uint32_t>(total_bytes);
    packet.more_fragments = (fragment & 0x2000U) != 0;
    packet.fragment_offset_bytes = static_cast<std::uint16_t>((fragment & 0x1FFFU) * 8U);
    if (span.frame.size() - span.offset < header_bytes) return give_up(packet, DecodeIssue::kCutShort);
    decode_transport({span.frame, span.offset + header_bytes, total_bytes - header_bytes}, packet);
}

void decode_ipv6(const IpSpan& span, DecodedPacket& packet) {
    constexpr std::size_t kHeader = 40;
    packet.offsets.network = layer_offset(span.offset);
    ByteReader in(span.frame.subspan(span.offset));
    const std::uint32_t version_class_label = in.be32();
    const std::uint16_t length = in.be16();
    std::uint8_t next = in.u8();
    packet.ip_protocol = next;
    packet.ttl = in.u8();
    const ByteView source = in.take(16);
    const ByteView destination = in.take(16);
    if (in.failed()) return give_up(packet, DecodeIssue::kCutShort);
    if (version_class_label >> 28U != 6) return give_up(packet, DecodeIssue::kBadHeader);
    const auto address = [](ByteView bytes) {
        std::array<std::uint8_t, 16> out{};
        std::memcpy(out.data(), bytes.data(), out.size());
        return IpAddress::v6(out);
    };
    packet.source = address(source);
    packet.destination = address(destination);
    // 0 with something behind it is a jumbogram (RFC 2675), or BIG TCP without the option.
    const std::size_t carried_bytes = length != 0 ? length : span.frame_bytes - span.offset - kHeader;
    packet.ip_total_bytes = static_cast<std::uint32_t>(carried_bytes + kHeader);
    Carried carried{span.frame, span.offset + kHeader, carried_bytes};
    const bool reached = skip_extensions(next, carried, packet);
    packet.ip_protocol = next;
    if (reached) decode_transport(carried, packet);
}

}  // namespace wirestory::capture
