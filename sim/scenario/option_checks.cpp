#include "sim/scenario/option_checks.hpp"

#include <limits>

#include <fmt/format.h>
#include <net/if.h>

#include "base/address.hpp"
#include "base/messages.hpp"
#include "sim/scenario/source_text.hpp"
#include "sim/scenario/value_parser.hpp"

namespace wirestory::sim {
namespace {

struct Wanted {
    std::size_t least;  // values behind the option's name
    std::size_t most;
    std::string_view example;
};

Wanted wanted_by(SocketOptionKind kind) {
    switch (kind) {
        case SocketOptionKind::kInt: return {1, 1, "1"};
        case SocketOptionKind::kTimeval: return {1, 1, "200ms"};
        case SocketOptionKind::kString: return {1, 1, "\"cubic\""};
        case SocketOptionKind::kLinger: return {2, 2, "1, 0"};
        case SocketOptionKind::kMembership: return {1, 2, "\"239.0.0.1\""};
        case SocketOptionKind::kInterface: return {1, 1, "\"127.0.0.2\""};
        case SocketOptionKind::kMembership6: return {1, 2, "\"ff02::1\", \"lo\""};
        case SocketOptionKind::kDevice: return {1, 1, "\"lo\""};
        case SocketOptionKind::kTcpInfo: break;
    }
    return {1, 1, "0"};
}

bool fits_int(const Value& value) {
    if (is_deferred(value)) return type_of(value) == ValueType::kNumber;
    const auto* integer = std::get_if<std::int64_t>(&value.data);
    return integer != nullptr && *integer >= std::numeric_limits<int>::min() &&
           *integer <= std::numeric_limits<int>::max();
}

bool is_address(const Value& value, IpVersion version) {
    const auto* bytes = std::get_if<Bytes>(&value.data);
    const auto address = bytes != nullptr ? IpAddress::parse(as_text(*bytes)) : std::nullopt;
    return address && address->version == version;
}

// Of 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291, 2.7).
bool is_group(const Value& value, IpVersion version) {
    if (!is_address(value, version)) return false;
    const auto address = IpAddress::parse(as_text(std::get<Bytes>(value.data)));
    return version == IpVersion::kV4 ? (address->bytes[0] & 0xF0U) == 0xE0U : address->bytes[0] == 0xFFU;
}

bool is_interface(const Value& value, const ParseContext& context) {
    const auto* symbol = std::get_if<Symbol>(&value.data);
    return symbol != nullptr ? context.actor_named(symbol->name).has_value() : is_address(value, IpVersion::kV4);
}

bool is_device(const Value& value) {
    const auto* bytes = std::get_if<Bytes>(&value.data);
    return bytes != nullptr && !bytes->empty() && bytes->size() < IF_NAMESIZE;
}

// What is wrong with the `index`-th value; empty when nothing is.
std::string_view wrong(SocketOptionKind kind, std::size_t index, const Value& value, const ParseContext& context) {
    switch (kind) {
        case SocketOptionKind::kTcpInfo:
        case SocketOptionKind::kInt: return fits_int(value) ? "" : tr("a number that fits an int");
        case SocketOptionKind::kLinger: return fits_int(value) ? "" : tr("two numbers");
        case SocketOptionKind::kTimeval: return type_of(value) == ValueType::kDuration ? "" : tr("a duration");
        case SocketOptionKind::kString: return type_of(value) == ValueType::kBytes ? "" : tr("a string");
        case SocketOptionKind::kDevice: return is_device(value) ? "" : tr("a device's name");
        case SocketOptionKind::kInterface: return is_interface(value, context) ? "" : tr("an actor or an IPv4 address");
        case SocketOptionKind::kMembership:
            if (index == 0) return is_group(value, IpVersion::kV4) ? "" : tr("a multicast group (224.0.0.0 and above)");
            return is_interface(value, context) ? "" : tr("an actor or an IPv4 address");
        case SocketOptionKind::kMembership6:
            if (index == 0) return is_group(value, IpVersion::kV6) ? "" : tr("a multicast group (ff00:: and above)");
            return is_device(value) ? "" : tr("a device's name");
    }
    return {};
}

}  // namespace

bool check_option_values(const CallSyntax& call, const std::string& name, const SocketOption& option,
                         ParseContext& context) {
    const Wanted wanted = wanted_by(option.kind);
    const std::string example = tr_format("for example `setsockopt({}, {})`", name, wanted.example);
    const std::size_t count = call.arguments.size() - 1;
    if (count < wanted.least || count > wanted.most) {
        context.error(call.parentheses,
                      option.kind == SocketOptionKind::kLinger
                          ? tr("SO_LINGER takes two values: on or off, and seconds")
                      : wanted.most == 1 ? tr_format("{} takes one value", name)
                                         : tr_format("{} takes one or two values", name),
                      example);
        return false;
    }
    for (std::size_t i = 0; i < count; ++i) {
        const Value& value = call.arguments[i + 1];
        const std::string_view what = wrong(option.kind, i, value, context);
        if (what.empty()) continue;
        // Among strings the text itself tells what is wrong.
        const bool named = option.kind == SocketOptionKind::kDevice || option.kind == SocketOptionKind::kInterface ||
                           option.kind == SocketOptionKind::kMembership ||
                           option.kind == SocketOptionKind::kMembership6;
        const std::string found = named && !is_deferred(value) ? quoted(value.text) : kind_of(value);
        context.error(value.span, tr_format("{} takes {}, not {}", name, what, found), example);
        return false;
    }
    return true;
}

}  // namespace wirestory::sim
