// SourceText: the characters of a scenario file and where they stand. Turns byte offsets into line and column
// (characters, from 1), and PlacedText does the same for a text that YAML has unquoted or folded.
// Knows nothing of YAML or scenarios. Never fails: offsets beyond the end mean the end. Immutable, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/diagnostics.hpp"

namespace wirestory::sim {

class SourceText {
public:
    explicit SourceText(std::string_view text);

    [[nodiscard]] std::string_view text() const { return text_; }
    // From byte `begin` to before byte `end`; cut at the end of the first line.
    [[nodiscard]] SourceSpan span(std::size_t begin, std::size_t end) const;
    // Without its line break; empty for lines that do not exist.
    [[nodiscard]] std::string_view line(int number) const;
    // Offset of the first byte of the line that holds `offset`.
    [[nodiscard]] std::size_t line_begin(std::size_t offset) const;
    [[nodiscard]] int line_number(std::size_t offset) const;

private:
    std::string_view text_;
    std::vector<std::uint32_t> line_begins_;
    std::vector<std::uint32_t> characters_before_;  // per byte, so that no line is counted twice
};

// A scalar's text together with the place of each of its bytes in the file.
struct PlacedText {
    std::string_view text;
    std::vector<std::uint32_t> offsets;  // one a byte of `text`, and one for its end
    const SourceText* source = nullptr;
    bool plain = true;  // not quoted in YAML

    [[nodiscard]] SourceSpan span(std::size_t begin, std::size_t end) const;
    [[nodiscard]] SourceSpan whole() const { return span(0, text.size()); }
    // What stands in the file right behind the text, to the end of its line.
    [[nodiscard]] std::string_view rest_of_line() const;
};

// `text` without a leading byte order mark.
std::string_view without_byte_order_mark(std::string_view text);
// Offset of the first byte that is not part of a well-formed UTF-8 character; npos when all is well.
std::size_t first_invalid_utf8(std::string_view text);
// `word` between backticks for a message: control characters made visible, cut when long.
std::string quoted(std::string_view word);
// The same without the backticks and without the cut.
std::string printable(std::string_view text);

}  // namespace wirestory::sim
