// parse_yaml(): a YAML text as a tree in which everything knows its place in the file. The only file that sees
// yaml-cpp. Knows nothing of scenarios. YAML errors become diagnostics with hints for the usual traps; no exception
// leaves. Anchors and aliases are refused (so nothing can expand), and so are tags and a second document.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/diagnostics.hpp"
#include "sim/scenario/source_text.hpp"

namespace wirestory::sim {

struct YamlNode {
    enum class Kind { kNull, kScalar, kSequence, kMap };

    Kind kind = Kind::kNull;
    bool quoted = false;  // a scalar in quotes or a block (`|`, `>`)
    bool flow = false;    // a sequence or map written with [ ] or { }
    std::string scalar;
    std::vector<YamlNode> items;  // of a sequence; of a map alternately key and value
    std::size_t offset = 0;       // first byte in the file
    // Of a scalar in which a counter was replaced: the text as written, and which of its bytes each byte came from.
    std::string written;
    std::vector<std::uint32_t> origins;

    [[nodiscard]] bool is_null() const { return kind == Kind::kNull; }
    [[nodiscard]] bool is_scalar() const { return kind == Kind::kScalar; }
    [[nodiscard]] bool is_sequence() const { return kind == Kind::kSequence; }
    [[nodiscard]] bool is_map() const { return kind == Kind::kMap; }
    [[nodiscard]] std::size_t entry_count() const { return items.size() / 2; }
    [[nodiscard]] const YamlNode& key(std::size_t i) const { return items[2 * i]; }
    [[nodiscard]] const YamlNode& value(std::size_t i) const { return items[2 * i + 1]; }
    // "text", "a list", "a mapping", "nothing": for messages.
    [[nodiscard]] const char* describe() const;
};

// Nothing when the text is no YAML; then `diagnostics` says why. A tree may come together with errors.
std::optional<YamlNode> parse_yaml(const SourceText& source, Diagnostics& diagnostics);

// The scalar's text with the place of each byte. The node must outlive it.
PlacedText place(const SourceText& source, const YamlNode& scalar);
// Where a node stands: all of a scalar (to the end of its first line), the first character of anything else.
SourceSpan span_of(const SourceText& source, const YamlNode& node);

}  // namespace wirestory::sim
