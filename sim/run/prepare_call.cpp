#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "recording/actor_address.hpp"
#include "sim/run/prepared_call.hpp"
#include "sim/scenario/families.hpp"

namespace wirestory::sim {
namespace {

template <class T>
const T* argument(const CallStep& step, std::size_t index) {
    return index < step.arguments.size() ? std::get_if<T>(&step.arguments[index].data) : nullptr;
}

tl::unexpected<Error> misfit(const CallStep& step, std::size_t index, std::string_view wanted) {
    if (index >= step.arguments.size()) return fail(fmt::format("{} is missing", wanted));
    return fail(fmt::format("`{}` is not {}", step.arguments[index].text, wanted));
}

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

Status set_shutdown(const CallStep& step, PreparedCall& prepared) {
    const auto* symbol = argument<Symbol>(step, 0);
    const auto how = symbol != nullptr ? constant_named(symbol->name) : std::nullopt;
    if (!how) return misfit(step, 0, "SHUT_RD, SHUT_WR or SHUT_RDWR");
    prepared.flags = *how;
    return {};
}

template <class T>
void store_option(PreparedCall& prepared, const T& value) {
    static_assert(sizeof value <= sizeof prepared.option_value);
    std::memcpy(prepared.option_value.data(), &value, sizeof value);
    prepared.option_bytes = sizeof value;
}

std::optional<std::int64_t> whole_number(const CallStep& step, std::size_t index) {
    if (const auto* number = argument<std::int64_t>(step, index)) return *number;
    if (const auto* duration = argument<Duration>(step, index)) return duration->ns / kSecondNs;
    return std::nullopt;
}

Status set_option_text(const CallStep& step, PreparedCall& prepared) {
    std::string_view text;
    if (const auto* symbol = argument<Symbol>(step, 1))
        text = symbol->name;
    else if (const auto* bytes = argument<Bytes>(step, 1))
        text = as_text(*bytes);
    if (text.empty() || text.size() > prepared.option_value.size()) return misfit(step, 1, "a name");
    std::memcpy(prepared.option_value.data(), text.data(), text.size());
    prepared.option_bytes = static_cast<socklen_t>(text.size());
    return {};
}

Status set_option_value(const CallStep& step, PreparedCall& prepared) {
    switch (prepared.option.kind) {
        case SocketOptionKind::kInt: {
            const auto* number = argument<std::int64_t>(step, 1);
            if (number == nullptr) return misfit(step, 1, "an integer");
            store_option(prepared, static_cast<int>(*number));
            return {};
        }
        case SocketOptionKind::kTimeval: {
            const auto* duration = argument<Duration>(step, 1);
            if (duration == nullptr) return misfit(step, 1, "a duration such as 200ms");
            store_option(prepared, timeval{duration->ns / kSecondNs, duration->ns % kSecondNs / kMicrosecondNs});
            return {};
        }
        case SocketOptionKind::kLinger: {
            const auto on = whole_number(step, 1);
            const auto seconds = whole_number(step, 2);
            if (!on || !seconds) return misfit(step, on ? 2 : 1, "an integer");
            store_option(prepared, linger{static_cast<int>(*on), static_cast<int>(*seconds)});
            return {};
        }
        case SocketOptionKind::kString: return set_option_text(step, prepared);
    }
    return {};
}

Status set_option(const CallStep& step, PreparedCall& prepared) {
    const auto* symbol = argument<Symbol>(step, 0);
    const auto option = symbol != nullptr ? socket_option_named(symbol->name) : std::nullopt;
    if (!option) return misfit(step, 0, "a socket option");
    prepared.option = *option;
    if (step.kind == CallKind::kSetsockopt) return set_option_value(step, prepared);
    prepared.option_bytes = static_cast<socklen_t>(prepared.option_value.size());
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

Status set_arguments(const CallStep& step, const PrepareContext& context, PreparedCall& prepared) {
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
        case CallKind::kGetsockopt: return set_option(step, prepared);
        case CallKind::kPoll: return set_poll(step, prepared);
        case CallKind::kSetBlocking: return set_blocking(step, prepared);
        case CallKind::kAccept:
        case CallKind::kClose:
        case CallKind::kGetsockname:
        case CallKind::kGetpeername: return {};
    }
    return {};
}

}  // namespace

Result<PreparedCall> prepare_call(const CallStep& step, const PrepareContext& context) {
    PreparedCall prepared;
    prepared.step = &step;
    prepared.step_index = context.step_index;
    prepared.slot = context.slot;
    prepared.arguments = joined_arguments(step);
    if (context.slot != nullptr) prepared.family = context.slot->family;
    if (const Status status = set_arguments(step, context, prepared); !status) return tl::unexpected(status.error());
    return prepared;
}

}  // namespace wirestory::sim
