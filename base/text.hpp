// Text for people: durations, sizes, payload excerpts, display width, spelling suggestions. Pure functions, UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace wirestory {

// "850 ns", "12.3 us", "40.1 ms", "2.000 s": three or four significant digits, unit with a space.
std::string format_duration(DurationNs duration);
// "11 B", "4.0 KiB", "1.5 MiB".
std::string format_bytes(std::uint64_t bytes);
// "40ms", "1.5s", "200us", "7ns", "2min"; nothing when the text is no duration.
std::optional<DurationNs> parse_duration(std::string_view text);
// "4096", "64KiB", "1MB" (decimal), "2B"; nothing when the text is no size.
std::optional<std::uint64_t> parse_size(std::string_view text);

// Printable excerpt in double quotes, C escapes as strace writes them: `"hello\n"`, cut with `...` after `max_bytes`.
std::string quote_bytes(ByteView bytes, std::size_t max_bytes = 32);

// Columns a terminal needs (East Asian wide characters count 2, combining marks 0). Broken UTF-8 counts 1 a byte.
int display_width(std::string_view utf8);
// At most `columns` columns of the text, ended with `...` where it was cut; never splits a character.
std::string fit_width(std::string_view utf8, int columns);

// The text with blanks up to `columns`; longer ones as they are.
std::string padded(std::string_view utf8, int columns);
// Lines of at most `width` columns, each begun with `indent` and ended with a newline. Lines end at blanks and between
// Chinese characters, never before a closing mark.
std::string wrapped(std::string_view utf8, int width, std::string_view indent);

// The candidate nearest in spelling, for "did you mean"; nothing when none is near.
std::optional<std::string_view> closest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace wirestory
