#include "sim/scenario/pattern_parser.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "sim/scenario/value_parser.hpp"

namespace wirestory::sim {
namespace {

struct FlagName {
    std::string_view name;
    std::uint16_t bit;
};
// RFC 9293, 3.1. ECE and CWR are left out of comparisons, so a pattern cannot ask for them.
constexpr std::array kFlags{FlagName{"FIN", 1}, FlagName{"SYN", 2},  FlagName{"RST", 4},
                            FlagName{"PSH", 8}, FlagName{"ACK", 16}, FlagName{"URG", 32}};
constexpr const char* kExample = tr_later("for example client > server: PSH ACK \"hello\"");

std::uint16_t flag_named(std::string_view name) {
    for (const FlagName& flag : kFlags)
        if (flag.name == name) return flag.bit;
    return 0;
}

class PatternParser {
public:
    PatternParser(TokenCursor& cursor, ParseContext& context, bool yaml_took_quotes)
        : cursor_(cursor), context_(context), yaml_took_quotes_(yaml_took_quotes) {}

    std::optional<PacketPattern> run() {
        const Token& first = cursor_.peek();
        if (cursor_.peek(1).is(">") && !take_ends()) return std::nullopt;
        const SourceSpan words_at = cursor_.peek().span;
        while (!done())
            if (!take_word()) return std::nullopt;
        if (empty()) {
            context_.error(words_at, tr("a packet is missing here"), std::string{tr(kExample)});
            return std::nullopt;
        }
        if (pattern_.tcp_flags && !pattern_.protocol.empty() && pattern_.protocol != "tcp") {
            context_.error(join(first.span, cursor_.previous().span),
                           tr_format("{} packets have no flags", pattern_.protocol),
                           tr("leave the flags out, or write tcp"));
            return std::nullopt;
        }
        if (pattern_.tcp_flags) pattern_.protocol = "tcp";
        pattern_.span = join(first.span, cursor_.previous().span);
        return pattern_;
    }

private:
    bool error(const SourceSpan& span, std::string message, std::string hint = std::string{tr(kExample)}) {
        context_.error(span, std::move(message), std::move(hint));
        return false;
    }
    [[nodiscard]] bool done() const {
        const Token& token = cursor_.peek();
        static constexpr std::array<std::string_view, 8> kEnds{")", "#", "==", "!=", "<", "<=", ">", ">="};
        if (cursor_.at_end()) return true;
        if (token.kind != TokenKind::kSymbol) return false;
        // `client < server` is a mistake of its own; only behind a packet does `<` compare.
        if (token.is("<") && empty()) return false;
        return std::find(kEnds.begin(), kEnds.end(), token.text) != kEnds.end();
    }
    [[nodiscard]] bool empty() const {
        return !pattern_.tcp_flags && pattern_.protocol.empty() && !pattern_.payload && !pattern_.payload_bytes;
    }

    bool take_actor(ActorId& actor) {
        const Token& token = cursor_.peek();
        if (!token.is_word()) return error(token.span, tr("an actor's name is missing"));
        cursor_.take();
        const auto known = context_.actor_named(token.text);
        if (!known) {
            context_.unknown_actor(token.text, token.span);
            return false;
        }
        actor = *known;
        return true;
    }
    bool take_ends() {
        if (!take_actor(pattern_.from)) return false;
        cursor_.take();  // >
        if (!take_actor(pattern_.to)) return false;
        cursor_.take_if(":");  // may be left out where YAML would mistake it for a key
        return true;
    }

    bool take_word() {
        const Token& token = cursor_.peek();
        switch (token.kind) {
            case TokenKind::kWord:
                if (cursor_.peek(1).is("(")) return take_payload();
                return take_name(cursor_.take());
            case TokenKind::kString: return take_payload();
            case TokenKind::kNumber: return take_length();
            default: break;
        }
        if (token.is(",") || token.is("|") || token.is("+") || token.is("-"))
            return error(token.span, tr_format("{} between the words of a packet", quoted(token.text)),
                         tr("separate flags with spaces: SYN ACK"));
        if (token.is("<"))
            return error(token.span, tr("`<` cannot be used"), tr("write the sender first: server > client: SYN ACK"));
        if (token.is("..."))
            return error(token.span, tr("`...` stands alone"), tr("give it a line of its own: `- ...`"));
        return error(token.span, tr_format("unexpected {} in a packet", quoted(token.text)));
    }

    bool take_name(const Token& token) {
        if (const std::uint16_t bit = flag_named(token.text)) {
            const std::uint16_t before = pattern_.tcp_flags.value_or(0);
            if ((before & bit) != 0) return error(token.span, tr_format("`{}` stands twice", token.text));
            pattern_.tcp_flags = static_cast<std::uint16_t>(before | bit);
            return true;
        }
        if (token.text == "tcp" || token.text == "udp" || token.text == "icmp") {
            if (!pattern_.protocol.empty()) return error(token.span, tr("a packet has one protocol"));
            pattern_.protocol = token.text;
            return true;
        }
        if (token.text == "ECE" || token.text == "CWR")
            return error(token.span, tr_format("{} is not compared", token.text),
                         tr("leave it out: patterns match with and without it"));
        if (context_.actor_named(token.text))
            return error(token.span, tr_format("the actor `{}` stands alone", token.text),
                         tr("a direction has two actors: client > server: SYN"));
        if (yaml_took_quotes_)
            return error(token.span, tr_format("unknown word {} in a packet", quoted(token.text)),
                         tr("YAML took the double quotes away: put single quotes around them, '\"hello\"'"));
        std::vector<std::string_view> names{"tcp", "udp", "icmp"};
        for (const FlagName& flag : kFlags) names.push_back(flag.name);
        std::string hint = suggestion(token.text, names);
        if (hint.empty()) hint = tr(kExample);
        return error(token.span, tr_format("unknown word {} in a packet", quoted(token.text)), std::move(hint));
    }

    bool take_payload() {
        const SourceSpan span = cursor_.peek().span;
        const std::optional<Value> value = parse_value(cursor_, context_);
        if (!value) return false;
        const auto* bytes = std::get_if<Bytes>(&value->data);
        if (bytes == nullptr) return error(value->span, tr("a packet's payload is a string"));
        if (pattern_.payload) return error(span, tr("a packet has one payload"), tr("join strings with `+`"));
        pattern_.payload = *bytes;
        return check_lengths(span);
    }

    bool take_length() {
        const Token& number = cursor_.peek();
        const std::optional<Value> value = parse_value(cursor_, context_);
        if (!value) return false;
        const auto* count = std::get_if<std::int64_t>(&value->data);
        if (count == nullptr || *count > std::numeric_limits<std::uint32_t>::max())
            return error(number.span, tr("a packet's length is a number of bytes"), tr("for example 500 bytes"));
        const bool has_unit = number.text.find_first_not_of("0123456789x") != std::string_view::npos;
        if (cursor_.peek().text == "bytes" || cursor_.peek().text == "byte") {
            cursor_.take();
        } else if (!has_unit) {
            return error(number.span, tr("what does this number count?"),
                         tr_format("write `{} bytes`", number.text.substr(0, 20)));
        }
        if (pattern_.payload_bytes) return error(number.span, tr("a packet has one length"));
        pattern_.payload_bytes = static_cast<std::uint32_t>(*count);
        return check_lengths(number.span);
    }

    bool check_lengths(const SourceSpan& span) {
        if (!pattern_.payload || !pattern_.payload_bytes || pattern_.payload->size() == *pattern_.payload_bytes)
            return true;
        return error(span,
                     tr_format("the payload has {} bytes, not {}", pattern_.payload->size(), *pattern_.payload_bytes),
                     tr("leave the length out"));
    }

    TokenCursor& cursor_;
    ParseContext& context_;
    bool yaml_took_quotes_;
    PacketPattern pattern_;
};

// The tokens of both halves of a mapping in one row, as if `a > b: SYN` had been one text.
bool lex_mapping(const YamlNode& node, ParseContext& context, std::vector<Token>& tokens) {
    auto ends = lex_step(place(context.source, node.key(0)), context.diagnostics);
    if (!ends) return false;
    const YamlNode& value = node.value(0);
    if (!value.is_scalar()) {
        context.error(span_of(context.source, value.is_null() ? node.key(0) : value),
                      tr_format("a packet is a text, not {}", value.describe()), std::string{tr(kExample)});
        return false;
    }
    auto words = lex_step(place(context.source, value), context.diagnostics);
    if (!words) return false;
    ends->pop_back();
    const bool direction = ends->size() == 3 && (*ends)[1].is(">");
    if (!direction) {
        context.error(span_of(context.source, node.key(0)), tr("before the colon stand two actors"),
                      std::string{tr(kExample)});
        return false;
    }
    tokens = std::move(*ends);
    tokens.insert(tokens.end(), std::make_move_iterator(words->begin()), std::make_move_iterator(words->end()));
    return true;
}

}  // namespace

std::optional<PacketPattern> parse_pattern(TokenCursor& cursor, ParseContext& context, bool yaml_took_quotes) {
    return PatternParser(cursor, context, yaml_took_quotes).run();
}

bool parse_occurrence(TokenCursor& cursor, ParseContext& context, std::uint32_t& number) {
    if (!cursor.take_if("#")) return true;
    const Token& token = cursor.take();
    const char* end = token.text.data() + token.text.size();
    const auto [stopped, failure] = std::from_chars(token.text.data(), end, number);
    if (failure == std::errc{} && stopped == end && number > 0) return true;
    context.error(token.span, tr("behind `#` stands a number from 1"), tr("#2 means the second one"));
    return false;
}

std::optional<PacketPattern> parse_pattern_node(const YamlNode& node, ParseContext& context, std::uint32_t* number) {
    std::vector<Token> tokens;
    std::string text;
    bool took_quotes = false;
    const auto double_quoted = [&](const YamlNode& scalar) {
        return scalar.quoted && context.source.text().substr(scalar.offset, 1) == "\"";
    };
    if (node.is_map() && node.entry_count() == 1 && node.key(0).is_scalar()) {
        if (!lex_mapping(node, context, tokens)) return std::nullopt;
        text = node.key(0).scalar + ": " + node.value(0).scalar;
        took_quotes = double_quoted(node.value(0));
    } else if (node.is_scalar()) {
        auto lexed = lex_step(place(context.source, node), context.diagnostics);
        if (!lexed) return std::nullopt;
        tokens = std::move(*lexed);
        text = node.scalar;
        took_quotes = double_quoted(node);
    } else {
        context.error(span_of(context.source, node), tr_format("a packet is a text, not {}", node.describe()),
                      std::string{tr(kExample)});
        return std::nullopt;
    }
    TokenCursor cursor(tokens);
    std::optional<PacketPattern> pattern = parse_pattern(cursor, context, took_quotes);
    if (!pattern) return std::nullopt;
    if (number != nullptr && !parse_occurrence(cursor, context, *number)) return std::nullopt;
    if (!cursor.at_end()) {
        context.error(cursor.peek().span, tr_format("unexpected {} behind the packet", quoted(cursor.peek().text)),
                      std::string{tr(kExample)});
        return std::nullopt;
    }
    pattern->text = std::move(text);
    return pattern;
}

bool check_reachable(const PacketPattern& pattern, ParseContext& context, Unreachable severity) {
    const StoryFacts& facts = context.facts;
    if (!facts.complete) return true;
    std::string message;
    if (pattern.protocol == "tcp" && facts.tcp_actors.empty()) {
        message = tr("no TCP segment can appear: the story makes no TCP socket");
    } else if (pattern.protocol == "udp" && facts.udp_actors.empty()) {
        message = tr("no UDP datagram can appear: the story makes no UDP socket");
    } else if (pattern.from != kNoActor && pattern.to != kNoActor && !facts.may_exchange(pattern.from, pattern.to)) {
        message = tr_format("no packet can go from `{}` to `{}`: neither connects or sends to the other",
                            context.scenario.actor_name(pattern.from), context.scenario.actor_name(pattern.to));
    }
    if (message.empty()) return true;
    if (severity == Unreachable::kError) {
        context.error(pattern.span, std::move(message), tr("remove it, or let the story send something"));
    } else {
        context.diagnostics.warning(pattern.span, tr_format("{}, so this says nothing", message), tr("remove it"));
    }
    return false;
}

}  // namespace wirestory::sim
