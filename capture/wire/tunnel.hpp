// The packet inside a packet: what a tunnel carries, and the packet that an ICMP error quotes. decode() only notes that
// there is one; these go on from there. Pure, no allocation, any input; offsets are those of the whole frame.
#pragma once

#include "capture/wire/packet.hpp"

namespace wirestory::capture {

// What outer.tunnel carries; of a packet without a tunnel, or of one that was cut before it, the issue says so. It may
// carry another tunnel: follow at most kMaxTunnels of them.
constexpr int kMaxTunnels = 8;
DecodedPacket decode_inner(ByteView frame, const DecodedPacket& outer);

// Is this an ICMP or ICMPv6 message that quotes the packet it complains of (RFC 792, RFC 4443 3)?
bool quotes_packet(const DecodedPacket& icmp);
// The quoted packet. Its payload is mostly cut (often after 8 bytes of the transport header): payload_bytes says what
// it had, `transport_bytes` how much of the transport header is there.
DecodedPacket decode_quoted(ByteView frame, const DecodedPacket& icmp);

}  // namespace wirestory::capture
