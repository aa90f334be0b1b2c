// IPv4 (RFC 791) and IPv6 with its extension headers (RFC 8200). Used by decode(), decode_inner() and reassembly only;
// fills a DecodedPacket and never reads beyond the frame.
#pragma once

#include "capture/wire/cursor.hpp"
#include "capture/wire/packet.hpp"

namespace wirestory::capture {

// Whether the length in the IP header may reach beyond the frame: only in the excerpt that an ICMP error quotes.
enum class IpLength : std::uint8_t { kWithinFrame, kAsClaimed };

void decode_ipv4(Cursor at, IpLength rule, DecodedPacket& packet);
void decode_ipv6(Cursor at, IpLength rule, DecodedPacket& packet);
// Goes by packet.ether_type, when the link layer led somewhere.
void decode_network(Cursor at, IpLength rule, DecodedPacket& packet);
// From `next` on: IPv6's extension headers (as far as they are not used up) and the transport header.
void decode_ipv6_headers(std::uint8_t next, Cursor at, DecodedPacket& packet);

}  // namespace wirestory::capture
