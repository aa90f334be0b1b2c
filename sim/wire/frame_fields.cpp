#include "sim/wire/frame_fields.hpp"

#include <algorithm>
#include <cstring>

namespace wirestory::sim {
namespace {

constexpr std::uint16_t kEtherTypeVlan = 0x8100;

std::string_view protocol_name(std::uint8_t number) {
    switch (number) {
        case 6: return "tcp";
        case 17: return "udp";
        case 1:
        case 58: return "icmp";
        default: return "";
    }
}

void parse_transport(ByteView frame, FrameFields& fields) {
    fields.payload_start = fields.transport_start;
    if (!fields.first_fragment) return;
    ByteReader in(frame.first(fields.transport_end));
    in.skip(fields.transport_start);
    std::size_t header_bytes = 0;
    if (fields.protocol == "tcp") {
        in.skip(12);
        const std::uint16_t word = in.be16();  // data offset, reserved bits, flags (RFC 9293, 3.1)
        if (in.failed()) return;
        header_bytes = static_cast<std::size_t>(word >> 12U) * 4;
        fields.tcp_flags = word & 0x1FFU;
    } else if (fields.protocol == "udp") {
        header_bytes = 8;
    }
    fields.payload_start = std::min(fields.transport_start + header_bytes, fields.transport_end);
}

void parse_ipv4(ByteView frame, FrameFields& fields) {
    ByteReader in(frame);
    in.skip(fields.network_start);
    const std::uint8_t first = in.u8();
    fields.ecn = in.u8() & 3U;
    const std::uint16_t total_bytes = in.be16();
    in.skip(2);
    const std::uint16_t fragment = in.be16();
    in.skip(1);
    const std::uint8_t protocol = in.u8();
    in.skip(10);
    const std::size_t header_bytes = (first & 0x0FU) * 4U;
    const std::size_t start = fields.network_start + header_bytes;
    if (in.failed() || first >> 4U != 4 || header_bytes < 20 || total_bytes < header_bytes || start > frame.size()) {
        fields.ecn = 0;
        return;
    }
    fields.protocol = protocol_name(protocol);
    fields.first_fragment = (fragment & 0x1FFFU) == 0;
    fields.transport_start = start;
    fields.transport_end = std::min<std::size_t>(fields.network_start + total_bytes, frame.size());
    parse_transport(frame, fields);
}

// Extension headers are not followed: such a packet has no protocol here.
void parse_ipv6(ByteView frame, FrameFields& fields) {
    ByteReader in(frame);
    in.skip(fields.network_start);
    const std::uint16_t first = in.be16();
    in.skip(2);
    const std::uint16_t payload_bytes = in.be16();
    const std::uint8_t next = in.u8();
    in.skip(33);
    if (in.failed() || first >> 12U != 6) return;
    fields.ecn = static_cast<std::uint8_t>((first >> 4U) & 3U);
    fields.protocol = protocol_name(next);
    fields.transport_start = fields.network_start + 40U;
    fields.transport_end = std::min(fields.transport_start + payload_bytes, frame.size());
    parse_transport(frame, fields);
}

}  // namespace

FrameFields parse_frame(ByteView frame) {
    FrameFields fields;
    fields.network_start = static_cast<std::uint16_t>(std::min(frame.size(), kEthernetHeaderBytes));
    ByteReader in(frame);
    in.skip(12);
    fields.ether_type = in.be16();
    if (fields.ether_type == kEtherTypeVlan) {
        in.skip(2);
        fields.ether_type = in.be16();
        fields.network_start = kEthernetHeaderBytes + 4;
    }
    if (in.failed()) return FrameFields{};
    if (fields.ether_type == kEtherTypeIpv4) parse_ipv4(frame, fields);
    if (fields.ether_type == kEtherTypeIpv6) parse_ipv6(frame, fields);
    return fields;
}

std::optional<MacAddress> destination_of(ByteView frame) {
    if (frame.size() < kEthernetHeaderBytes) return std::nullopt;
    MacAddress mac{};
    std::memcpy(mac.data(), frame.data(), mac.size());
    return mac;
}

std::uint16_t ether_type_of(ByteView frame) {
    ByteReader in(frame);
    in.skip(12);
    return in.be16();
}

bool mark_congestion(std::span<std::byte> frame, const FrameFields& fields) {
    if (fields.transport_start == 0 || fields.ecn == 0) return false;
    if (fields.ether_type == kEtherTypeIpv6) {
        frame[fields.network_start + 1U] |= std::byte{0x30};
        return true;
    }
    std::byte& tos = frame[fields.network_start + 1U];
    const std::byte before = tos;
    tos |= std::byte{3};
    // RFC 1624: HC' = ~(~HC + ~m + m') in ones' complement; m is the 16-bit word that holds version, length and TOS, of
    // which only the low byte changes.
    const std::size_t at = fields.network_start + 10U;
    const auto old_sum =
        std::to_integer<std::uint32_t>(frame[at]) << 8U | std::to_integer<std::uint32_t>(frame[at + 1]);
    const auto old_word = std::to_integer<std::uint32_t>(before);
    std::uint32_t sum = (~old_sum & 0xFFFFU) + (~old_word & 0xFFFFU) + std::to_integer<std::uint32_t>(tos);
    sum = (sum & 0xFFFFU) + (sum >> 16U);
    sum = (sum & 0xFFFFU) + (sum >> 16U);
    const std::uint32_t new_sum = ~sum & 0xFFFFU;
    frame[at] = static_cast<std::byte>(new_sum >> 8U);
    frame[at + 1] = static_cast<std::byte>(new_sum & 0xFFU);
    return true;
}

bool corrupt_frame(std::span<std::byte> frame, const FrameFields& fields, std::uint64_t place) {
    std::size_t begin = fields.payload_start;
    std::size_t end = fields.transport_end;
    if (begin >= end) {
        // No payload. The first two bytes of every transport are covered by its checksum and are not the checksum.
        begin = fields.transport_start;
        end = std::min(fields.transport_start + 2, fields.transport_end);
    }
    if (fields.transport_start == 0) {
        begin = fields.network_start;  // not IP: damaged all the same, though nobody may notice
        end = frame.size();
    }
    if (begin >= end) return false;
    const std::uint64_t bit = place % ((end - begin) * 8);
    frame[begin + bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    return true;
}

}  // namespace wirestory::sim
