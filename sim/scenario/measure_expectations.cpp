#include "sim/scenario/measure_expectations.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "sim/scenario/condition_parser.hpp"
#include "sim/scenario/families.hpp"
#include "sim/scenario/map_reader.hpp"
#include "sim/scenario/pattern_parser.hpp"
#include "sim/scenario/tour_reader.hpp"
#include "sim/scenario/value_parser.hpp"

namespace wirestory::sim {
namespace {

constexpr const char* kMessageExample = tr_later("for example server.conn read 1 takes messages 1-3");
constexpr const char* kBufferExample = tr_later("for example client.send_buffer peak >= 4KiB");
constexpr const char* kCountExample = tr_later("for example client > server: PSH ACK == 3");
constexpr const char* kTimeExample =
    tr_later("for example client.connect takes >= 900ms, or client.send(\"x\") to server.conn.recv < 1s");

// One line of a list, cut into tokens. A `a > b: words` that YAML made a mapping of is put together again.
struct Line {
    std::vector<Token> tokens;
    SourceSpan span;
    std::string text;
};

std::optional<Line> read_line(const YamlNode& node, ParseContext& context, std::string_view example) {
    const bool split = node.is_map() && node.entry_count() == 1 && node.key(0).is_scalar() && node.value(0).is_scalar();
    if (!node.is_scalar() && !split) {
        context.error(span_of(context.source, node), tr_format("this is a text, not {}", node.describe()),
                      std::string{example});
        return std::nullopt;
    }
    Line line;
    const YamlNode& first = split ? node.key(0) : node;
    auto tokens = lex_step(place(context.source, first), context.diagnostics);
    if (!tokens) return std::nullopt;
    line.tokens = std::move(*tokens);
    line.span = span_of(context.source, first);
    line.text = first.scalar;
    if (!split) return line;
    auto rest = lex_step(place(context.source, node.value(0)), context.diagnostics);
    if (!rest) return std::nullopt;
    line.tokens.pop_back();
    line.tokens.insert(line.tokens.end(), rest->begin(), rest->end());
    line.text += ": " + node.value(0).scalar;
    return line;
}

template <class Read>
void for_each_line(const YamlNode& node, ParseContext& context, std::string_view what, std::string_view example,
                   Read&& read) {
    if (!node.is_sequence()) {
        context.error(span_of(context.source, node), tr_format("`{}` is a list, not {}", what, node.describe()),
                      tr_format("begin each line with `- `; {}", example));
        return;
    }
    for (const YamlNode& item : node.items) {
        const auto line = read_line(item, context, example);
        if (!line) continue;
        TokenCursor cursor(line->tokens);
        if (!read(cursor, *line)) continue;
        if (!cursor.at_end())
            context.error(cursor.peek().span, tr_format("unexpected {} here", quoted(cursor.peek().text)),
                          std::string{example});
    }
}

bool fail(ParseContext& context, const Token& at, std::string message, std::string_view example) {
    context.error(at.span, std::move(message), std::string{example});
    return false;
}

bool take_word(TokenCursor& cursor, ParseContext& context, std::string_view word, std::string_view example) {
    const Token& token = cursor.take();
    if (token.text == word) return true;
    return fail(context, token, tr_format("expected `{}`, found {}", word, quoted(token.text)), example);
}

std::optional<std::uint32_t> take_number(TokenCursor& cursor, ParseContext& context, std::string_view example) {
    const Token& token = cursor.take();
    std::uint32_t number = 0;
    const char* end = token.text.data() + token.text.size();
    const auto [stopped, failure] = std::from_chars(token.text.data(), end, number);
    if (token.kind == TokenKind::kNumber && failure == std::errc{} && stopped == end && number > 0) return number;
    fail(context, token, tr_format("expected a number from 1, found {}", quoted(token.text)), example);
    return std::nullopt;
}

// `client`, `conn`, `server.conn`, up to the first token that is no part of it.
std::vector<Token> take_path(TokenCursor& cursor, std::size_t most) {
    std::vector<Token> path;
    while (cursor.peek().is_word() && path.size() < most) {
        path.push_back(cursor.take());
        if (path.size() == most || !cursor.peek().is(".")) break;
        cursor.take();
    }
    return path;
}

std::optional<std::int64_t> take_amount(TokenCursor& cursor, ParseContext& context, std::string_view example) {
    const Token& token = cursor.peek();
    const std::optional<Value> value = parse_value(cursor, context);
    if (!value) return std::nullopt;
    const auto* number = std::get_if<std::int64_t>(&value->data);
    if (number != nullptr && *number >= 0) return *number;
    fail(context, token, tr_format("expected a number, not {}", kind_of(*value)), example);
    return std::nullopt;
}

struct BufferName {
    std::string_view name;
    BufferFigure figure;
    bool tcp_only;
};
constexpr std::array kBuffers{
    BufferName{"send_buffer", BufferFigure::kSendBuffer, true},
    BufferName{"receive_buffer", BufferFigure::kReceiveBuffer, false},
    BufferName{"unsent", BufferFigure::kUnsent, true},
    BufferName{"in_flight", BufferFigure::kInFlight, true},
    BufferName{"drops", BufferFigure::kDrops, false},
};

bool take_buffer(TokenCursor& cursor, ParseContext& context, BufferExpectation& expectation) {
    std::vector<Token> path = take_path(cursor, 3);
    if (path.size() < 2)
        return fail(context, path.empty() ? cursor.peek() : path.front(), tr("a socket and its buffer are missing"),
                    tr(kBufferExample));
    const Token name = path.back();
    path.pop_back();
    const auto socket = find_socket(path, context);
    if (!socket) return false;
    expectation.socket = *socket;
    const auto known = std::find_if(kBuffers.begin(), kBuffers.end(),
                                    [&](const BufferName& buffer) { return buffer.name == name.text; });
    if (known == kBuffers.end()) {
        std::vector<std::string_view> names;
        for (const BufferName& buffer : kBuffers) names.push_back(buffer.name);
        return fail(context, name, tr_format("unknown buffer {}", quoted(name.text)), suggestion(name.text, names));
    }
    expectation.figure = known->figure;
    const SocketTrack& track = context.facts.sockets.at({socket->actor, socket->name});
    if (!known->tcp_only || is_tcp(track.family)) return true;
    return fail(context, name, tr_format("{} sockets have no {}", family_title(track.family), known->name),
                tr(kBufferExample));
}

}  // namespace

void read_message_expectations(const YamlNode& node, ParseContext& context) {
    for_each_line(node, context, "messages", tr(kMessageExample), [&](TokenCursor& cursor, const Line& line) {
        MessageExpectation expectation;
        const std::vector<Token> path = take_path(cursor, 2);
        if (path.empty()) return fail(context, cursor.peek(), tr("a socket is missing"), tr(kMessageExample));
        const auto socket = find_socket(path, context);
        if (!socket || !take_word(cursor, context, "read", tr(kMessageExample))) return false;
        const auto read = take_number(cursor, context, tr(kMessageExample));
        if (!read || !take_word(cursor, context, "takes", tr(kMessageExample))) return false;
        if (cursor.peek().text != "message" && !take_word(cursor, context, "messages", tr(kMessageExample)))
            return false;
        if (cursor.peek().text == "message") cursor.take();
        const auto first = take_number(cursor, context, tr(kMessageExample));
        if (!first) return false;
        std::optional<std::uint32_t> last = first;
        if (cursor.take_if("-")) last = take_number(cursor, context, tr(kMessageExample));
        if (!last) return false;
        if (*last < *first)
            return fail(context, cursor.previous(), tr("the last message comes first"), tr(kMessageExample));
        context.scenario.expect.messages.push_back({*socket, *read, *first, *last, line.span, line.text});
        return true;
    });
}

void read_buffer_expectations(const YamlNode& node, ParseContext& context) {
    for_each_line(node, context, "buffers", tr(kBufferExample), [&](TokenCursor& cursor, const Line& line) {
        BufferExpectation expectation;
        if (!take_buffer(cursor, context, expectation)) return false;
        const Token& moment = cursor.take();
        if (moment.text != "peak" && moment.text != "last")
            return fail(context, moment, tr("which value: `peak` or `last`?"), tr(kBufferExample));
        expectation.moment = moment.text == "peak" ? BufferMoment::kPeak : BufferMoment::kLast;
        const auto comparison = parse_comparison(cursor, context);
        const auto bytes = comparison ? take_amount(cursor, context, tr(kBufferExample)) : std::nullopt;
        if (!bytes) return false;
        expectation.comparison = *comparison;
        expectation.bytes = *bytes;
        expectation.span = line.span;
        expectation.text = line.text;
        context.scenario.expect.buffers.push_back(std::move(expectation));
        return true;
    });
}

void read_count_expectations(const YamlNode& node, ParseContext& context) {
    for_each_line(node, context, "counts", tr(kCountExample), [&](TokenCursor& cursor, const Line& line) {
        if (cursor.peek().text == "segments" || cursor.peek().text == "packets") cursor.take();
        std::optional<PacketPattern> pattern = parse_pattern(cursor, context);
        if (!pattern) return false;
        const auto comparison = parse_comparison(cursor, context);
        const auto count = comparison ? take_amount(cursor, context, tr(kCountExample)) : std::nullopt;
        if (!count) return false;
        if (*count > std::numeric_limits<std::uint32_t>::max())
            return fail(context, cursor.previous(), tr("nobody counts so many packets"), tr(kCountExample));
        pattern->text = line.text;
        if (*count > 0) check_reachable(*pattern, context, Unreachable::kWarning);
        context.scenario.expect.counts.push_back(
            {std::move(*pattern), *comparison, static_cast<std::uint32_t>(*count), line.span, line.text});
        return true;
    });
}

namespace {

void read_lost_numbers(const YamlNode& node, LostExpectation expectation, ParseContext& context) {
    expectation.span = span_of(context.source, node);
    for (const YamlNode* item : list_items(node)) {
        std::uint32_t number = 0;
        const std::string& text = item->scalar;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (!item->is_scalar() || failure != std::errc{} || end != text.data() + text.size() || number == 0) {
            context.error(span_of(context.source, *item), tr("a lost datagram is named by its number, from 1"),
                          tr("for example lost: [7, 8, 9, 10]"));
            return;
        }
        expectation.text += (expectation.text.empty() ? "" : ", ") + text;
        expectation.numbers.push_back(number);
    }
    std::sort(expectation.numbers.begin(), expectation.numbers.end());
    context.scenario.expect.lost.push_back(std::move(expectation));
}

}  // namespace

void read_lost_expectations(const YamlNode& node, ParseContext& context) {
    if (context.facts.complete && context.facts.udp_actors.empty())
        context.error(span_of(context.source, node), tr("no datagram can be lost: the story makes no UDP socket"),
                      tr("remove it"));
    if (!node.is_map()) return read_lost_numbers(node, {}, context);
    report_repeated_keys(node, context);
    for (std::size_t i = 0; i < node.entry_count(); ++i) {
        const auto line = read_line(node.key(i), context, "lost: { client > server: [3] }");
        if (!line) continue;
        const auto& tokens = line->tokens;
        const auto from = context.actor_named(tokens[0].text);
        const auto to = tokens.size() == 4 ? context.actor_named(tokens[2].text) : std::nullopt;
        if (tokens.size() != 4 || !tokens[1].is(">") || !from || !to) {
            context.error(line->span, tr("here stand two actors of the story"), "lost: { client > server: [3] }");
            continue;
        }
        LostExpectation expectation;
        expectation.from = *from;
        expectation.to = *to;
        read_lost_numbers(node.value(i), std::move(expectation), context);
    }
}

void read_time_expectations(const YamlNode& node, ParseContext& context) {
    for_each_line(node, context, "times", tr(kTimeExample), [&](TokenCursor& cursor, const Line& line) {
        TimeExpectation expectation;
        const auto from = parse_call_place(cursor, context);
        if (!from) return false;
        expectation.from = *from;
        if (cursor.peek().text == "takes") {
            cursor.take();
        } else {
            if (!take_word(cursor, context, "to", tr(kTimeExample))) return false;
            expectation.to = parse_call_place(cursor, context);
            if (!expectation.to) return false;
        }
        const auto comparison = parse_comparison(cursor, context);
        if (!comparison) return false;
        const Token& at = cursor.peek();
        const std::optional<Value> value = parse_value(cursor, context);
        const auto* duration = value ? std::get_if<Duration>(&value->data) : nullptr;
        if (duration == nullptr) return value && fail(context, at, tr("a time is a duration"), tr(kTimeExample));
        expectation.comparison = *comparison;
        expectation.duration_ns = duration->ns;
        expectation.span = line.span;
        expectation.text = line.text;
        context.scenario.expect.times.push_back(std::move(expectation));
        return true;
    });
}

}  // namespace wirestory::sim
