// Verifies the checksums of a decoded packet (RFC 1071), knowing what capturing does to them: a packet seen before the
// network device filled its checksum in holds only the pseudo-header's sum, and a cut one cannot be verified at all.
// Reads every byte of the packet: for the selected one, not for all of a large file.
#pragma once

#include <cstdint>

#include "capture/wire/packet.hpp"

namespace wirestory::capture {

enum class Checksum : std::uint8_t {
    kAbsent,  // the protocol has none, or the sender left it out (UDP over IPv4: 0)
    kGood,
    kBad,
    kNotReady,  // left to the network device (offload): no damage
    kCut,       // not all of what it covers was captured
};
const char* to_string(Checksum checksum);

struct Checksums {
    Checksum ip = Checksum::kAbsent;  // the IPv4 header's
    Checksum transport = Checksum::kAbsent;
};

// `packet` is what decode() or decode_inner() made of `frame`; of a reassembled one the datagram's bytes are the frame.
Checksums verify_checksums(ByteView frame, const DecodedPacket& packet);

}  // namespace wirestory::capture
