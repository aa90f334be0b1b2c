// What a call can give back, against what the story writes behind `=` and keeps behind `->`.
#include <algorithm>

#include <fmt/format.h>

#include "base/address.hpp"
#include "base/messages.hpp"
#include "sim/scenario/call_signatures.hpp"
#include "sim/scenario/socket_names.hpp"
#include "sim/scenario/value_parser.hpp"

namespace wirestory::sim {
namespace {

bool has_flag(const CallSyntax& call, std::string_view flag) {
    return std::any_of(call.arguments.begin(), call.arguments.end(), [&](const Value& value) {
        const auto* symbol = std::get_if<Symbol>(&value.data);
        return symbol != nullptr && symbol->name.find(flag) != std::string::npos;
    });
}

bool check_written(const CallSyntax& call, const Value& expected, ParseContext& context) {
    const auto* integer = std::get_if<std::int64_t>(&expected.data);
    if (integer == nullptr) return true;  // known at the run
    const auto* payload = std::get_if<Bytes>(&call.arguments.front().data);
    if (payload == nullptr || signature_named(call.call.text)->compound == Compound::kSendMessage ||
        *integer <= static_cast<std::int64_t>(payload->size()))
        return true;
    context.error(expected.span, tr_format("{} cannot take {} bytes of {}", call.call.text, *integer, payload->size()),
                  tr_format("it returns at most {}", payload->size()));
    return false;
}

bool check_read(const CallSyntax& call, const Value& expected, ParseContext& context) {
    if (call.arguments.empty() || is_deferred(expected)) return true;
    const auto* size = std::get_if<std::int64_t>(&call.arguments.front().data);
    if (size == nullptr) return true;
    const auto* bytes = std::get_if<Bytes>(&expected.data);
    const auto* integer = std::get_if<std::int64_t>(&expected.data);
    // With MSG_TRUNC recv returns the datagram's own length (recv(2)).
    if (integer != nullptr && has_flag(call, "MSG_TRUNC")) return true;
    const std::int64_t got = bytes != nullptr ? static_cast<std::int64_t>(bytes->size()) : *integer;
    if (got <= *size) return true;
    context.error(expected.span, tr_format("{}({}) cannot give {} bytes", call.call.text, *size, got),
                  tr_format("it returns at most {}", *size));
    return false;
}

// What a call can give, in words and as a test.
struct Possible {
    bool right;
    std::string_view words;
};

// What the value of an option is.
struct OptionResult {
    ValueType type;
    std::string_view words;
};

OptionResult option_result(const CallSyntax& call) {
    const auto* symbol = std::get_if<Symbol>(&call.arguments.front().data);
    const auto option = symbol != nullptr ? socket_option_named(symbol->name) : std::nullopt;
    switch (option ? option->kind : SocketOptionKind::kInt) {
        case SocketOptionKind::kTimeval: return {ValueType::kDuration, tr("a duration")};
        case SocketOptionKind::kString: return {ValueType::kBytes, "a string"};
        case SocketOptionKind::kInterface: return {ValueType::kBytes, "an address as a string"};
        case SocketOptionKind::kDevice: return {ValueType::kBytes, "a device's name as a string"};
        case SocketOptionKind::kLinger: return {ValueType::kAny, tr("two numbers, which cannot be expected")};
        case SocketOptionKind::kMembership:
        case SocketOptionKind::kMembership6: return {ValueType::kAny, tr("nothing: it can only be set")};
        case SocketOptionKind::kTcpInfo:
        case SocketOptionKind::kInt: break;
    }
    return {ValueType::kNumber, "a number"};
}

Possible possible(const CallSignature& signature, const CallSyntax& call, const Value& expected) {
    const auto* integer = std::get_if<std::int64_t>(&expected.data);
    const ValueType type = type_of(expected);
    const bool number = type == ValueType::kNumber;
    switch (signature.result) {
        case ResultKind::kZero: return {integer != nullptr && *integer == 0, "0"};
        case ResultKind::kSocket: return {false, tr("a socket, whose number no story can know")};
        case ResultKind::kWritten: return {number, tr("a number of bytes")};
        case ResultKind::kRead: return {number || type == ValueType::kBytes, "bytes or their number"};
        case ResultKind::kOption: {
            const OptionResult option = option_result(call);
            return {type == option.type && type != ValueType::kAny, option.words};
        }
        case ResultKind::kEvents:
            return {integer != nullptr && *integer == 0, tr("POLL events, or 0 when its time ran out")};
        case ResultKind::kAddress: break;
    }
    // A string is the name of a Unix socket.
    return {type == ValueType::kAddress || type == ValueType::kBytes, "an address"};
}

}  // namespace

namespace {

// What `->` keeps; kAny: nothing.
ValueType kept_type(const CallSignature& signature, const CallSyntax& call) {
    switch (signature.result) {
        case ResultKind::kWritten: return ValueType::kNumber;
        case ResultKind::kRead: return ValueType::kBytes;
        case ResultKind::kOption: return option_result(call).type;
        case ResultKind::kAddress: return ValueType::kAddress;
        case ResultKind::kSocket: return signature.kind == CallKind::kAccept ? ValueType::kAddress : ValueType::kAny;
        case ResultKind::kZero:
        case ResultKind::kEvents: break;
    }
    return ValueType::kAny;
}

bool fails(const CallSyntax& call) { return may_fail(call) && !std::holds_alternative<AnyValue>(call.expected->data); }

// A variable has one type from its first use on: which of two calls returned last must not decide what a step means.
bool good_variable(ActorId actor, const Word& name, ValueType type, ParseContext& context) {
    if (!is_name(name.text)) {
        context.error(name.span, tr_format("{} cannot name a variable", quoted(fmt::format("${}", name.text))),
                      tr("variables are lower-case letters, digits and _: $size"));
        return false;
    }
    const auto known = context.facts.variables.find({actor, std::string{name.text}});
    if (known == context.facts.variables.end() || known->second.type == type) return true;
    context.error(name.span,
                  tr_format("`${}` is {} since line {}, this call gives {}", name.text, name_of(known->second.type),
                            known->second.made.line, name_of(type)),
                  tr("give this one another name"));
    return false;
}

void note_variable(ActorId actor, const Word& name, ValueType type, ParseContext& context) {
    context.facts.variables[{actor, std::string{name.text}}] = {type, name.span};
}

}  // namespace

void read_capture(const CallSignature& signature, const CallSyntax& call, CallStep& step, ParseContext& context) {
    if (!call.capture) return;
    const CaptureSyntax& capture = *call.capture;
    const ValueType type = kept_type(signature, call);
    if (type == ValueType::kAny)
        return context.error(capture.arrow, tr_format("{} gives nothing to keep", signature.name),
                             tr("recv, recvfrom, send, getsockopt, getsockname and accept do"));
    if (fails(call))
        return context.error(capture.arrow, tr("a call that fails gives nothing to keep"), tr("leave the arrow out"));
    const std::size_t most = signature.kind == CallKind::kRecvfrom ? 2 : 1;
    if (capture.names.size() > most)
        return context.error(
            capture.names[most].span,
            tr_format("{} gives {} to keep", signature.name, most == 1 ? tr("one value") : tr("two values")),
            tr("recvfrom gives the bytes and who sent them: `recvfrom(2048) -> $line, $who`"));
    if (capture.append && type != ValueType::kBytes)
        return context.error(capture.arrow,
                             tr_format("`->>` joins strings; {} gives {}", signature.name, name_of(type)),
                             tr("write `->`"));
    const Word& first = capture.names.front();
    if (!good_variable(step.actor, first, type, context)) return;
    step.capture = {std::string{first.text}, {}, capture.append};
    note_variable(step.actor, first, type, context);
    if (capture.names.size() < 2 || !good_variable(step.actor, capture.names[1], ValueType::kAddress, context)) return;
    step.capture.peer = std::string{capture.names[1].text};
    note_variable(step.actor, capture.names[1], ValueType::kAddress, context);
}

bool check_expected(const CallSignature& signature, const CallSyntax& call, ParseContext& context) {
    if (!call.expected || std::holds_alternative<AnyValue>(call.expected->data)) return true;
    const Value& expected = *call.expected;
    if (const auto* symbol = std::get_if<Symbol>(&expected.data)) {
        if (errno_named(symbol->name)) return true;
        if (signature.result == ResultKind::kEvents && poll_events_named(symbol->name)) return true;
        context.error(expected.span, tr_format("unknown error name {}", quoted(symbol->name)),
                      suggestion(symbol->name, errno_names()));
        return false;
    }
    const Possible result = possible(signature, call, expected);
    if (!result.right) {
        context.error(expected.span,
                      tr_format("{} cannot give {}: it gives {}", signature.name, quoted(expected.text), result.words),
                      tr("expect that, an error's name such as ECONNREFUSED, or `_` for anything"));
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
