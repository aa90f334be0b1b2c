// IPv4 (RFC 791), IPv6 with its extension headers (RFC 8200), and what they carry: TCP, UDP (RFC 768), ICMP (RFC 792),
// ICMPv6 (RFC 4443). Used by decode() only; fills a DecodedPacket and never reads beyond the frame.
#pragma once

#include "capture/wire/packet.hpp"

namespace wirestory::capture {

struct IpSpan {
    ByteView frame;               // the captured bytes, from the link layer on
    std::size_t offset = 0;       // where the IP header starts
    std::size_t frame_bytes = 0;  // length of the frame on the wire: at least frame.size()
};

void decode_ipv4(const IpSpan& span, DecodedPacket& packet);
void decode_ipv6(const IpSpan& span, DecodedPacket& packet);

}  // namespace wirestory::capture
