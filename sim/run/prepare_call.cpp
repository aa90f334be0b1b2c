#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>

#include "recording/actor_address.hpp"
#include "sim/run/option_values.hpp"
#include "sim/run/prepared_call.hpp"
#include "sim/run/step_arguments.hpp"
#include "sim/scenario/families.hpp"
#include "sim/scenario/framed_message.hpp"

namespace wirestory::sim {
namespace {

std::string joined_arguments(const CallStep& step) {
    std::string text;
    for (const Value& value : step.arguments) {
        if (!text.empty()) text += ", ";
        text += value.text;
    }
    return text;
}

IpAddress address_of(const Actor& actor, SocketFamily family) {
    return is_ipv6(family) ? ipv6_companion(actor.address) : actor.address;
}

Result<Endpoint> endpoint_of(const CallStep& step, std::size_t index, const PrepareContext& context,
                             SocketFamily family) {
    const IpAddress own = address_of(context.actors.at(step.actor), family);
    if (const auto* port = argument<std::int64_t>(step, index)) {
        if (*port < 0 || *port > 65535) return misfit(step, index, "a port (0 to 65535)");
        return Endpoint{own, static_cast<std::uint16_t>(*port)};
    }
    const auto* address = argument<AddressText>(step, index);
    if (address == nullptr) return misfit(step, index, "an address");
    if (address->host == "*") return Endpoint{is_ipv6(family) ? IpAddress::v6({}) : IpAddress::v4(0), address->port};
    for (const Actor& actor : context.actors)
        if (actor.name == address->host) return Endpoint{address_of(actor, family), address->port};
    if (const auto ip = IpAddress::parse(address->host)) return Endpoint{*ip, address->port};
    return fail(fmt::format("`{}` is neither an actor nor an IP address", address->host));
}

// A string or `server:"name"`.
std::optional<std::string> unix_name(const CallStep& step, std::size_t index) {
    if (const auto* bytes = argument<Bytes>(step, index)) return std::string{as_text(*bytes)};
    const auto* address = argument<AddressText>(step, index);
    if (address == nullptr || address->path.empty()) return std::nullopt;
    return address->path;
}

Status set_address(const CallStep& step, std::size_t index, const PrepareContext& context, PreparedCall& prepared) {
    if (const auto name = unix_name(step, index)) {
        prepared.address = unix_socket_address(*name);
        return {};
    }
    const auto endpoint = endpoint_of(step, index, context, prepared.family);
    if (!endpoint) return tl::unexpected(endpoint.error());
    prepared.named_endpoint = *endpoint;
    prepared.address = to_socket_address(*endpoint);
    return {};
}

Status set_flags(const CallStep& step, std::size_t index, PreparedCall& prepared) {
    if (index >= step.arguments.size()) return {};
    if (const auto* number = argument<std::int64_t>(step, index)) {
        prepared.flags = static_cast<int>(*number);
        return {};
    }
    const auto* symbol = argument<Symbol>(step, index);
    const auto flags = symbol != nullptr ? flags_named(symbol->name) : std::nullopt;
    if (!flags) return misfit(step, index, "a flag such as MSG_PEEK");
    prepared.flags = *flags;
    return {};
}

Status set_data(const CallStep& step, PreparedCall& prepared) {
    const auto* bytes = argument<Bytes>(step, 0);
    if (bytes == nullptr) return misfit(step, 0, "bytes to send");
    prepared.buffer = *bytes;
    return {};
}

Status set_room(const CallStep& step, PreparedCall& prepared) {
    const auto* size = argument<std::int64_t>(step, 0);
    if (size == nullptr || *size < 0 || *size > kMaxCallBytes) return misfit(step, 0, "a size (0 to 64MiB)");
    prepared.buffer.resize(static_cast<std::size_t>(*size));
    return {};
}

Status set_pieces(const CallStep& step, PreparedCall& prepared) {
    for (std::size_t i = 0; i < 2; ++i) {
        const auto* size = argument<std::int64_t>(step, i);
        if (i == 1 && i >= step.arguments.size()) break;
        if (size == nullptr || *size < 0 || *size > kMaxCallBytes) return misfit(step, i, "a size (0 to 64MiB)");
        (i == 0 ? prepared.wanted_bytes : prepared.piece_bytes) = *size;
    }
    if (step.arguments.size() < 2) prepared.piece_bytes = prepared.wanted_bytes;
    if (prepared.piece_bytes == 0 && prepared.wanted_bytes > 0) return misfit(step, 1, "a size from 1");
    return {};
}

Status set_shutdown(const CallStep& step, PreparedCall& prepared) {
    const auto* symbol = argument<Symbol>(step, 0);
    const auto how = symbol != nullptr ? constant_named(symbol->name) : std::nullopt;
    if (!how) return misfit(step, 0, "SHUT_RD, SHUT_WR or SHUT_RDWR");
    prepared.flags = *how;
    return {};
}

Status set_family(const CallStep& step, PreparedCall& prepared) {
    const auto* symbol = argument<Symbol>(step, 0);
    const auto family = symbol != nullptr ? family_written(symbol->name) : std::nullopt;
    if (!family) return misfit(step, 0, "a family such as tcp");
    prepared.family = *family;
    return {};
}

Status set_backlog(const CallStep& step, PreparedCall& prepared) {
    if (step.arguments.empty()) {
        prepared.flags = SOMAXCONN;
        return {};
    }
    const auto* backlog = argument<std::int64_t>(step, 0);
    if (backlog == nullptr) return misfit(step, 0, "a backlog");
    prepared.flags = static_cast<int>(*backlog);
    return {};
}

Status set_poll(const CallStep& step, PreparedCall& prepared) {
    const auto* symbol = argument<Symbol>(step, 0);
    const auto events = symbol != nullptr ? poll_events_named(symbol->name) : std::nullopt;
    if (!events) return misfit(step, 0, "events such as POLLIN");
    prepared.flags = *events;
    if (const auto* duration = argument<Duration>(step, 1)) prepared.timeout_ns = duration->ns;
    if (argument<std::int64_t>(step, 1) != nullptr) prepared.timeout_ns = 0;
    return {};
}

Status set_blocking(const CallStep& step, PreparedCall& prepared) {
    const auto* symbol = argument<Symbol>(step, 0);
    if (symbol == nullptr) return misfit(step, 0, "true or false");
    prepared.flags = symbol->name == "false" ? 1 : 0;
    return {};
}

Status set_compound(const CallStep& step, const PrepareContext& context, PreparedCall& prepared) {
    prepared.framing = context.framing;
    switch (step.compound) {
        case Compound::kSendall: return set_data(step, prepared).and_then([&] { return set_flags(step, 1, prepared); });
        case Compound::kRecvall: return set_pieces(step, prepared);
        case Compound::kSendMessage: {
            const auto* body = argument<Bytes>(step, 0);
            if (body == nullptr) return misfit(step, 0, "a message");
            auto message = framed_message(context.framing, *body);
            if (!message) return tl::unexpected(message.error());
            prepared.buffer = std::move(*message);
            return {};
        }
        case Compound::kSetTimeout: {
            const auto* duration = argument<Duration>(step, 0);
            prepared.timeout_ns = duration != nullptr ? duration->ns : 0;
            return {};
        }
        case Compound::kRecvMessage:
        case Compound::kNone: break;
    }
    return {};
}

Status set_arguments(const CallStep& step, const PrepareContext& context, PreparedCall& prepared) {
    if (step.compound != Compound::kNone) return set_compound(step, context, prepared);
    switch (step.kind) {
        case CallKind::kSocket: return set_family(step, prepared);
        case CallKind::kBind:
        case CallKind::kConnect: return set_address(step, 0, context, prepared);
        case CallKind::kListen: return set_backlog(step, prepared);
        case CallKind::kSend: return set_data(step, prepared).and_then([&] { return set_flags(step, 1, prepared); });
        case CallKind::kSendto:
            return set_data(step, prepared)
                .and_then([&] { return set_address(step, 1, context, prepared); })
                .and_then([&] { return set_flags(step, 2, prepared); });
        case CallKind::kRecv:
        case CallKind::kRecvfrom:
            return set_room(step, prepared).and_then([&] { return set_flags(step, 1, prepared); });
        case CallKind::kShutdown: return set_shutdown(step, prepared);
        case CallKind::kSetsockopt:
        case CallKind::kGetsockopt: return set_option(step, context, prepared);
        case CallKind::kPoll: return set_poll(step, prepared);
        case CallKind::kSetBlocking: return set_blocking(step, prepared);
        case CallKind::kAccept:
        case CallKind::kClose:
        case CallKind::kGetsockname:
        case CallKind::kGetpeername: return {};
    }
    return {};
}

// The step with the values of its variables in place.
Result<std::shared_ptr<const CallStep>> resolve(const CallStep& step, const Variables& variables) {
    auto resolved = std::make_shared<CallStep>(step);
    const auto put = [&](Value& value) -> Status {
        if (!is_deferred(value)) return {};
        auto known = evaluate(value, variables);
        if (!known) return tl::unexpected(known.error());
        value = std::move(*known);
        return {};
    };
    for (Value& value : resolved->arguments)
        if (const Status status = put(value); !status) return tl::unexpected(status.error());
    if (resolved->expected)
        if (const Status status = put(*resolved->expected); !status) return tl::unexpected(status.error());
    return std::shared_ptr<const CallStep>(std::move(resolved));
}

}  // namespace

Result<PreparedCall> prepare_call(const CallStep& step, const PrepareContext& context) {
    PreparedCall prepared;
    prepared.step = &step;
    if (!step.variables.empty()) {
        auto resolved = resolve(step, context.variables);
        if (!resolved) return tl::unexpected(resolved.error());
        prepared.resolved = std::move(*resolved);
        prepared.step = prepared.resolved.get();
    }
    prepared.kind = step.kind;
    prepared.step_index = context.step_index;
    prepared.slot = context.slot;
    prepared.arguments = joined_arguments(*prepared.step);
    if (context.slot != nullptr) prepared.family = context.slot->family;
    if (const Status status = set_arguments(*prepared.step, context, prepared); !status)
        return tl::unexpected(status.error());
    return prepared;
}

}  // namespace wirestory::sim
