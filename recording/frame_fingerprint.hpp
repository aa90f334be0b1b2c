// A number that tells frames apart cheaply: of the length and the first 96 bytes. The wire and the taps compute the
// same for the same frame (when so much was captured), so that their sightings can be paired. Not for hostile input:
// equal numbers are a hint, never a proof. Pure.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace wirestory {

// `original_bytes`: the frame's length on the wire; of `frame` no more than was captured need be there.
std::uint64_t frame_fingerprint(ByteView frame, std::size_t original_bytes);
inline std::uint64_t frame_fingerprint(ByteView frame) { return frame_fingerprint(frame, frame.size()); }

}  // namespace wirestory
