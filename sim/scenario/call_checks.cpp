// The checks of arguments and expected results against the table of calls.
#include <algorithm>

#include <fmt/format.h>

#include "base/address.hpp"
#include "base/messages.hpp"
#include "sim/scenario/call_signatures.hpp"
#include "sim/scenario/families.hpp"
#include "sim/scenario/framed_message.hpp"
#include "sim/scenario/option_checks.hpp"
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
        if (good_) check_framing();
        return good_;
    }

private:
    std::string usage() const { return tr_format("write it as `{}`", signature_.example); }
    void error(const SourceSpan& span, std::string message, std::string hint = {}) {
        good_ = false;
        context_.error(span, std::move(message), std::move(hint));
    }
    void wrong_kind(const Value& value, std::string_view wanted) {
        error(value.span, tr_format("{} takes {} here, not {}", signature_.name, wanted, kind_of(value)), usage());
    }

    bool check_count() {
        const std::size_t count = call_.arguments.size();
        const std::size_t least = signature_.required;
        const std::size_t most = signature_.arguments.size();
        if (count >= least && count <= most) return true;
        const std::string wanted = most == 0                     ? std::string{tr("no argument")}
                                   : least == most && least == 1 ? tr_format("{} argument", least)
                                   : least == most               ? tr_format("{} arguments", least)
                                                                 : tr_format("{} to {} arguments", least, most);
        error(count > most ? call_.arguments[most].span : call_.parentheses,
              tr_format("{} takes {}, not {}", signature_.name, wanted, count), usage());
        return false;
    }

    void check(ArgumentKind kind, const Value& value) {
        if (is_deferred(value) && check_deferred(kind, value)) return;
        switch (kind) {
            case ArgumentKind::kFamily: check_family(value); break;
            case ArgumentKind::kOwnAddress: check_own_address(value); break;
            case ArgumentKind::kPeerAddress: check_peer_address(value); break;
            case ArgumentKind::kBacklog: check_integer(value, 0, 65535, tr("a length of the queue")); break;
            case ArgumentKind::kBytes:
                if (!std::holds_alternative<Bytes>(value.data)) wrong_kind(value, tr("a string"));
                break;
            case ArgumentKind::kSize: check_integer(value, 0, kMaxReadBytes, tr("a size")); break;
            case ArgumentKind::kFlags: check_flags(value); break;
            case ArgumentKind::kShutdownHow: check_shutdown(value); break;
            case ArgumentKind::kOption: check_option(value); break;
            case ArgumentKind::kOptionValue: break;  // together with its option
            case ArgumentKind::kOptionField: check_option_field(value); break;
            case ArgumentKind::kEvents: check_events(value); break;
            case ArgumentKind::kTimeout: check_timeout(value); break;
            case ArgumentKind::kBool: check_bool(value); break;
        }
    }

    void check_family(const Value& value) {
        const auto* symbol = std::get_if<Symbol>(&value.data);
        if (symbol == nullptr) return wrong_kind(value, tr("a family"));
        if (family_written(symbol->name)) return;
        std::vector<std::string_view> names;
        for (const auto& [name, family] : kFamilyNames) names.push_back(name);
        error(value.span, tr_format("unknown family {}", quoted(symbol->name)), suggestion(symbol->name, names));
    }

    void check_integer(const Value& value, std::int64_t least, std::int64_t most, std::string_view what) {
        const auto* integer = std::get_if<std::int64_t>(&value.data);
        if (integer == nullptr) return wrong_kind(value, what);
        if (*integer < least || *integer > most)
            error(value.span, tr_format("{} is out of range for {}", *integer, signature_.name),
                  tr_format("from {} to {}", least, most));
    }

    void check_own_address(const Value& value) {
        if (std::holds_alternative<std::int64_t>(value.data)) return check_integer(value, 0, 65535, tr("a port"));
        if (std::holds_alternative<Bytes>(value.data)) return check_unix_name(value);
        const auto* address = std::get_if<AddressText>(&value.data);
        if (address == nullptr) return wrong_kind(value, tr("a port or an address"));
        if (address->host != "*") check_host(value, *address);
    }

    // Whether the socket is a Unix one is SocketTracker's question.
    void check_unix_name(const Value& value) {
        const auto* bytes = std::get_if<Bytes>(&value.data);
        const auto* address = std::get_if<AddressText>(&value.data);
        const std::size_t size = bytes != nullptr ? bytes->size() : address->path.size();
        if (size == 0 || size > kMaxUnixNameBytes)
            error(value.span, tr_format("a Unix socket's name has 1 to {} bytes, not {}", kMaxUnixNameBytes, size));
    }

    void check_peer_address(const Value& value) {
        if (std::holds_alternative<Bytes>(value.data)) return check_unix_name(value);
        const auto* address = std::get_if<AddressText>(&value.data);
        if (address == nullptr) return wrong_kind(value, tr("an address"));
        if (!address->path.empty()) {
            check_unix_name(value);
            return check_host(value, *address);
        }
        if (address->host == "*")
            return error(value.span, tr("`*` is no address to send to"), tr("name the actor: server:9000"));
        if (address->port == 0) error(value.span, tr("port 0 is no port to send to"), usage());
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
        if (symbol == nullptr) return wrong_kind(value, tr("flags"));
        const std::string_view names = symbol->name;
        for (std::size_t begin = 0; begin <= names.size();) {
            const std::string_view name = names.substr(begin, names.find('|', begin) - begin);
            SourceSpan span = value.span;
            if (value.text == names) {  // written without spaces, so the place of each flag is known
                span.column += static_cast<int>(begin);
                span.length = static_cast<int>(name.size());
            }
            if (!flags_named(name))
                error(span, tr_format("unknown flag {}", quoted(name)), suggestion(name, message_flag_names()));
            begin += name.size() + 1;
        }
    }

    void check_events(const Value& value) {
        const auto* symbol = std::get_if<Symbol>(&value.data);
        if (symbol == nullptr) return wrong_kind(value, tr("events"));
        if (!poll_events_named(symbol->name))
            error(value.span, tr_format("unknown events {}", quoted(symbol->name)),
                  suggestion(symbol->name, poll_event_names()));
    }

    void check_timeout(const Value& value) {
        const auto* integer = std::get_if<std::int64_t>(&value.data);
        if (!std::holds_alternative<Duration>(value.data) && (integer == nullptr || *integer != 0))
            wrong_kind(value, tr("a duration, or 0"));
    }

    void check_bool(const Value& value) {
        const auto* symbol = std::get_if<Symbol>(&value.data);
        if (symbol == nullptr || (symbol->name != "true" && symbol->name != "false"))
            wrong_kind(value, tr("true or false"));
    }

    void check_framing() {
        const bool sends = signature_.compound == Compound::kSendMessage;
        if (!sends && signature_.compound != Compound::kRecvMessage) return;
        if (!context_.scenario.framing.present() && context_.has_framing) return;  // reported there
        if (!context_.scenario.framing.present())
            return error(call_.call.span, tr_format("{} needs to know where a message ends", signature_.name),
                         tr("add a key to the scenario: `framing: { length-prefix: \"<i\" }`"));
        const auto* body = sends ? std::get_if<Bytes>(&call_.arguments.front().data) : nullptr;
        if (body == nullptr) return;
        if (const auto framed = framed_message(context_.scenario.framing, *body); !framed)
            error(call_.arguments.front().span, framed.error().message,
                  tr_format("the framing is {}", to_string(context_.scenario.framing)));
    }

    void check_shutdown(const Value& value) {
        const auto* symbol = std::get_if<Symbol>(&value.data);
        if (symbol == nullptr) return wrong_kind(value, tr("SHUT_RD, SHUT_WR or SHUT_RDWR"));
        const auto& names = shutdown_names();
        if (std::find(names.begin(), names.end(), symbol->name) == names.end())
            error(value.span, tr_format("unknown direction {}", quoted(symbol->name)), suggestion(symbol->name, names));
    }

    void check_option(const Value& value) {
        const auto* symbol = std::get_if<Symbol>(&value.data);
        if (symbol == nullptr) return wrong_kind(value, tr("an option's name"));
        const auto option = socket_option_named(symbol->name);
        if (!option)
            return error(value.span, tr_format("unknown socket option {}", quoted(symbol->name)),
                         suggestion(symbol->name, socket_option_names()));
        if (signature_.kind != CallKind::kSetsockopt) return check_read_option(value, symbol->name, *option);
        if (!option->settable && !may_fail(call_))
            return error(value.span, tr_format("{} can only be read", symbol->name),
                         tr_format("use getsockopt({})", symbol->name));
        if (!check_option_values(call_, symbol->name, *option, context_)) good_ = false;
    }

    void check_read_option(const Value& value, const std::string& name, const SocketOption& option) {
        if (may_fail(call_)) return;
        const bool is_info = option.kind == SocketOptionKind::kTcpInfo;
        if (!is_readable(option.kind)) return error(value.span, tr_format("{} can only be set", name));
        if (is_info != (call_.arguments.size() == 2))
            error(is_info ? call_.parentheses : call_.arguments[1].span,
                  is_info ? tr("which field of TCP_INFO?") : tr_format("{} has no fields", name),
                  tr("for example `getsockopt(TCP_INFO, tcpi_snd_mss)`"));
    }

    void check_option_field(const Value& value) {
        const auto* symbol = std::get_if<Symbol>(&value.data);
        if (symbol == nullptr) return wrong_kind(value, tr("a field's name"));
        if (!tcp_info_field_named(symbol->name))
            error(value.span, tr_format("unknown field {}", quoted(symbol->name)),
                  suggestion(symbol->name, tcp_info_field_names()));
    }

    // What only the run can know is of the right kind at least; the rest is checked when the step is played.
    bool check_deferred(ArgumentKind kind, const Value& value) {
        const ValueType type = type_of(value);
        switch (kind) {
            case ArgumentKind::kBytes:
                if (type != ValueType::kBytes) wrong_kind(value, tr("a string"));
                return true;
            case ArgumentKind::kSize:
            case ArgumentKind::kBacklog:
                if (type != ValueType::kNumber) wrong_kind(value, tr("a number"));
                return true;
            case ArgumentKind::kOwnAddress:
            case ArgumentKind::kPeerAddress:
                if (type != ValueType::kAddress) wrong_kind(value, tr("an address"));
                return true;
            case ArgumentKind::kTimeout:
                if (type != ValueType::kDuration) wrong_kind(value, tr("a duration, or 0"));
                return true;
            case ArgumentKind::kOptionValue: return true;  // together with its option
            default: return false;
        }
    }

    const CallSignature& signature_;
    const CallSyntax& call_;
    ParseContext& context_;
    bool good_ = true;
};

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

}  // namespace wirestory::sim
