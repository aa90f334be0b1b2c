#include "sim/scenario/tour_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "sim/scenario/call_signatures.hpp"
#include "sim/scenario/map_reader.hpp"
#include "sim/scenario/pattern_parser.hpp"
#include "sim/scenario/step_parser.hpp"
#include "sim/scenario/value_parser.hpp"

namespace wirestory::sim {
namespace {

constexpr const char* kExample =
    tr_later("for example at: client.send(\"world\"), at: server.conn.recv, or at: client > server SYN");

// A place as written, before it is looked up in the story.
struct WantedCall {
    ActorId actor = kNoActor;
    std::string_view socket;
    CallKind kind = CallKind::kSocket;
    Compound compound = Compound::kNone;
    std::optional<std::vector<Value>> arguments;  // absent: any
    std::uint32_t occurrence = 1;
};

bool matches(const CallStep& step, const WantedCall& wanted) {
    if (step.actor != wanted.actor || step.kind != wanted.kind || step.compound != wanted.compound ||
        step.socket != wanted.socket)
        return false;
    if (!wanted.arguments) return true;
    return std::equal(step.arguments.begin(), step.arguments.end(), wanted.arguments->begin(), wanted.arguments->end(),
                      same_data);
}

class TourReader {
public:
    explicit TourReader(ParseContext& context) : context_(context) {}

    void run(const YamlNode& node) {
        if (!node.is_sequence()) {
            context_.error(span_of(context_.source, node),
                           tr_format("the tour is a list of stops, not {}", node.describe()),
                           tr("a stop is written `- at: ...` with `say: ...` below it"));
            return;
        }
        for (const YamlNode& stop : node.items) read_stop(stop);
    }

    // As part of a longer text: nothing is said about what follows.
    std::optional<TourPlace> call_place(TokenCursor& cursor) {
        TourEntry entry;
        const Token& first = cursor.peek();
        entry.span = first.span;
        whole_text_ = false;
        if (!cursor.peek().is_word() || !cursor.peek(1).is(".")) {
            context_.error(first.span, tr("a call of the story is missing here"),
                           tr("for example client.send(\"world\")"));
            return std::nullopt;
        }
        if (!read_call(cursor, entry)) return std::nullopt;
        return entry.place;
    }

private:
    void read_stop(const YamlNode& node) {
        const MapReader keys(node, tr("a stop of the tour"), {"at", "say"}, context_);
        if (!node.is_map()) return;
        const YamlNode* at = keys.find("at");
        const YamlNode* say = keys.find("say");
        if (at == nullptr)
            context_.error(span_of(context_.source, node), tr("this stop has no `at`"), std::string{tr(kExample)});
        if (say == nullptr)
            context_.error(span_of(context_.source, node), tr("this stop has nothing to `say`"),
                           tr("add say: { en: \"...\", zh: \"...\" }"));
        TourEntry entry;
        if (say != nullptr) entry.say = read_localized(*say, "`say`", context_);
        if (at == nullptr || !read_place(*at, entry)) return;
        context_.scenario.tour.push_back(std::move(entry));
    }

    bool read_place(const YamlNode& node, TourEntry& entry) {
        entry.span = span_of(context_.source, node);
        if (node.is_scalar()) {
            entry.at = node.scalar;
            const auto tokens = lex_step(place(context_.source, node), context_.diagnostics);
            if (!tokens) return false;
            TokenCursor cursor(*tokens);
            if (cursor.peek().is_word() && cursor.peek(1).is(".")) return read_call(cursor, entry);
            if (cursor.peek().is_word() && cursor.peek(1).is("(")) {
                context_.error(cursor.peek().span, tr("whose call?"),
                               tr_format("put the actor in front: `client.{}`", printable(node.scalar.substr(0, 40))));
                return false;
            }
        }
        std::optional<PacketPattern> pattern = parse_pattern_node(node, context_, &entry.place.occurrence);
        if (!pattern || !check_reachable(*pattern, context_, Unreachable::kError)) return false;
        if (!node.is_scalar()) entry.at = pattern->text;
        entry.place.pattern = std::move(*pattern);
        return true;
    }

    bool read_call(TokenCursor& cursor, TourEntry& entry) {
        WantedCall wanted;
        const Token& actor = cursor.take();
        const auto id = context_.actor_named(actor.text);
        if (!id) {
            context_.unknown_actor(actor.text, actor.span);
            return false;
        }
        wanted.actor = *id;
        cursor.take();
        if (cursor.peek().is_word() && cursor.peek(1).is(".")) {
            wanted.socket = cursor.take().text;
            cursor.take();
        }
        const Token& call = cursor.peek();
        const CallSignature* signature = call.is_word() ? signature_named(call.text) : nullptr;
        if (signature == nullptr) {
            std::vector<std::string_view> names;
            for (const CallSignature& known : call_signatures()) names.push_back(known.name);
            context_.error(call.span,
                           call.is_word() ? tr_format("unknown call {}", quoted(call.text))
                                          : std::string{tr("a call's name is missing")},
                           suggestion(call.text, names));
            return false;
        }
        cursor.take();
        wanted.kind = signature->kind;
        wanted.compound = signature->compound;
        if (cursor.peek().is("(")) {
            context_.reader = *id;  // `$n` as the step has it
            wanted.arguments = parse_arguments(cursor, context_);
            context_.reader.reset();
            if (!wanted.arguments) return false;
        }
        if (!parse_occurrence(cursor, context_, wanted.occurrence)) return false;
        if (whole_text_ && !cursor.at_end()) {
            context_.error(cursor.peek().span, tr_format("unexpected {} behind the place", quoted(cursor.peek().text)),
                           std::string{tr(kExample)});
            return false;
        }
        entry.place.occurrence = wanted.occurrence;
        if (!whole_text_) entry.at = std::string{text_between(actor, cursor.previous())};
        return find_step(wanted, entry);
    }

    bool find_step(const WantedCall& wanted, TourEntry& entry) {
        std::uint32_t seen = 0;
        const auto& story = context_.scenario.story;
        for (std::size_t i = 0; i < story.size(); ++i) {
            const auto* step = std::get_if<CallStep>(&story[i].action);
            if (step == nullptr || !matches(*step, wanted) || ++seen != wanted.occurrence) continue;
            entry.place.step = i;
            return true;
        }
        if (!context_.facts.complete) return false;
        if (seen > 0) {
            context_.error(entry.span,
                           seen == 1 ? tr_format("the story has only {} such step", seen)
                                     : tr_format("the story has only {} such steps", seen),
                           tr_format("the last one is #{}", seen));
            return false;
        }
        context_.error(entry.span, tr_format("no step of the story is {}", quoted(entry.at)),
                       nearest_step(wanted, entry.at));
        return false;
    }

    // Steps of the same actor, written as a place would be.
    std::string nearest_step(const WantedCall& wanted, std::string_view at) const {
        std::vector<std::string> places;
        for (const Step& step : context_.scenario.story) {
            const auto* call = std::get_if<CallStep>(&step.action);
            if (call == nullptr || call->actor != wanted.actor || places.size() == 200) continue;
            std::string text = context_.scenario.actor_name(call->actor) + "." +
                               (call->socket.empty() || call->kind == CallKind::kSocket ? "" : call->socket + ".");
            text += fmt::format("{}(", signature_of(*call).name);
            for (std::size_t i = 0; i < call->arguments.size(); ++i)
                text += (i == 0 ? "" : ", ") + call->arguments[i].text;
            text += ")";
            if (text.size() <= 64) places.push_back(std::move(text));
        }
        const std::vector<std::string_view> names(places.begin(), places.end());
        return suggestion(at, names);
    }

    ParseContext& context_;
    bool whole_text_ = true;
};

}  // namespace

std::optional<TourPlace> parse_call_place(TokenCursor& cursor, ParseContext& context) {
    return TourReader(context).call_place(cursor);
}

void read_tour(const YamlNode& node, ParseContext& context) { TourReader(context).run(node); }

}  // namespace wirestory::sim
