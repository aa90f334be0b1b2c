#include "sim/scenario/expectations_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "sim/scenario/condition_parser.hpp"
#include "sim/scenario/map_reader.hpp"
#include "sim/scenario/measure_expectations.hpp"
#include "sim/scenario/pattern_parser.hpp"

namespace wirestory::sim {
namespace {

class ExpectationsReader {
public:
    explicit ExpectationsReader(ParseContext& context) : context_(context), expect_(context.scenario.expect) {}

    void run(const YamlNode& node) {
        const MapReader keys(
            node, "`expect`",
            {"segments", "never", "findings", "states", "messages", "buffers", "counts", "lost", "times"}, context_);
        if (const YamlNode* segments = keys.find("segments")) {
            expect_.segments_span = keys.key_span("segments");
            read_segments(*segments);
        }
        if (const YamlNode* never = keys.find("never")) read_never(*never);
        if (const YamlNode* findings = keys.find("findings")) read_findings(*findings);
        if (const YamlNode* messages = keys.find("messages")) read_message_expectations(*messages, context_);
        if (const YamlNode* buffers = keys.find("buffers")) read_buffer_expectations(*buffers, context_);
        if (const YamlNode* counts = keys.find("counts")) read_count_expectations(*counts, context_);
        if (const YamlNode* lost = keys.find("lost")) read_lost_expectations(*lost, context_);
        if (const YamlNode* times = keys.find("times")) read_time_expectations(*times, context_);
        if (const YamlNode* states = keys.find("states")) read_states(*states, keys.key_span("states"));
    }

private:
    bool is_list(const YamlNode& node, std::string_view what, std::string hint) {
        if (node.is_sequence()) return true;
        context_.error(span_of(context_.source, node), tr_format("{} is a list, not {}", what, node.describe()),
                       std::move(hint));
        return false;
    }

    void read_segments(const YamlNode& node) {
        if (!is_list(node, "`segments`", tr("begin each line with `- `: `- client > server: SYN`"))) return;
        for (const YamlNode& item : node.items) {
            if (item.is_scalar() && item.scalar == "...") {
                expect_.segments.push_back({true, {}});
                continue;
            }
            std::optional<PacketPattern> pattern = parse_pattern_node(item, context_);
            if (!pattern) continue;
            check_reachable(*pattern, context_, Unreachable::kError);
            expect_.segments.push_back({false, std::move(*pattern)});
        }
    }

    void read_never(const YamlNode& node) {
        if (!is_list(node, "`never`", tr("for example never: [RST]"))) return;
        for (const YamlNode& item : node.items) {
            std::optional<PacketPattern> pattern = parse_pattern_node(item, context_);
            if (!pattern) continue;
            check_reachable(*pattern, context_, Unreachable::kWarning);
            expect_.never.push_back(std::move(*pattern));
        }
    }

    void read_findings(const YamlNode& node) {
        if (!is_list(node, "`findings`", tr("for example findings: [nagle-hold]"))) return;
        for (const YamlNode& item : node.items) {
            const SourceSpan span = span_of(context_.source, item);
            if (!item.is_scalar()) {
                context_.error(span, tr_format("a finding is a name, not {}", item.describe()),
                               tr("for example nagle-hold"));
                continue;
            }
            const auto& known = context_.known_findings;
            if (std::find(known.begin(), known.end(), item.scalar) == known.end()) {
                const std::vector<std::string_view> names(known.begin(), known.end());
                context_.error(span, tr_format("unknown finding {}", quoted(item.scalar)),
                               suggestion(item.scalar, names));
                continue;
            }
            expect_.findings.push_back({item.scalar, span});
        }
    }

    void read_states(const YamlNode& node, const SourceSpan& key) {
        if (!node.is_map()) {
            context_.error(node.is_null() ? key : span_of(context_.source, node),
                           tr_format("`states` is a mapping of actors, not {}", node.describe()),
                           tr("for example states: { client: SYN_SENT ESTABLISHED }"));
            return;
        }
        report_repeated_keys(node, context_);
        for (std::size_t i = 0; i < node.entry_count(); ++i) read_actor_states(node.key(i), node.value(i));
    }

    void read_actor_states(const YamlNode& key, const YamlNode& value) {
        const SourceSpan span = span_of(context_.source, key);
        const auto actor = context_.actor_named(key.scalar);
        if (!actor) return context_.unknown_actor(key.scalar, span);
        StatesExpectation expectation{*actor, {}, span};
        if (context_.facts.complete && context_.facts.tcp_actors.count(*actor) == 0)
            context_.error(span, tr_format("`{}` has no TCP socket, so it has no states", key.scalar),
                           tr("remove it; only TCP has states"));
        if (value.is_null() || value.is_map()) {
            context_.error(value.is_null() ? span : span_of(context_.source, value),
                           tr("a list of TCP states is missing"), tr("for example client: SYN_SENT ESTABLISHED"));
            return;
        }
        for (const YamlNode* item : list_items(value)) read_state_words(*item, expectation.states);
        expect_.states.push_back(std::move(expectation));
    }

    void read_state_words(const YamlNode& item, std::vector<TcpState>& states) {
        if (!item.is_scalar())
            return context_.error(span_of(context_.source, item),
                                  tr_format("a TCP state is a name, not {}", item.describe()));
        const PlacedText placed = place(context_.source, item);
        constexpr std::string_view kSpaces = " \t\n\r";
        std::size_t begin = placed.text.find_first_not_of(kSpaces);
        while (begin != std::string_view::npos) {
            const std::size_t end = std::min(placed.text.find_first_of(kSpaces, begin), placed.text.size());
            const auto state =
                parse_state_name(placed.text.substr(begin, end - begin), placed.span(begin, end), context_);
            if (state) states.push_back(*state);
            begin = placed.text.find_first_not_of(kSpaces, end);
        }
    }

    ParseContext& context_;
    Expectations& expect_;
};

}  // namespace

void read_expectations(const YamlNode& node, ParseContext& context) { ExpectationsReader(context).run(node); }

}  // namespace wirestory::sim
