#include "recording/framing.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace wirestory {

std::optional<std::int64_t> read_number(ByteView bytes, bool little_endian, bool is_signed) {
    if (bytes.empty() || bytes.size() > sizeof(std::uint64_t)) return std::nullopt;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const std::size_t at = little_endian ? bytes.size() - 1 - i : i;
        value = value << 8U | std::to_integer<std::uint64_t>(bytes[at]);
    }
    const std::size_t bits = 8 * bytes.size();
    const bool top = (value >> (bits - 1) & 1U) != 0;
    if (is_signed && top && bits < 64) value |= ~std::uint64_t{0} << bits;
    if (!is_signed && top && bits == 64) return std::nullopt;
    return static_cast<std::int64_t>(value);
}

std::optional<std::uint64_t> message_bytes(const Framing& framing, ByteView stream, bool* broken) {
    switch (framing.kind) {
        case FramingKind::kNone: return std::nullopt;
        case FramingKind::kLengthPrefix: {
            if (stream.size() < framing.prefix_bytes) return std::nullopt;
            const auto length =
                read_number(stream.first(framing.prefix_bytes), framing.little_endian, framing.is_signed);
            const bool good = length && *length >= 0 && *length <= kMaxFramedBytes;
            if (broken != nullptr) *broken = !good;
            return framing.prefix_bytes + (good ? static_cast<std::uint64_t>(*length) : 0);
        }
        case FramingKind::kDelimiter: {
            const ByteView mark = as_bytes(framing.delimiter);
            const auto found = std::search(stream.begin(), stream.end(), mark.begin(), mark.end());
            if (found == stream.end()) return std::nullopt;
            return static_cast<std::uint64_t>(found - stream.begin()) + mark.size();
        }
        case FramingKind::kFixed: return framing.fixed_bytes;
    }
    return std::nullopt;
}

std::string to_string(const Framing& framing) {
    switch (framing.kind) {
        case FramingKind::kNone: return "none";
        case FramingKind::kDelimiter: return "delimiter: " + quote_bytes(as_bytes(framing.delimiter));
        case FramingKind::kFixed: return "fixed: " + std::to_string(framing.fixed_bytes);
        case FramingKind::kLengthPrefix: break;
    }
    std::string code = framing.prefix_bytes == 1 ? "b" : framing.prefix_bytes == 2 ? "h" : "i";
    if (framing.prefix_bytes == 8) code = "q";
    if (!framing.is_signed) code.front() = static_cast<char>(code.front() - 'a' + 'A');
    return std::string("length-prefix: \"") + (framing.little_endian ? "<" : ">") + code + "\"";
}

}  // namespace wirestory
