#include "sim/scenario/condition_parser.hpp"

#include <array>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "sim/scenario/families.hpp"
#include "sim/scenario/pattern_parser.hpp"
#include "sim/scenario/value_parser.hpp"

namespace wirestory::sim {
namespace {

constexpr const char* kExample =
    tr_later("for example conn.unread_bytes == 11, conn.state == CLOSE_WAIT or packet(RST)");

struct FigureName {
    std::string_view name;
    Figure figure;
    bool tcp_only;  // the kernel has no such queue for UDP (tcp(7), udp(7): SIOCOUTQNSD is TCP's)
};
constexpr std::array kFigures{
    FigureName{"unread_bytes", Figure::kUnreadBytes, false},
    FigureName{"unsent_bytes", Figure::kUnsentBytes, true},
    FigureName{"unacked_bytes", Figure::kUnackedBytes, true},
    FigureName{"queued_bytes", Figure::kQueuedBytes, false},
    FigureName{"receive_memory_bytes", Figure::kReceiveMemoryBytes, false},
    FigureName{"drops", Figure::kDrops, false},
};

struct ComparisonSign {
    std::string_view sign;
    Comparison comparison;
};
constexpr std::array kComparisons{
    ComparisonSign{"==", Comparison::kEqual},  ComparisonSign{"!=", Comparison::kNotEqual},
    ComparisonSign{"<", Comparison::kLess},    ComparisonSign{"<=", Comparison::kLessEqual},
    ComparisonSign{">", Comparison::kGreater}, ComparisonSign{">=", Comparison::kGreaterEqual},
};

class ConditionParser {
public:
    ConditionParser(TokenCursor& cursor, ParseContext& context) : cursor_(cursor), context_(context) {}

    // `path` ends with the socket.
    std::optional<SocketName> socket_at(std::vector<Token> path) {
        path.emplace_back();  // find_socket expects a figure behind it
        return find_socket(path);
    }
    std::optional<Comparison> comparison() {
        Comparison found{};
        if (!take_comparison(found)) return std::nullopt;
        return found;
    }

    std::optional<UntilStep> run() {
        std::optional<Condition> condition = take_condition();
        if (!condition) return std::nullopt;
        UntilStep step{std::move(*condition), std::nullopt};
        if (cursor_.peek().text == "within") {
            cursor_.take();
            const std::optional<Value> value = parse_value(cursor_, context_);
            if (!value) return std::nullopt;
            const auto* duration = std::get_if<Duration>(&value->data);
            if (duration == nullptr || duration->ns <= 0) {
                context_.error(value->span, tr_format("within takes a duration, not {}", kind_of(*value)),
                               tr("for example within 5s"));
                return std::nullopt;
            }
            step.timeout_ns = duration->ns;
        }
        if (cursor_.at_end()) return step;
        context_.error(cursor_.peek().span, tr_format("{} behind the condition", quoted(cursor_.peek().text)),
                       tr("only `within 5s` may follow"));
        return std::nullopt;
    }

private:
    std::optional<Condition> fail(const SourceSpan& span, std::string message,
                                  std::string hint = std::string{tr(kExample)}) {
        context_.error(span, std::move(message), std::move(hint));
        return std::nullopt;
    }

    std::optional<Condition> take_condition() {
        if (cursor_.peek().text == "packet" && cursor_.peek(1).is("(")) return take_packet();
        std::vector<Token> path;
        while (cursor_.peek().is_word()) {
            path.push_back(cursor_.take());
            if (!cursor_.take_if(".")) break;
        }
        if (path.size() < 2 || path.size() > 3) {
            const SourceSpan span = path.empty() ? cursor_.peek().span : join(path.front().span, path.back().span);
            return fail(span, tr("a condition begins with a socket and one of its figures"));
        }
        const std::optional<SocketName> socket = find_socket(path);
        if (!socket) return std::nullopt;
        if (path.back().text == "state") return take_state(*socket, path);
        return take_figure(*socket, path);
    }

    // `client` is the actor's unnamed socket, `conn` the only socket of that name, `server.conn` the server's.
    std::optional<SocketName> find_socket(const std::vector<Token>& path) {
        const Token& first = path.front();
        const std::optional<ActorId> actor = context_.actor_named(first.text);
        if (path.size() == 3) {
            if (!actor) {
                context_.unknown_actor(first.text, first.span);
                return std::nullopt;
            }
            return existing({*actor, std::string{path[1].text}}, path[1].span);
        }
        if (actor) return existing({*actor, {}}, first.span);
        std::vector<SocketName> found;
        std::vector<std::string_view> names = context_.actor_names();
        for (const auto& [key, track] : context_.facts.sockets) {
            if (key.second == first.text) found.push_back({key.first, key.second});
            if (!key.second.empty()) names.push_back(key.second);
        }
        if (found.size() == 1) return found.front();
        if (found.empty()) {
            context_.error(first.span, tr_format("no socket is called {} at this step", quoted(first.text)),
                           suggestion(first.text, names));
        } else {
            context_.error(
                first.span, tr_format("{} is a socket of more than one actor", quoted(first.text)),
                tr_format("say whose: `{}.{}`", context_.scenario.actor_name(found.front().actor), found.front().name));
        }
        return std::nullopt;
    }

    std::optional<SocketName> existing(SocketName socket, const SourceSpan& span) {
        if (context_.facts.sockets.count({socket.actor, socket.name}) > 0) return socket;
        const std::string& actor = context_.scenario.actor_name(socket.actor);
        std::vector<std::string_view> names;
        for (const auto& [key, track] : context_.facts.sockets)
            if (key.first == socket.actor && !key.second.empty()) names.push_back(key.second);
        if (socket.name.empty()) {
            context_.error(span, tr_format("`{}` has no unnamed socket at this step", actor),
                           names.empty() ? tr("it is made by `socket(tcp)`")
                                         : tr_format("say which socket: `{}.{}`", actor, names.front()));
        } else {
            context_.error(span, tr_format("`{}` has no socket called {} at this step", actor, quoted(socket.name)),
                           suggestion(socket.name, names));
        }
        return std::nullopt;
    }

    std::optional<Condition> take_state(const SocketName& socket, const std::vector<Token>& path) {
        const SocketTrack& track = context_.facts.sockets.at({socket.actor, socket.name});
        if (!is_tcp(track.family))
            return fail(path.back().span, tr_format("a {} socket has no states", family_title(track.family)),
                        tr("wait for a figure, such as unread_bytes > 0"));
        const Token& sign = cursor_.take();
        if (!sign.is("=="))
            return fail(sign.span, tr("a state is compared with `==`"), tr("for example conn.state == CLOSE_WAIT"));
        const Token& name = cursor_.take();
        const std::optional<TcpState> state = parse_state_name(name.text, name.span, context_);
        if (!state) return std::nullopt;
        return StateCondition{socket, *state};
    }

    std::optional<Condition> take_figure(const SocketName& socket, const std::vector<Token>& path) {
        const Token& name = path.back();
        const FigureName* known = nullptr;
        std::vector<std::string_view> names{"state"};
        for (const FigureName& figure : kFigures) {
            names.push_back(figure.name);
            if (figure.name == name.text) known = &figure;
        }
        if (known == nullptr)
            return fail(name.span, tr_format("unknown figure {}", quoted(name.text)), suggestion(name.text, names));
        const SocketTrack& track = context_.facts.sockets.at({socket.actor, socket.name});
        if (track.closed)
            return fail(path.front().span, tr_format("this socket was closed in line {}", track.closed->line),
                        tr("the kernel gives figures only of open sockets"));
        if (known->tcp_only && !is_tcp(track.family))
            return fail(name.span, tr_format("the kernel has no {} for {}", known->name, family_title(track.family)),
                        tr("it sends at once; use queued_bytes"));
        FigureCondition condition{socket, known->figure, Comparison::kEqual, 0};
        if (!take_comparison(condition.comparison)) return std::nullopt;
        const std::optional<Value> value = parse_value(cursor_, context_);
        if (!value) return std::nullopt;
        const auto* integer = std::get_if<std::int64_t>(&value->data);
        if (integer == nullptr)
            return fail(value->span, tr_format("a figure is compared with a number, not {}", kind_of(*value)));
        if (*integer < 0) return fail(value->span, tr("a figure is never negative"));
        condition.value = *integer;
        return condition;
    }

    bool take_comparison(Comparison& comparison) {
        const Token& sign = cursor_.take();
        for (const ComparisonSign& known : kComparisons) {
            if (!sign.is(known.sign)) continue;
            comparison = known.comparison;
            return true;
        }
        fail(sign.span,
             sign.kind == TokenKind::kEnd ? tr("a comparison is missing")
                                          : tr_format("{} is no comparison", quoted(sign.text)),
             tr("known: ==, !=, <, <=, >, >="));
        return false;
    }

    std::optional<Condition> take_packet() {
        cursor_.take();
        const Token& open = cursor_.take();
        const Token& first = cursor_.peek();
        std::optional<PacketPattern> pattern = parse_pattern(cursor_, context_);
        if (!pattern) return std::nullopt;
        pattern->text = std::string{text_between(first, cursor_.previous())};
        if (!cursor_.take_if(")"))
            return fail(open.span, tr("`(` is never closed"), "packet(client > server: FIN ACK)");
        PacketCondition condition{std::move(*pattern), 1};
        if (cursor_.at_end() || cursor_.peek().is_word()) return condition;
        const Token& sign = cursor_.take();
        if (!sign.is("=="))
            return fail(sign.span, tr("packets are counted with `==`"), "packet(client > server: SYN) == 2");
        const Token& number = cursor_.peek();
        const std::optional<Value> value = parse_value(cursor_, context_);
        if (!value) return std::nullopt;
        const auto* count = std::get_if<std::int64_t>(&value->data);
        if (count == nullptr || *count < 1 || *count > 1'000'000'000)
            return fail(number.span, tr("packets are counted from 1"), "packet(client > server: SYN) == 2");
        condition.count = static_cast<std::uint32_t>(*count);
        return condition;
    }

    TokenCursor& cursor_;
    ParseContext& context_;
};

}  // namespace

std::optional<UntilStep> parse_condition(TokenCursor& cursor, ParseContext& context) {
    return ConditionParser(cursor, context).run();
}

std::optional<SocketName> find_socket(const std::vector<Token>& path, ParseContext& context) {
    const std::vector<Token> none(1);
    TokenCursor cursor(none);
    return ConditionParser(cursor, context).socket_at(path);
}

std::optional<Comparison> parse_comparison(TokenCursor& cursor, ParseContext& context) {
    return ConditionParser(cursor, context).comparison();
}

std::optional<TcpState> parse_state_name(std::string_view name, const SourceSpan& span, ParseContext& context) {
    if (const auto state = tcp_state_named(name); state && *state != TcpState::kUnknown) return state;
    std::vector<std::string_view> names;
    for (int i = static_cast<int>(TcpState::kEstablished); i <= static_cast<int>(TcpState::kClosing); ++i)
        names.push_back(to_string(static_cast<TcpState>(i)));
    context.error(span, name.empty() ? tr("a TCP state is missing") : tr_format("unknown TCP state {}", quoted(name)),
                  suggestion(name, names));
    return std::nullopt;
}

}  // namespace wirestory::sim
