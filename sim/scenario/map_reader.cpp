#include "sim/scenario/map_reader.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/messages.hpp"

namespace wirestory::sim {

void report_repeated_keys(const YamlNode& map, ParseContext& context) {
    std::map<std::string_view, const YamlNode*> seen;
    for (std::size_t i = 0; i < map.entry_count(); ++i) {
        const YamlNode& key = map.key(i);
        if (context.diagnostics.full()) return;
        if (!key.is_scalar()) continue;
        const auto [first, fresh] = seen.emplace(key.scalar, &key);
        if (fresh) continue;
        context.error(
            span_of(context.source, key), tr_format("{} stands here a second time", quoted(key.scalar)),
            tr_format("it stands in line {} already: keep one", context.source.line_number(first->second->offset)));
    }
}

MapReader::MapReader(const YamlNode& node, std::string_view what, std::vector<std::string_view> keys,
                     ParseContext& context)
    : node_(node), context_(context) {
    if (!node.is_map()) {
        context.error(span_of(context.source, node),
                      tr_format("{} is a mapping of keys, not {}", what, node.describe()),
                      keys.empty() ? std::string{} : tr_format("for example `{}: ...`", keys.front()));
        return;
    }
    report_repeated_keys(node, context);
    for (std::size_t i = 0; i < node.entry_count(); ++i) {
        const YamlNode& key = node.key(i);
        const std::string_view name = key.scalar;
        if (context.diagnostics.full()) return;
        if (key.is_scalar() && std::find(keys.begin(), keys.end(), name) != keys.end()) continue;
        context.error(span_of(context.source, key), tr_format("unknown key {} in {}", quoted(name), what),
                      suggestion(name, keys));
    }
}

const YamlNode* MapReader::key_node(std::string_view key, const YamlNode** value) const {
    if (!node_.is_map()) return nullptr;
    for (std::size_t i = 0; i < node_.entry_count(); ++i) {
        if (!node_.key(i).is_scalar() || node_.key(i).scalar != key) continue;
        if (value != nullptr) *value = &node_.value(i);
        return &node_.key(i);
    }
    return nullptr;
}

const YamlNode* MapReader::find(std::string_view key) const {
    const YamlNode* value = nullptr;
    key_node(key, &value);
    return value;
}

SourceSpan MapReader::key_span(std::string_view key) const {
    const YamlNode* node = key_node(key, nullptr);
    return span_of(context_.source, node != nullptr ? *node : node_);
}

Localized read_localized(const YamlNode& node, std::string_view what, ParseContext& context) {
    if (node.is_scalar()) return {node.scalar, {}};
    const auto error = [&](const YamlNode& at, std::string message, std::string hint) {
        context.error(span_of(context.source, at), std::move(message), std::move(hint));
    };
    if (!node.is_map()) {
        error(node, tr_format("{} is a text, not {}", what, node.describe()),
              tr("write a text, or { en: \"...\", zh: \"...\" }"));
        return {};
    }
    report_repeated_keys(node, context);
    Localized text;
    for (std::size_t i = 0; i < node.entry_count(); ++i) {
        const YamlNode& key = node.key(i);
        const YamlNode& value = node.value(i);
        const bool known = key.is_scalar() && (key.scalar == "en" || key.scalar == "zh");
        if (!known) {
            const bool comma = node.flow && value.is_null();
            error(key,
                  comma ? tr_format("a comma inside {{ }} ends the text before {}", quoted(key.scalar))
                        : tr_format("unknown language {} in {}", quoted(key.scalar), what),
                  comma ? tr("put the text into double quotes") : tr("known: `en`, `zh`"));
        } else if (!value.is_scalar()) {
            error(value.is_null() ? key : value, tr_format("{} is a text, not {}", what, value.describe()),
                  tr("put the text into double quotes"));
        } else {
            (key.scalar == "en" ? text.en : text.zh) = value.scalar;
        }
    }
    if (text.en.empty() && !text.zh.empty())
        error(node, tr_format("{} has no English text", what), tr("add `en:`; it stands in for every other language"));
    return text;
}

std::vector<const YamlNode*> list_items(const YamlNode& node) {
    std::vector<const YamlNode*> items;
    if (node.is_sequence()) {
        for (const YamlNode& item : node.items) items.push_back(&item);
    } else {
        items.push_back(&node);
    }
    return items;
}

}  // namespace wirestory::sim
