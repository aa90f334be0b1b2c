// The checks of arguments and expected results against the table of calls.
#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/address.hpp"
#include "sim/scenario/call_signatures.hpp"
#include "sim/scenario/families.hpp"
#include "sim/scenario/socket_names.hpp"
#include "sim/scenario/value_parser.hpp"

namespace wirestory::sim {
namespace {

constexpr std::int64_t kMaxReadBytes = 64 << 20;

class ArgumentCheck {
public:
    ArgumentCheck(const CallSignature& signature, const CallSyntax& call, ParseContext& context)
        : signature_(signature), call_(call), context_(context) {}

    bool run() {
        if (!check_count()) return false;
        for (std::size_t i = 0; i < call_.arguments.size(); ++i) check(signature_.arguments[i], call_.arguments[i]);
        return good_;
    }

private:
    std::string usage() const { return fmt::format("write it as `{}`", signature_.example); }
    void error(const SourceSpan& span, std::string message, std::string hint = {}) {
        good_ = false;
        context_.error(span, std::move(message), std::move(hint));
    }
    void wrong_kind(const Value& value, std::string_view wanted) {
        error(value.span, fmt::format("{} takes {} here, not {}", signature_.name, wanted, kind_of(value)), usage());
    }

    bool check_count() {
        const std::size_t count = call_.arguments.size();
        const std::size_t least = signature_.required;
        const std::size_t most = signature_.arguments.size();
        if (count >= least && count <= most) return true;
        const std::string wanted = most == 0       ? std::string{"no argument"}
                                   : least == most ? fmt::format("{} argument{}", least, least == 1 ? "" : "s")
                                                   : fmt::format("{} to {} arguments", least, most);
        error(count > most ? call_.arguments[most].span : call_.parentheses,
              fmt::format("{} takes {}, not {}", signature_.name, wanted, count), usage());
        return false;
    }

    void check(ArgumentKind kind, const Value& value) {
        switch (kind) {
            case ArgumentKind::kFamily: check_family(value); break;
            case ArgumentKind::kOwnAddress: check_own_address(value); break;
            case ArgumentKind::kPeerAddress: check_peer_address(value); break;
            case ArgumentKind::kBacklog: check_integer(value, 0, 65535, "a length of the queue"); break;
            case ArgumentKind::kBytes:
                if (!std::holds_alternative<Bytes>(value.data)) wrong_kind(value, "a string");
                break;
            case ArgumentKind::kSize: check_integer(value, 0, kMaxReadBytes, "a size"); break;
            case ArgumentKind::kFlags: check_flags(value); break;
            case ArgumentKind::kShutdownHow: check_shutdown(value); break;
            case ArgumentKind::kOption: check_option(value); break;
            case ArgumentKind::kOptionValue: break;  // together with its option
            case ArgumentKind::kEvents: check_events(value); break;
            case ArgumentKind::kTimeout: check_timeout(value); break;
            case ArgumentKind::kBool: check_bool(value); break;
        }
    }

    void check_family(const Value& value) {
        const auto* symbol = std::get_if<Symbol>(&value.data);
        if (symbol == nullptr) return wrong_kind(value, "a family");
        if (family_written(symbol->name)) return;
        std::vector<std::string_view> names;
        for (const auto& [name, family] : kFamilyNames) names.push_back(name);
        error(value.span, fmt::format("unknown family {}", quoted(symbol->name)), suggestion(symbol->name, names));
    }

    void check_integer(const Value& value, std::int64_t least, std::int64_t most, std::string_view what) {
        const auto* integer = std::get_if<std::int64_t>(&value.data);
        if (integer == nullptr) return wrong_kind(value, what);
        if (*integer < least || *integer > most)
            error(value.span, fmt::format("{} is out of range for {}", *integer, signature_.name),
                  fmt::format("from {} to {}", least, most));
    }

    void check_own_address(const Value& value) {
        if (std::holds_alternative<std::int64_t>(value.data)) return check_integer(value, 0, 65535, "a port");
        if (std::holds_alternative<Bytes>(value.data)) return check_unix_name(value);
        const auto* address = std::get_if<AddressText>(&value.data);
        if (address == nullptr) return wrong_kind(value, "a port or an address");
        if (address->host != "*") check_host(value, *address);
    }

    // Whether the socket is a Unix one is SocketTracker's question.
    void check_unix_name(const Value& value) {
        const auto* bytes = std::get_if<Bytes>(&value.data);
        const auto* address = std::get_if<AddressText>(&value.data);
        const std::size_t size = bytes != nullptr ? bytes->size() : address->path.size();
        if (size == 0 || size > kMaxUnixNameBytes)
            error(value.span, fmt::format("a Unix socket's name has 1 to {} bytes, not {}", kMaxUnixNameBytes, size));
    }

    void check_peer_address(const Value& value) {
        if (std::holds_alternative<Bytes>(value.data)) return check_unix_name(value);
        const auto* address = std::get_if<AddressText>(&value.data);
        if (address == nullptr) return wrong_kind(value, "an address");
        if (!address->path.empty()) {
            check_unix_name(value);
            return check_host(value, *address);
        }
        if (address->host == "*")
            return error(value.span, "`*` is no address to send to", "name the actor: server:9000");
        if (address->port == 0) error(value.span, "port 0 is no port to send to", usage());
        check_host(value, *address);
    }

    void check_host(const Value& value, const AddressText& address) {
        if (IpAddress::parse(address.host) || context_.actor_named(address.host)) return;
        SourceSpan host = value.span;
        host.length = std::min(host.length, static_cast<int>(address.host.size()));
        good_ = false;
        context_.unknown_actor(address.host, host);
    }

    void check_flags(const Value& value) {
        if (const auto* integer = std::get_if<std::int64_t>(&value.data); integer != nullptr && *integer == 0) return;
        const auto* symbol = std::get_if<Symbol>(&value.data);
        if (symbol == nullptr) return wrong_kind(value, "flags");
        const std::string_view names = symbol->name;
        for (std::size_t begin = 0; begin <= names.size();) {
            const std::string_view name = names.substr(begin, names.find('|', begin) - begin);
            SourceSpan span = value.span;
            if (value.text == names) {  // written without spaces, so the place of each flag is known
                span.column += static_cast<int>(begin);
                span.length = static_cast<int>(name.size());
            }
            if (!flags_named(name))
                error(span, fmt::format("unknown flag {}", quoted(name)), suggestion(name, message_flag_names()));
            begin += name.size() + 1;
        }
    }

    void check_events(const Value& value) {
        const auto* symbol = std::get_if<Symbol>(&value.data);
        if (symbol == nullptr) return wrong_kind(value, "events");
        if (!poll_events_named(symbol->name))
            error(value.span, fmt::format("unknown events {}", quoted(symbol->name)),
                  suggestion(symbol->name, poll_event_names()));
    }

    void check_timeout(const Value& value) {
        const auto* integer = std::get_if<std::int64_t>(&value.data);
        if (!std::holds_alternative<Duration>(value.data) && (integer == nullptr || *integer != 0))
            wrong_kind(value, "a duration, or 0");
    }

    void check_bool(const Value& value) {
        const auto* symbol = std::get_if<Symbol>(&value.data);
        if (symbol == nullptr || (symbol->name != "true" && symbol->name != "false"))
            wrong_kind(value, "true or false");
    }

    void check_shutdown(const Value& value) {
        const auto* symbol = std::get_if<Symbol>(&value.data);
        if (symbol == nullptr) return wrong_kind(value, "SHUT_RD, SHUT_WR or SHUT_RDWR");
        const auto& names = shutdown_names();
        if (std::find(names.begin(), names.end(), symbol->name) == names.end())
            error(value.span, fmt::format("unknown direction {}", quoted(symbol->name)),
                  suggestion(symbol->name, names));
    }

    void check_option(const Value& value) {
        const auto* symbol = std::get_if<Symbol>(&value.data);
        if (symbol == nullptr) return wrong_kind(value, "an option's name");
        const auto option = socket_option_named(symbol->name);
        if (!option)
            return error(value.span, fmt::format("unknown socket option {}", quoted(symbol->name)),
                         suggestion(symbol->name, socket_option_names()));
        if (signature_.kind != CallKind::kSetsockopt) return;
        if (!option->settable && !may_fail(call_))
            return error(value.span, fmt::format("{} can only be read", symbol->name),
                         fmt::format("use getsockopt({})", symbol->name));
        check_option_values(symbol->name, *option);
    }

    void check_option_values(const std::string& name, const SocketOption& option) {
        const Value& value = call_.arguments[1];
        const std::size_t wanted = option.kind == SocketOptionKind::kLinger ? 3 : 2;
        if (call_.arguments.size() != wanted) {
            const bool linger = wanted == 3;
            return error(
                call_.parentheses,
                linger ? "SO_LINGER takes two values: on or off, and seconds" : fmt::format("{} takes one value", name),
                linger ? "write it as `setsockopt(SO_LINGER, 1, 0)`" : usage());
        }
        const auto want = [&](bool right, std::string_view what, std::string_view example) {
            if (!right)
                error(value.span, fmt::format("{} takes {}, not {}", name, what, kind_of(value)),
                      fmt::format("for example `setsockopt({}, {})`", name, example));
        };
        switch (option.kind) {
            case SocketOptionKind::kInt: want(fits_int(value), "a number that fits an int", "1"); break;
            case SocketOptionKind::kTimeval:
                want(std::holds_alternative<Duration>(value.data), "a duration", "200ms");
                break;
            case SocketOptionKind::kString:
                want(std::holds_alternative<Bytes>(value.data), "a string", "\"cubic\"");
                break;
            case SocketOptionKind::kLinger:
                want(fits_int(value) && fits_int(call_.arguments[2]), "two numbers", "1, 0");
                break;
        }
    }

    static bool fits_int(const Value& value) {
        const auto* integer = std::get_if<std::int64_t>(&value.data);
        return integer != nullptr && *integer >= std::numeric_limits<int>::min() &&
               *integer <= std::numeric_limits<int>::max();
    }

    const CallSignature& signature_;
    const CallSyntax& call_;
    ParseContext& context_;
    bool good_ = true;
};

bool has_flag(const CallSyntax& call, std::string_view flag) {
    return std::any_of(call.arguments.begin(), call.arguments.end(), [&](const Value& value) {
        const auto* symbol = std::get_if<Symbol>(&value.data);
        return symbol != nullptr && symbol->name.find(flag) != std::string::npos;
    });
}

bool check_written(const CallSyntax& call, const Value& expected, ParseContext& context) {
    const auto* integer = std::get_if<std::int64_t>(&expected.data);
    const auto* payload = std::get_if<Bytes>(&call.arguments.front().data);
    if (payload == nullptr || *integer <= static_cast<std::int64_t>(payload->size())) return true;
    context.error(expected.span,
                  fmt::format("{} cannot take {} bytes of {}", call.call.text, *integer, payload->size()),
                  fmt::format("it returns at most {}", payload->size()));
    return false;
}

bool check_read(const CallSyntax& call, const Value& expected, ParseContext& context) {
    const auto* size = std::get_if<std::int64_t>(&call.arguments.front().data);
    if (size == nullptr) return true;
    const auto* bytes = std::get_if<Bytes>(&expected.data);
    const auto* integer = std::get_if<std::int64_t>(&expected.data);
    // With MSG_TRUNC recv returns the datagram's own length (recv(2)).
    if (integer != nullptr && has_flag(call, "MSG_TRUNC")) return true;
    const std::int64_t got = bytes != nullptr ? static_cast<std::int64_t>(bytes->size()) : *integer;
    if (got <= *size) return true;
    context.error(expected.span, fmt::format("{}({}) cannot give {} bytes", call.call.text, *size, got),
                  fmt::format("it returns at most {}", *size));
    return false;
}

// What a call can give, in words and as a test.
struct Possible {
    bool right;
    std::string_view words;
};

Possible possible_option(const CallSyntax& call, const Value& expected) {
    const auto* symbol = std::get_if<Symbol>(&call.arguments.front().data);
    const auto option = symbol != nullptr ? socket_option_named(symbol->name) : std::nullopt;
    switch (option ? option->kind : SocketOptionKind::kInt) {
        case SocketOptionKind::kTimeval: return {std::holds_alternative<Duration>(expected.data), "a duration"};
        case SocketOptionKind::kString: return {std::holds_alternative<Bytes>(expected.data), "a string"};
        case SocketOptionKind::kLinger: return {false, "two numbers, which cannot be expected"};
        case SocketOptionKind::kInt: break;
    }
    return {std::holds_alternative<std::int64_t>(expected.data), "a number"};
}

Possible possible(const CallSignature& signature, const CallSyntax& call, const Value& expected) {
    const auto* integer = std::get_if<std::int64_t>(&expected.data);
    switch (signature.result) {
        case ResultKind::kZero: return {integer != nullptr && *integer == 0, "0"};
        case ResultKind::kSocket: return {false, "a socket, whose number no story can know"};
        case ResultKind::kWritten: return {integer != nullptr, "a number of bytes"};
        case ResultKind::kRead:
            return {integer != nullptr || std::holds_alternative<Bytes>(expected.data), "bytes or their number"};
        case ResultKind::kOption: return possible_option(call, expected);
        case ResultKind::kEvents:
            return {integer != nullptr && *integer == 0, "POLL events, or 0 when its time ran out"};
        case ResultKind::kAddress: break;
    }
    // A string is the name of a Unix socket.
    return {std::holds_alternative<AddressText>(expected.data) || std::holds_alternative<Bytes>(expected.data),
            "an address"};
}

}  // namespace

bool may_fail(const CallSyntax& call) {
    if (!call.expected) return false;
    const auto* symbol = std::get_if<Symbol>(&call.expected->data);
    return std::holds_alternative<AnyValue>(call.expected->data) ||
           (symbol != nullptr && !poll_events_named(symbol->name));
}

SocketFamily family_of(const Value& symbol) {
    const auto* name = std::get_if<Symbol>(&symbol.data);
    return name != nullptr ? family_written(name->name).value_or(SocketFamily::kTcp) : SocketFamily::kTcp;
}

bool check_arguments(const CallSignature& signature, const CallSyntax& call, ParseContext& context) {
    return ArgumentCheck(signature, call, context).run();
}

bool check_expected(const CallSignature& signature, const CallSyntax& call, ParseContext& context) {
    if (!call.expected || std::holds_alternative<AnyValue>(call.expected->data)) return true;
    const Value& expected = *call.expected;
    if (const auto* symbol = std::get_if<Symbol>(&expected.data)) {
        if (errno_named(symbol->name)) return true;
        if (signature.result == ResultKind::kEvents && poll_events_named(symbol->name)) return true;
        context.error(expected.span, fmt::format("unknown error name {}", quoted(symbol->name)),
                      suggestion(symbol->name, errno_names()));
        return false;
    }
    const Possible result = possible(signature, call, expected);
    if (!result.right) {
        context.error(
            expected.span,
            fmt::format("{} cannot give {}: it gives {}", signature.name, quoted(expected.text), result.words),
            "expect that, an error's name such as ECONNREFUSED, or `_` for anything");
        return false;
    }
    if (signature.result == ResultKind::kWritten) return check_written(call, expected, context);
    if (signature.result == ResultKind::kRead) return check_read(call, expected, context);
    const auto* address = std::get_if<AddressText>(&expected.data);
    if (address == nullptr || address->host == "*" || IpAddress::parse(address->host) ||
        context.actor_named(address->host))
        return true;
    context.unknown_actor(address->host, expected.span);
    return false;
}

}  // namespace wirestory::sim
