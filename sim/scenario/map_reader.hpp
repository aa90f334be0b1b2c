// MapReader: one YAML mapping with a fixed set of keys. Reports unknown and repeated keys; texts in one or two
// languages. Knows no key's meaning. Mistakes go to the context.
#pragma once

#include <string_view>
#include <vector>

#include "sim/scenario/parse_context.hpp"

namespace wirestory::sim {

class MapReader {
public:
    // `what` names the mapping in messages: "a scenario", "`expect`".
    MapReader(const YamlNode& node, std::string_view what, std::vector<std::string_view> keys, ParseContext& context);

    // The value of a key, null when it is not there.
    [[nodiscard]] const YamlNode* find(std::string_view key) const;
    // Where the key stands; only for keys that are there.
    [[nodiscard]] SourceSpan key_span(std::string_view key) const;

private:
    const YamlNode* key_node(std::string_view key, const YamlNode** value) const;

    const YamlNode& node_;
    ParseContext& context_;
};

// Reports keys that stand twice in a mapping.
void report_repeated_keys(const YamlNode& map, ParseContext& context);
// `text` or `{ en: text, zh: 文字 }`. `what` names it in messages.
Localized read_localized(const YamlNode& node, std::string_view what, ParseContext& context);
// A list of nodes: the items of a sequence, or the one scalar that stands in its place.
std::vector<const YamlNode*> list_items(const YamlNode& node);

}  // namespace wirestory::sim
