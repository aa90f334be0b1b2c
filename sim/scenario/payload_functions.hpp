// What the functions of payloads compute: md5, and pack and unpack as Python's struct has them. Pure; knows no values
// of a story.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace wirestory::sim {

// RFC 1321, as 32 lower-case hexadecimal digits: what hashlib.md5(...).hexdigest() gives.
std::string md5_hex(ByteView data);
std::string hex_text(ByteView data);

// "<i", ">HH", "!IQ": a byte order (`<` little, `>` and `!` big, `=` or none this machine's) and codes b B h H i I l L
// q Q, with counts ("3H"). Standard sizes, no padding. The failure is a phrase for a diagnostic.
Result<Bytes> pack(std::string_view format, std::span<const std::int64_t> numbers);
// The way back. The data must have exactly the bytes that the format says.
Result<std::vector<std::int64_t>> unpack(std::string_view format, ByteView data);

// One number of a format: "<i" is {4, little, signed}. For length prefixes.
struct NumberFormat {
    std::size_t bytes = 0;
    bool little_endian = true;
    bool is_signed = false;
};
std::optional<NumberFormat> single_number_format(std::string_view format);

}  // namespace wirestory::sim
