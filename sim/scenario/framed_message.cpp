#include "sim/scenario/framed_message.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/messages.hpp"

namespace wirestory::sim {
namespace {

Result<Bytes> length_prefixed(const Framing& framing, ByteView body) {
    const std::uint64_t length = body.size();
    const unsigned bits = 8 * framing.prefix_bytes - (framing.is_signed ? 1 : 0);
    if (bits < 64 && length >> bits != 0) return fail(tr_format("a length of {} does not fit into the prefix", length));
    Bytes message;
    message.reserve(framing.prefix_bytes + body.size());
    for (std::uint32_t i = 0; i < framing.prefix_bytes; ++i) {
        const std::uint32_t shift = 8 * (framing.little_endian ? i : framing.prefix_bytes - 1 - i);
        message.push_back(static_cast<std::byte>(length >> shift & 0xFFU));
    }
    message.insert(message.end(), body.begin(), body.end());
    return message;
}

}  // namespace

Result<Bytes> framed_message(const Framing& framing, ByteView body) {
    if (body.size() > static_cast<std::uint64_t>(kMaxFramedBytes)) return fail(tr("a message has at most 64 MiB"));
    switch (framing.kind) {
        case FramingKind::kLengthPrefix: return length_prefixed(framing, body);
        case FramingKind::kFixed:
            if (body.size() != framing.fixed_bytes)
                return fail(tr_format("a message of {} bytes, not of {}", body.size(), framing.fixed_bytes));
            break;
        case FramingKind::kDelimiter: {
            Bytes message(body.begin(), body.end());
            const ByteView mark = as_bytes(framing.delimiter);
            message.insert(message.end(), mark.begin(), mark.end());
            // Also where body and delimiter together make an earlier one.
            if (message_bytes(framing, message) != message.size())
                return fail(tr("the message holds the delimiter: its reader would end there"));
            return message;
        }
        case FramingKind::kNone: break;
    }
    return Bytes(body.begin(), body.end());
}

ByteView message_body(const Framing& framing, ByteView message) {
    const std::size_t size = message.size();
    if (framing.kind == FramingKind::kLengthPrefix)
        return message.subspan(std::min<std::size_t>(framing.prefix_bytes, size));
    if (framing.kind == FramingKind::kDelimiter) return message.first(size - std::min(framing.delimiter.size(), size));
    return message;
}

}  // namespace wirestory::sim
