// framed_message(): a body as it goes onto the wire under the story's framing, and the way back. Pure.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "recording/framing.hpp"

namespace wirestory::sim {

// The failure is a phrase: the body is too long for its prefix, holds the delimiter, has not the fixed length.
Result<Bytes> framed_message(const Framing& framing, ByteView body);
// A whole message as read from the wire, without header or delimiter.
ByteView message_body(const Framing& framing, ByteView message);

}  // namespace wirestory::sim
