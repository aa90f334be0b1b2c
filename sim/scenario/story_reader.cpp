#include "sim/scenario/story_reader.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "sim/scenario/call_signatures.hpp"
#include "sim/scenario/condition_parser.hpp"
#include "sim/scenario/expression.hpp"
#include "sim/scenario/families.hpp"
#include "sim/scenario/link_reader.hpp"
#include "sim/scenario/pattern_parser.hpp"
#include "sim/scenario/repeat_expander.hpp"
#include "sim/scenario/socket_tracker.hpp"
#include "sim/scenario/step_parser.hpp"
#include "sim/scenario/value_parser.hpp"

namespace wirestory::sim {
namespace {

constexpr std::size_t kMaxActors = 64;
constexpr unsigned kMaxThreads = 16;
constexpr DurationNs kMaxWaitNs = 60 * kSecondNs;
constexpr const char* kStepExample = tr_later("a step is written `- client: send(\"hello\") = 5`");

bool is_condition_key(std::string_view key) { return key == "wait" || key == "until" || key == "link"; }

// `server#2` is the second thread of server.
struct ActorKey {
    std::string_view name;
    std::uint16_t thread = 0;
};

class StoryReader {
public:
    explicit StoryReader(ParseContext& context) : context_(context), tracker_(context), link_(context) {}

    void run(const YamlNode& story, const YamlNode* link, const SourceSpan& link_key) {
        if (!story.is_sequence()) {
            context_.error(span_of(context_.source, story),
                           tr_format("the story is a list of steps, not {}", story.describe()),
                           story.is_map() ? tr("begin each step with `- `") : std::string{tr(kStepExample)});
            return;
        }
        if (story.items.empty())
            context_.error(span_of(context_.source, story), tr("a story needs at least one step"),
                           std::string{tr(kStepExample)});
        // First all actors, so that a step may name one that comes later.
        const std::vector<YamlNode> steps = expand_repeats(story, context_);
        for (const YamlNode& step : steps)
            if (step.is_map() && step.entry_count() > 0 && step.key(0).is_scalar()) note_actor(step.key(0));
        if (link != nullptr) link_.read_link(*link, link_key);
        for (const YamlNode& step : steps) read_step(step);
        if (!story.items.empty() && context_.scenario.actors.empty() && !context_.diagnostics.has_errors())
            context_.error(span_of(context_.source, story), tr("nobody does anything in this story"),
                           std::string{tr(kStepExample)});
        context_.facts.complete = !context_.diagnostics.has_errors();
        check_packet_conditions();
        link_.check_story();
    }

private:
    std::optional<ActorKey> split_key(const YamlNode& key, bool report) {
        const std::string_view text = key.scalar;
        const std::size_t hash = text.find('#');
        ActorKey actor{text.substr(0, hash), 0};
        const auto error = [&](std::string message, std::string hint) {
            if (report) context_.error(span_of(context_.source, key), std::move(message), std::move(hint));
            return std::nullopt;
        };
        if (!is_name(actor.name))
            return error(tr_format("{} is no actor's name", quoted(text)),
                         tr("names are lower-case letters, digits and _: client, server, alice"));
        if (hash == std::string_view::npos) return actor;
        unsigned thread = 0;
        const auto [end, failure] = std::from_chars(text.data() + hash + 1, text.data() + text.size(), thread);
        if (failure != std::errc{} || end != text.data() + text.size() || thread < 1 || thread > kMaxThreads)
            return error(tr_format("{} names no thread", quoted(text)),
                         tr_format("server#2 is the second thread of server; there may be {}", kMaxThreads));
        actor.thread = static_cast<std::uint16_t>(thread - 1);
        return actor;
    }

    void note_actor(const YamlNode& key) {
        const auto actor = split_key(key, false);
        if (!actor || is_condition_key(actor->name) || context_.actor_named(actor->name)) return;
        auto& actors = context_.scenario.actors;
        const SourceSpan span = span_of(context_.source, key);
        if (actors.size() == kMaxActors)
            context_.error(span, tr_format("a story may have {} actors", kMaxActors), tr("use fewer"));
        if (actors.size() <= kMaxActors) actors.push_back({std::string{actor->name}, span});
    }

    void read_step(const YamlNode& node) {
        if (!check_shape(node)) return;
        const YamlNode& key = node.key(0);
        const YamlNode& value = node.value(0);
        if (key.scalar == "link") {
            Step step;
            if (link_.read_step(value, span_of(context_.source, key), step))
                context_.scenario.story.push_back(std::move(step));
            return;
        }
        if (!value.is_scalar()) {
            const bool flow = !value.is_null() && value.flow;
            context_.error(span_of(context_.source, value.is_null() ? key : value),
                           value.is_null() ? tr("this step does nothing")
                                           : tr_format("a step is a text, not {}", value.describe()),
                           flow ? tr("put the step into single quotes") : std::string{tr(kStepExample)});
            return;
        }
        const PlacedText placed = place(context_.source, value);
        const auto tokens = lex_step(placed, context_.diagnostics);
        if (!tokens) {
            recover(key, value);
            return;
        }
        Step step;
        step.span = placed.whole();
        step.text = value.scalar;
        TokenCursor cursor(*tokens);
        if (key.scalar == "wait"    ? read_wait(cursor, step)
            : key.scalar == "until" ? read_until(cursor, step)
                                    : read_call(key, cursor, step))
            context_.scenario.story.push_back(std::move(step));
    }

    // A step that cannot be read may still have made a socket: `s = socket(tcp`. Reporting every use of it would bury
    // the one mistake.
    void recover(const YamlNode& key, const YamlNode& value) {
        const auto actor = split_key(key, false);
        if (actor) assume_made(*actor, value.scalar);
    }
    void assume_made(const ActorKey& actor, std::string_view text) {
        const auto id = context_.actor_named(actor.name);
        if (!id) return;
        const std::size_t equals = text.find('=');
        std::string name;
        if (equals != std::string_view::npos) {
            std::string_view head = text.substr(0, equals);
            while (!head.empty() && head.back() == ' ') head.remove_suffix(1);
            if (is_name(head)) name = std::string{head};
        }
        const bool makes = text.find("sock") != std::string_view::npos || !name.empty();
        if (!makes || context_.facts.sockets.count({*id, name}) > 0) return;
        SocketTrack track;
        const auto mentions = [text](std::string_view word) { return text.find(word) != std::string_view::npos; };
        track.family = mentions("udp")      ? SocketFamily::kUdp
                       : mentions("_dgram") ? SocketFamily::kUnixDatagram
                       : mentions("unix")   ? SocketFamily::kUnixStream
                                            : SocketFamily::kTcp;
        track.listening = true;
        track.assumed = true;
        context_.facts.sockets[{*id, name}] = track;
        if (is_udp(track.family)) context_.facts.udp_actors.insert(*id);
        if (is_tcp(track.family)) context_.facts.tcp_actors.insert(*id);
    }

    bool check_shape(const YamlNode& node) {
        const auto error = [&](const YamlNode& at, std::string message, std::string hint) {
            context_.error(span_of(context_.source, at), std::move(message), std::move(hint));
            return false;
        };
        if (node.is_scalar()) {
            const std::size_t colon = node.scalar.find(':');
            if (colon != std::string::npos && is_name(std::string_view(node.scalar).substr(0, colon)))
                return error(node, tr("this step has no actor: YAML wants a space behind the colon"),
                             tr_format("write `- {}: ...`", node.scalar.substr(0, std::min<std::size_t>(colon, 40))));
            return error(node, tr("this step has no actor"), std::string{tr(kStepExample)});
        }
        if (!node.is_map() || node.entry_count() == 0)
            return error(node, tr_format("a step is an actor and a call, not {}", node.describe()),
                         std::string{tr(kStepExample)});
        if (!node.key(0).is_scalar())
            return error(node.key(0), tr("a step begins with an actor"), std::string{tr(kStepExample)});
        if (node.entry_count() > 1) {
            const YamlNode& other = node.key(1);
            const bool twice = other.is_scalar() && other.scalar == node.key(0).scalar;
            return error(other,
                         twice ? tr_format("{} is called twice in one step", quoted(other.scalar))
                               : std::string{tr("one step holds two actors")},
                         node.flow ? tr("put the step into single quotes") : tr("begin each step with `- `"));
        }
        if (is_condition_key(node.key(0).scalar)) return true;
        return split_key(node.key(0), true).has_value();
    }

    bool read_wait(TokenCursor& cursor, Step& step) {
        const std::optional<Value> value = parse_value(cursor, context_);
        if (!value) return false;
        const auto* duration = std::get_if<Duration>(&value->data);
        if (duration == nullptr) {
            context_.error(value->span, tr_format("wait takes a duration, not {}", kind_of(*value)),
                           tr("for example wait: 50ms"));
            return false;
        }
        if (!cursor.at_end()) {
            context_.error(cursor.peek().span, tr_format("{} behind the duration", quoted(cursor.peek().text)),
                           tr("for example wait: 50ms"));
            return false;
        }
        if (duration->ns > kMaxWaitNs) {
            context_.error(value->span, tr("a wait of more than a minute"),
                           tr("wait for what happens: `until: conn.unread_bytes > 0`"));
            return false;
        }
        step.action = WaitStep{duration->ns};
        return true;
    }

    bool read_until(TokenCursor& cursor, Step& step) {
        std::optional<UntilStep> until = parse_condition(cursor, context_);
        if (!until) return false;
        step.action = std::move(*until);
        return true;
    }

    bool read_call(const YamlNode& key, TokenCursor& cursor, Step& step) {
        const ActorKey actor = *split_key(key, false);
        const auto id = context_.actor_named(actor.name);
        if (!id) return false;
        context_.reader = *id;
        const std::optional<CallSyntax> call = parse_call(cursor, context_);
        context_.reader.reset();
        const CallSignature* signature = call ? find_signature(*call) : nullptr;
        if (signature == nullptr) {
            assume_made(actor, step.text);
            return false;
        }
        const bool arguments_good = check_arguments(*signature, *call, context_);
        if (arguments_good) check_expected(*signature, *call, context_);
        if (!arguments_good && signature->kind == CallKind::kSocket) {
            assume_made(actor, step.text);
            return false;
        }
        CallStep action;
        action.actor = *id;
        action.thread = actor.thread;
        action.kind = signature->kind;
        action.compound = signature->compound;
        if (arguments_good || call->arguments.size() >= signature->required)
            tracker_.apply(*signature, *call, action, step.span);
        action.arguments = call->arguments;
        action.expected = call->expected;
        for (const Value& value : action.arguments) collect_variables(value, action.variables);
        if (action.expected) collect_variables(*action.expected, action.variables);
        read_capture(*signature, *call, action, context_);
        step.action = std::move(action);
        return true;
    }

    const CallSignature* find_signature(const CallSyntax& call) {
        if (const CallSignature* signature = signature_named(call.call.text)) return signature;
        static const std::map<std::string_view, const char*> kOtherWords{
            {"write", tr_later("did you mean `send`?")},
            {"read", tr_later("did you mean `recv`?")},
            {"receive", tr_later("did you mean `recv`?")},
            {"recv_from", tr_later("did you mean `recvfrom`?")},
            {"send_all", tr_later("did you mean `sendall`?")},
            {"recv_all", tr_later("did you mean `recvall`?")},
            {"setblocking", tr_later("did you mean `set_blocking`?")},
            {"select", tr_later("did you mean `poll`?")},
            {"sleep", tr_later("a pause is a step of its own: `- wait: 50ms`")},
            {"wait", tr_later("a pause is a step of its own: `- wait: 50ms`")},
            {"until", tr_later("a condition is a step of its own: `- until: conn.unread_bytes == 5`")},
            {"settimeout", tr_later("did you mean `set_timeout`?")},
        };
        std::vector<std::string_view> names;
        for (const CallSignature& signature : call_signatures()) names.push_back(signature.name);
        const auto other = kOtherWords.find(call.call.text);
        context_.error(call.call.span, tr_format("unknown call {}", quoted(call.call.text)),
                       other != kOtherWords.end() ? std::string{tr(other->second)} : suggestion(call.call.text, names));
        return nullptr;
    }

    // After the whole story, since a packet may be waited for whose sender acts only later in the text.
    void check_packet_conditions() {
        for (const Step& step : context_.scenario.story) {
            const auto* until = std::get_if<UntilStep>(&step.action);
            const auto* packet = until != nullptr ? std::get_if<PacketCondition>(&until->condition) : nullptr;
            if (packet != nullptr) check_reachable(packet->pattern, context_, Unreachable::kError);
        }
    }

    ParseContext& context_;
    SocketTracker tracker_;
    LinkReader link_;
};

}  // namespace

void read_story(const YamlNode& story, const YamlNode* link, const SourceSpan& link_key, ParseContext& context) {
    StoryReader(context).run(story, link, link_key);
}

}  // namespace wirestory::sim
