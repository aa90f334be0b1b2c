// Finds the bytes of a scalar again in the file. YAML unquotes, unescapes and folds; walking both texts side by side
// undoes that without a second YAML parser, since every difference is one of the few below (YAML 1.2.2, chapters 5.7,
// 7.3 and 8.1).
#include <algorithm>

#include "sim/scenario/yaml_document.hpp"

namespace wirestory::sim {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Walker {
public:
    Walker(std::string_view source, std::size_t offset) : source_(source), position_(offset) {
        const char first = at(0);
        if (first == '"' || first == '\'') {
            quote_ = first;
            ++position_;
        } else if (first == '|' || first == '>') {
            position_ = std::min(source_.find('\n', position_), source_.size());
        }
    }

    // The place of the next byte `c` of the value.
    std::size_t next(char c) {
        if (escape_bytes_left_ > 0 && continues(c)) {
            --escape_bytes_left_;
            return escape_begin_;
        }
        escape_bytes_left_ = 0;
        skip_folding(c);
        if (quote_ == '"' && at(0) == '\\') return take_escape();
        const std::size_t place = position_;
        if (quote_ == '\'' && at(0) == '\'' && at(1) == '\'') ++position_;
        if (position_ < source_.size() && (at(0) == c || !is_space(c))) ++position_;
        return std::min(place, source_.size());
    }
    [[nodiscard]] std::size_t position() const { return std::min(position_, source_.size()); }

private:
    [[nodiscard]] char at(std::size_t ahead) const {
        return position_ + ahead < source_.size() ? source_[position_ + ahead] : '\0';
    }
    static bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

    // Line breaks and indentation that became one space, or nothing.
    void skip_folding(char c) {
        while (position_ < source_.size()) {
            if (quote_ == '"' && at(0) == '\\' && (at(1) == '\n' || at(1) == '\r')) {
                ++position_;
                continue;
            }
            if (!is_space(at(0)) || at(0) == c) return;
            ++position_;
        }
    }
    std::size_t take_escape() {
        escape_begin_ = position_;
        const char kind = at(1);
        position_ += kind == 'x' ? 4 : kind == 'u' ? 6 : kind == 'U' ? 10 : 2;
        escape_bytes_left_ = 3;  // one escape may stand for a character of up to four bytes
        return escape_begin_;
    }

    std::string_view source_;
    std::size_t position_;
    char quote_ = '\0';
    std::size_t escape_begin_ = 0;
    int escape_bytes_left_ = 0;
};

}  // namespace

PlacedText place(const SourceText& source, const YamlNode& scalar) {
    PlacedText placed;
    placed.text = scalar.scalar;
    placed.source = &source;
    placed.plain = !scalar.quoted;
    const bool replaced = !scalar.origins.empty();
    const std::string_view written = replaced ? scalar.written : scalar.scalar;
    placed.offsets.reserve(written.size() + 1);
    Walker walker(source.text(), scalar.offset);
    for (const char c : written) placed.offsets.push_back(static_cast<std::uint32_t>(walker.next(c)));
    placed.offsets.push_back(static_cast<std::uint32_t>(walker.position()));
    if (!replaced) return placed;
    std::vector<std::uint32_t> offsets;
    offsets.reserve(scalar.origins.size());
    for (const std::uint32_t origin : scalar.origins) offsets.push_back(placed.offsets[origin]);
    placed.offsets = std::move(offsets);
    return placed;
}

SourceSpan span_of(const SourceText& source, const YamlNode& node) {
    if (!node.is_scalar()) return source.span(node.offset, node.offset + 1);
    return place(source, node).whole();
}

}  // namespace wirestory::sim
