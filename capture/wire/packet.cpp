#include "capture/wire/packet.hpp"

#include "capture/wire/ip.hpp"
#include "capture/wire/link.hpp"

namespace wirestory::capture {

// https://www.iana.org/assignments/protocol-numbers
std::string ip_protocol_text(std::uint8_t ip_protocol) {
    switch (ip_protocol) {
        case 2: return "IGMP";
        case 47: return "GRE";
        case 50: return "ESP";
        case 51: return "AH";
        case 89: return "OSPF";
        case 103: return "PIM";
        case 112: return "VRRP";
        case 132: return "SCTP";
        default: return "IP protocol " + std::to_string(ip_protocol);
    }
}

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
    Cursor at(frame, original_bytes);
    if (link_type == kLinkEthernet && at.has(14) && at.be16(12) == kEtherIpv4) {  // nearly all packets of the world
        packet.has_ethernet = true;
        packet.ether_type = kEtherIpv4;
        at.skip(14);
        decode_ipv4(at, IpLength::kWithinFrame, packet);
        return packet;
    }
    follow_link(at, link_type, packet);
    if (packet.issue == DecodeIssue::kNone) decode_network(at, IpLength::kWithinFrame, packet);
    return packet;
}

}  // namespace wirestory::capture
