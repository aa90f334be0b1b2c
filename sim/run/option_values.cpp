#include "sim/run/option_values.hpp"

#include <cstring>
#include <limits>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "sim/run/step_arguments.hpp"

namespace wirestory::sim {
namespace {

template <class T>
void store(PreparedCall& prepared, const T& value) {
    static_assert(sizeof value <= sizeof prepared.option_value);
    std::memcpy(prepared.option_value.data(), &value, sizeof value);
    prepared.option_bytes = sizeof value;
}

template <class T>
T loaded(const PreparedCall& prepared) {
    T value{};
    std::memcpy(&value, prepared.option_value.data(), sizeof value);
    return value;
}

std::optional<std::int64_t> whole_number(const CallStep& step, std::size_t index) {
    if (const auto* number = argument<std::int64_t>(step, index)) return *number;
    if (const auto* duration = argument<Duration>(step, index)) return duration->ns / kSecondNs;
    return std::nullopt;
}

std::optional<std::string> text_of_argument(const CallStep& step, std::size_t index) {
    if (const auto* symbol = argument<Symbol>(step, index)) return symbol->name;
    if (const auto* bytes = argument<Bytes>(step, index)) return std::string{as_text(*bytes)};
    return std::nullopt;
}

Status set_text(const CallStep& step, PreparedCall& prepared) {
    const auto text = text_of_argument(step, 1);
    if (!text || text->empty() || text->size() > prepared.option_value.size()) return misfit(step, 1, "a name");
    std::memcpy(prepared.option_value.data(), text->data(), text->size());
    prepared.option_bytes = static_cast<socklen_t>(text->size());
    return {};
}

// An actor's address, or one written out.
std::optional<in_addr> interface_address(const CallStep& step, std::size_t index, const PrepareContext& context) {
    const auto text = text_of_argument(step, index);
    std::optional<IpAddress> address = text ? IpAddress::parse(*text) : std::nullopt;
    for (const Actor& actor : context.actors)
        if (text && actor.name == *text) address = actor.address;
    if (!address || address->version != IpVersion::kV4) return std::nullopt;
    return in_addr{htonl(address->v4_host_order())};
}

// Without an interface named, the one of the actor's own address: left to the routing table, a group has none here.
Status set_membership(const CallStep& step, const PrepareContext& context, PreparedCall& prepared) {
    const auto group = interface_address(step, 1, context);
    if (!group) return misfit(step, 1, "a multicast group");
    ip_mreqn request{};
    request.imr_multiaddr = *group;
    request.imr_address = in_addr{htonl(context.actors.at(step.actor).address.v4_host_order())};
    if (step.arguments.size() > 2) {
        const auto chosen = interface_address(step, 2, context);
        if (!chosen) return misfit(step, 2, "an interface's address");
        request.imr_address = *chosen;
    }
    store(prepared, request);
    return {};
}

Status set_membership6(const CallStep& step, PreparedCall& prepared) {
    ipv6_mreq request{};
    const auto group = text_of_argument(step, 1);
    if (!group || inet_pton(AF_INET6, group->c_str(), &request.ipv6mr_multiaddr) != 1)
        return misfit(step, 1, "a multicast group");
    if (const auto device = text_of_argument(step, 2)) request.ipv6mr_interface = if_nametoindex(device->c_str());
    store(prepared, request);
    return {};
}

Status set_value(const CallStep& step, const PrepareContext& context, PreparedCall& prepared) {
    switch (prepared.option.kind) {
        case SocketOptionKind::kTcpInfo:
        case SocketOptionKind::kInt: {
            const auto* number = argument<std::int64_t>(step, 1);
            if (number == nullptr || *number < std::numeric_limits<int>::min() ||
                *number > std::numeric_limits<int>::max())
                return misfit(step, 1, "an integer that fits an int");
            store(prepared, static_cast<int>(*number));
            return {};
        }
        case SocketOptionKind::kTimeval: {
            const auto* duration = argument<Duration>(step, 1);
            if (duration == nullptr) return misfit(step, 1, "a duration such as 200ms");
            store(prepared, timeval{duration->ns / kSecondNs, duration->ns % kSecondNs / kMicrosecondNs});
            return {};
        }
        case SocketOptionKind::kLinger: {
            const auto on = whole_number(step, 1);
            const auto seconds = whole_number(step, 2);
            if (!on || !seconds) return misfit(step, on ? 2 : 1, "an integer");
            store(prepared, linger{static_cast<int>(*on), static_cast<int>(*seconds)});
            return {};
        }
        case SocketOptionKind::kString: return set_text(step, prepared);
        case SocketOptionKind::kMembership: return set_membership(step, context, prepared);
        case SocketOptionKind::kMembership6: return set_membership6(step, prepared);
        case SocketOptionKind::kInterface: {
            const auto address = interface_address(step, 1, context);
            if (!address) return misfit(step, 1, "an interface's address");
            store(prepared, *address);
            return {};
        }
        case SocketOptionKind::kDevice:
            store(prepared, static_cast<int>(if_nametoindex(text_of_argument(step, 1).value_or("").c_str())));
            return {};
    }
    return {};
}

OptionText info_field_text(const PreparedCall& prepared) {
    const TcpInfoField& field = prepared.info_field;
    if (field.bytes == 0 || field.offset + field.bytes > prepared.option_bytes) return {"not given", std::nullopt};
    std::uint64_t value = 0;  // little-endian or not: the kernel's own number of 1, 4 or 8 bytes
    const auto* data = prepared.option_value.data() + field.offset;
    if (field.bytes == 1) value = std::to_integer<std::uint64_t>(*data);
    if (field.bytes == sizeof(std::uint32_t)) {
        std::uint32_t narrow = 0;
        std::memcpy(&narrow, data, sizeof narrow);
        value = narrow;
    }
    if (field.bytes == sizeof value) std::memcpy(&value, data, sizeof value);
    return {fmt::format("{}", value), static_cast<std::int64_t>(value)};
}

}  // namespace

Status set_option(const CallStep& step, const PrepareContext& context, PreparedCall& prepared) {
    const auto* symbol = argument<Symbol>(step, 0);
    const auto option = symbol != nullptr ? socket_option_named(symbol->name) : std::nullopt;
    if (!option) return misfit(step, 0, "a socket option");
    prepared.option = *option;
    if (step.kind == CallKind::kSetsockopt) return set_value(step, context, prepared);
    prepared.option_bytes = static_cast<socklen_t>(prepared.option_value.size());
    if (const auto* field = argument<Symbol>(step, 1))
        prepared.info_field = tcp_info_field_named(field->name).value_or(TcpInfoField{});
    return {};
}

void set_timeval_option(PreparedCall& prepared, std::string_view name, DurationNs duration_ns) {
    prepared.option = socket_option_named(name).value_or(SocketOption{});
    store(prepared, timeval{duration_ns / kSecondNs, duration_ns % kSecondNs / kMicrosecondNs});
}

OptionText option_text(const PreparedCall& prepared) {
    switch (prepared.option.kind) {
        case SocketOptionKind::kInt: {
            const int value = loaded<int>(prepared);
            return {fmt::format("{}", value), value};
        }
        case SocketOptionKind::kTimeval: {
            const auto value = loaded<timeval>(prepared);
            const std::int64_t us = std::int64_t{value.tv_sec} * 1'000'000 + value.tv_usec;
            return {us % 1000 == 0 ? fmt::format("{}ms", us / 1000) : fmt::format("{}us", us), us * kMicrosecondNs};
        }
        case SocketOptionKind::kLinger: {
            const auto value = loaded<linger>(prepared);
            return {fmt::format("{}, {}", value.l_onoff, value.l_linger), std::nullopt};
        }
        case SocketOptionKind::kString: {
            const char* text = reinterpret_cast<const char*>(prepared.option_value.data());
            return {std::string(text, strnlen(text, prepared.option_bytes)), std::nullopt};
        }
        case SocketOptionKind::kInterface:
            return {IpAddress::v4(ntohl(loaded<in_addr>(prepared).s_addr)).to_string(), std::nullopt};
        case SocketOptionKind::kDevice: {
            std::array<char, IF_NAMESIZE> name{};
            const bool known = if_indextoname(static_cast<unsigned>(loaded<int>(prepared)), name.data()) != nullptr;
            return {known ? std::string{name.data()} : std::string{}, std::nullopt};
        }
        case SocketOptionKind::kTcpInfo: return info_field_text(prepared);
        case SocketOptionKind::kMembership:
        case SocketOptionKind::kMembership6: break;
    }
    return {};
}

}  // namespace wirestory::sim
