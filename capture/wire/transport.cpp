#include "capture/wire/transport.hpp"

namespace wirestory::capture {

namespace {

void give_up(DecodedPacket& packet, DecodeIssue issue) { packet.issue = issue; }

void set_payload(DecodedPacket& packet, Cursor payload) {
    packet.payload_bytes = static_cast<std::uint32_t>(payload.wire_bytes());
    packet.payload = payload.view();
    packet.offsets.payload = layer_offset(payload.offset());
}

// True when the fixed header is there; else says why not: the capture ends in it, or IP has no room for it.
bool fixed_header(const Cursor& at, std::size_t bytes, DecodedPacket& packet) {
    packet.transport_bytes = static_cast<std::uint8_t>(std::min(at.captured(), bytes));
    if (at.has(bytes)) return true;
    give_up(packet, at.wire_bytes() < bytes ? DecodeIssue::kBadHeader : DecodeIssue::kCutShort);
    return false;
}

// An ICMP error quotes as little as 8 bytes of TCP: ports and sequence number are worth keeping (RFC 792).
void decode_tcp_beginning(const Cursor& at, TcpHeader& tcp) {
    if (at.has(4)) {
        tcp.source_port = at.be16(0);
        tcp.destination_port = at.be16(2);
    }
    if (at.has(8)) tcp.seq = at.be32(4);
    if (at.has(12)) tcp.ack = at.be32(8);
    if (at.has(14)) tcp.flags = at.be16(12) & 0x0FFFU;
    if (at.has(16)) tcp.window = at.be16(14);
}

void decode_tcp_layer(Cursor at, DecodedPacket& packet) {
    constexpr std::size_t kFixed = 20;
    packet.transport = Transport::kTcp;
    if (!fixed_header(at, kFixed, packet)) return decode_tcp_beginning(at, packet.tcp);
    const bool whole = decode_tcp(at.view(), packet.tcp);
    const std::size_t header_bytes = packet.tcp.header_bytes;
    if (header_bytes < kFixed || header_bytes > at.wire_bytes()) return give_up(packet, DecodeIssue::kBadHeader);
    if (!whole) {
        packet.options_cut = true;
        give_up(packet, DecodeIssue::kCutShort);
    }
    at.skip(header_bytes);
    set_payload(packet, at);
}

void decode_udp_layer(Cursor at, DecodedPacket& packet) {
    constexpr std::size_t kHeader = 8;
    packet.transport = Transport::kUdp;
    UdpHeader& udp = packet.udp;
    if (at.has(4)) {
        udp.source_port = at.be16(0);
        udp.destination_port = at.be16(2);
    }
    if (at.has(6)) udp.length_bytes = at.be16(4);
    if (!fixed_header(at, kHeader, packet)) return;
    udp.checksum = at.be16(6);
    // 0 is how a jumbogram says "longer than 16 bits" (RFC 2675 4); a first fragment holds less than the datagram.
    const std::size_t length = udp.length_bytes == 0 ? at.wire_bytes() : udp.length_bytes;
    if (length < kHeader || (length > at.wire_bytes() && !packet.more_fragments)) {
        return give_up(packet, DecodeIssue::kBadHeader);
    }
    at.limit(length);
    at.skip(kHeader);
    set_payload(packet, at);
    if (!packet.fragment || packet.reassembled) find_udp_tunnel(packet);
}

void decode_icmp_layer(Cursor at, Transport transport, DecodedPacket& packet) {
    constexpr std::size_t kHeader = 8;
    packet.transport = transport;
    if (at.has(2)) {
        packet.icmp.type = at.u8(0);
        packet.icmp.code = at.u8(1);
    }
    if (!fixed_header(at, kHeader, packet)) return;
    packet.icmp.checksum = at.be16(2);
    packet.icmp.rest = at.be32(4);
    at.skip(kHeader);
    set_payload(packet, at);
}

}  // namespace

void decode_transport(const Cursor& carried, DecodedPacket& packet) {
    if (packet.fragment_offset_bytes != 0 && !packet.reassembled) {
        set_payload(packet, carried);
        return give_up(packet, DecodeIssue::kFragment);
    }
    packet.offsets.transport = layer_offset(carried.offset());
    switch (packet.ip_protocol) {
        case kProtocolTcp: return decode_tcp_layer(carried, packet);
        case kProtocolUdp: return decode_udp_layer(carried, packet);
        case kProtocolIcmp: return decode_icmp_layer(carried, Transport::kIcmp, packet);
        case kProtocolIcmpv6: return decode_icmp_layer(carried, Transport::kIcmpv6, packet);
        default:
            packet.transport = Transport::kOther;
            set_payload(packet, carried);
            if (!packet.fragment || packet.reassembled) find_ip_tunnel(packet);
    }
}

}  // namespace wirestory::capture
