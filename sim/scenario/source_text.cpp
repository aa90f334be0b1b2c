#include "sim/scenario/source_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace wirestory::sim {
namespace {

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Length of the well-formed character at the start of `text`, 0 when there is none (Unicode 15, table 3-7).
std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t i) -> unsigned { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xC2 && lead < 0xE0   ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if (!continues_character(text[i])) return 0;
    const unsigned second = byte(1);
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return 0;  // overlong, surrogates
    if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return 0;  // overlong, above U+10FFFF
    return length;
}

}  // namespace

SourceText::SourceText(std::string_view text) : text_(text) {
    line_begins_.push_back(0);
    characters_before_.reserve(text.size() + 1);
    std::uint32_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        characters_before_.push_back(characters);
        if (i + 1 == text.size() || !continues_character(text[i + 1])) ++characters;
        if (text[i] == '\n') line_begins_.push_back(static_cast<std::uint32_t>(i + 1));
    }
    characters_before_.push_back(characters);
}

int SourceText::line_number(std::size_t offset) const {
    const auto after = std::upper_bound(line_begins_.begin(), line_begins_.end(), std::min(offset, text_.size()));
    return static_cast<int>(after - line_begins_.begin());
}

std::size_t SourceText::line_begin(std::size_t offset) const {
    return line_begins_[static_cast<std::size_t>(line_number(offset) - 1)];
}

std::string_view SourceText::line(int number) const {
    if (number < 1 || static_cast<std::size_t>(number) > line_begins_.size()) return {};
    // No search for the line break: this is asked for each token, and a line may be a megabyte.
    const auto index = static_cast<std::size_t>(number - 1);
    const std::size_t begin = line_begins_[index];
    const std::size_t end = index + 1 < line_begins_.size() ? line_begins_[index + 1] - 1 : text_.size();
    std::string_view line = text_.substr(begin, end - begin);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

SourceSpan SourceText::span(std::size_t begin, std::size_t end) const {
    begin = std::min(begin, text_.size());
    SourceSpan span;
    span.line = line_number(begin);
    const std::size_t first = line_begins_[static_cast<std::size_t>(span.line - 1)];
    const std::size_t line_end = first + line(span.line).size();
    end = std::clamp(end, begin, std::max(begin, line_end));
    span.column = static_cast<int>(characters_before_[begin] - characters_before_[first]) + 1;
    span.length = std::max(1, static_cast<int>(characters_before_[end] - characters_before_[begin]));
    return span;
}

SourceSpan PlacedText::span(std::size_t begin, std::size_t end) const {
    const std::size_t last = offsets.size() - 1;
    begin = std::min(begin, last);
    end = std::clamp(end, begin, last);
    // The place behind the last character, not that of the next one: folding may have skipped a line in between.
    const std::size_t end_offset = end > begin ? offsets[end - 1] + 1U : offsets[begin];
    return source->span(offsets[begin], end_offset);
}

std::string_view PlacedText::rest_of_line() const {
    const std::string_view rest = source->text().substr(std::min<std::size_t>(offsets.back(), source->text().size()));
    return rest.substr(0, rest.find('\n'));
}

std::string_view without_byte_order_mark(std::string_view text) {
    if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
    return text;
}

std::size_t first_invalid_utf8(std::string_view text) {
    std::size_t offset = 0;
    while (offset < text.size()) {
        const std::size_t length = character_length(text.substr(offset));
        if (length == 0) return offset;
        offset += length;
    }
    return std::string_view::npos;
}

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        const auto first = static_cast<unsigned char>(text[0]);
        // C0, DEL and C1 controls could drive the reader's terminal.
        const bool c1_control = length == 2 && first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
        if (length == 0 || first < 0x20 || first == 0x7F || c1_control) {
            out += first == '\t' ? ' ' : '?';
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::string quoted(std::string_view word) { return fmt::format("`{}`", fit_width(printable(word.substr(0, 400)), 60)); }

}  // namespace wirestory::sim
