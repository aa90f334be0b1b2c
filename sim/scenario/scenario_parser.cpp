// parse_scenario(): the text's well-formedness, then its keys one after another.
#include <algorithm>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "sim/scenario/expectations_reader.hpp"
#include "sim/scenario/framing_reader.hpp"
#include "sim/scenario/map_reader.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/story_reader.hpp"
#include "sim/scenario/tour_reader.hpp"

namespace wirestory::sim {
namespace {

constexpr std::size_t kMaxSteps = 10'000;

// "tcp/handshake" for anything below a folder `scenarios`, else the file's stem.
std::string name_of(std::string_view file_name) {
    constexpr std::string_view kFolder = "scenarios/";
    std::string_view name = file_name;
    const std::size_t folder = name.rfind(kFolder);
    if (folder != std::string_view::npos && (folder == 0 || name[folder - 1] == '/')) {
        name.remove_prefix(folder + kFolder.size());
    } else {
        name.remove_prefix(name.find_last_of('/') + 1);  // npos + 1 is 0
    }
    const std::size_t slash = name.find_last_of('/');
    const std::size_t dot = name.find_last_of('.');
    if (dot != std::string_view::npos && dot > 0 && (slash == std::string_view::npos || dot > slash + 1))
        name = name.substr(0, dot);
    return std::string{name};
}

// What no text file has. Says so once; false ends the reading.
bool check_characters(std::string_view text, const SourceText& source, Diagnostics& diagnostics) {
    const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
    if (std::all_of(text.begin(), text.end(), blank)) {
        diagnostics.error({}, tr("the file is empty"), tr("a scenario has at least a `story:`"));
        return false;
    }
    const auto control = [&](char c) { return (static_cast<unsigned char>(c) < 0x20 && !blank(c)) || c == '\x7F'; };
    const auto found = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), control) - text.begin());
    const std::size_t invalid = std::min(first_invalid_utf8(text), text.size());
    if (text.find('\0') != std::string_view::npos) {
        diagnostics.error({}, tr("this is a binary file, not a scenario"), tr("a scenario is a YAML text in UTF-8"));
        return false;
    }
    if (invalid < text.size()) {
        diagnostics.error(source.span(invalid, invalid + 1), tr("this is no UTF-8 text"), tr("save the file as UTF-8"));
        return false;
    }
    if (found < text.size()) {
        diagnostics.error(
            source.span(found, found + 1),
            tr_format("a control character (0x{:02x}) stands here", static_cast<unsigned char>(text[found])),
            tr("remove it; inside a string write it as an escape, \\x1b"));
        return false;
    }
    return true;
}

class ScenarioParser {
public:
    explicit ScenarioParser(ParseContext& context) : context_(context) {}

    void run(const YamlNode& root) {
        if (root.is_null()) {
            context_.diagnostics.error({}, tr("the file holds no scenario"), tr("a scenario has at least a `story:`"));
            return;
        }
        const MapReader keys(root, tr("a scenario"),
                             {"story", "title", "topics", "link", "sysctl", "framing", "expect", "lesson", "tour"},
                             context_);
        if (!root.is_map()) return;
        if (const YamlNode* framing = keys.find("framing")) read_framing(*framing, context_);
        if (const YamlNode* sysctl = keys.find("sysctl")) read_sysctls(*sysctl);
        read_story_key(keys);
        if (const YamlNode* title = keys.find("title"))
            context_.scenario.title = read_localized(*title, "`title`", context_);
        if (context_.scenario.title.en.empty()) context_.scenario.title.en = context_.scenario.name;
        if (const YamlNode* topics = keys.find("topics")) read_topics(*topics);
        if (const YamlNode* expect = keys.find("expect")) read_expectations(*expect, context_);
        if (const YamlNode* lesson = keys.find("lesson"))
            context_.scenario.lesson = read_localized(*lesson, "`lesson`", context_);
        if (const YamlNode* tour = keys.find("tour")) read_tour(*tour, context_);
    }

private:
    void read_story_key(const MapReader& keys) {
        const YamlNode* story = keys.find("story");
        if (story == nullptr) {
            context_.diagnostics.error({}, tr("the scenario has no story"),
                                       tr("add `story:` with steps such as `- client: socket(tcp)`"));
        } else if (story->is_null()) {
            context_.error(keys.key_span("story"), tr("a story needs at least one step"),
                           tr("a step is written `- client: socket(tcp)`, below `story:`"));
        } else if (story->items.size() > kMaxSteps && story->is_sequence()) {
            context_.error(keys.key_span("story"), tr_format("a story may have {} steps", kMaxSteps), tr("use fewer"));
        } else {
            const YamlNode* link = keys.find("link");
            read_story(*story, link, link == nullptr ? SourceSpan{} : keys.key_span("link"), context_);
        }
    }

    void read_topics(const YamlNode& node) {
        for (const YamlNode* item : list_items(node)) {
            if (item->is_scalar() && !item->scalar.empty()) {
                context_.scenario.topics.push_back(item->scalar);
            } else {
                context_.error(span_of(context_.source, *item),
                               tr_format("a topic is a word, not {}", item->describe()),
                               tr("for example topics: [tcp, nagle]"));
            }
        }
    }

    // The name becomes a path below /proc/sys, so it holds nothing but words and dots.
    static bool is_sysctl_name(std::string_view name) {
        if (name.substr(0, 4) != "net." || name.back() == '.' || name.find("..") != std::string_view::npos)
            return false;
        return std::all_of(name.begin(), name.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                   c == '.';
        });
    }

    void read_sysctls(const YamlNode& node) {
        if (!node.is_map()) {
            context_.error(span_of(context_.source, node),
                           tr_format("`sysctl` is a mapping of settings, not {}", node.describe()),
                           tr("for example sysctl: { net.ipv4.tcp_sack: 0 }"));
            return;
        }
        report_repeated_keys(node, context_);
        for (std::size_t i = 0; i < node.entry_count(); ++i) {
            const YamlNode& key = node.key(i);
            const YamlNode& value = node.value(i);
            if (!key.is_scalar() || !is_sysctl_name(key.scalar)) {
                context_.error(span_of(context_.source, key),
                               tr_format("{} is no setting of the network", quoted(key.scalar)),
                               tr("settings begin with `net.`, for example net.ipv4.tcp_sack"));
            } else if (!value.is_scalar() || value.scalar.empty() ||
                       value.scalar.find_first_of("\n\r") != std::string::npos) {
                context_.error(span_of(context_.source, value.is_null() ? key : value),
                               tr("a setting is a text of one line"),
                               tr("for example net.ipv4.tcp_rmem: 4096 16384 65536"));
            } else {
                context_.scenario.sysctls.emplace_back(key.scalar, value.scalar);
            }
        }
    }

    ParseContext& context_;
};

}  // namespace

ParseOutcome parse_scenario(std::string_view text, const std::string& file_name,
                            const std::vector<std::string>& known_findings) {
    ParseOutcome outcome;
    outcome.diagnostics.file = file_name;
    if (text.size() > kMaxScenarioBytes) {
        outcome.diagnostics.error({}, tr("the file is larger than 1 MiB"),
                                  tr("a scenario is a short YAML text; is this the right file?"));
        return outcome;
    }
    Scenario scenario;
    scenario.name = name_of(file_name);
    scenario.file_name = file_name;
    scenario.yaml = std::string{text};
    const SourceText source(without_byte_order_mark(text));
    if (!check_characters(source.text(), source, outcome.diagnostics)) return outcome;
    const std::optional<YamlNode> root = parse_yaml(source, outcome.diagnostics);
    if (root) {
        ParseContext context{source, outcome.diagnostics, scenario, known_findings, {}};
        ScenarioParser(context).run(*root);
    } else if (!outcome.diagnostics.has_errors()) {
        outcome.diagnostics.error({}, tr("the file holds no scenario"), tr("a scenario has at least a `story:`"));
    }
    if (!outcome.diagnostics.has_errors()) outcome.scenario = std::move(scenario);
    return outcome;
}

}  // namespace wirestory::sim
