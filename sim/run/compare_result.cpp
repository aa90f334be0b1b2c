#include "sim/run/compare_result.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "recording/actor_address.hpp"
#include "sim/run/option_values.hpp"
#include "sim/scenario/socket_names.hpp"

namespace wirestory::sim {
namespace {

constexpr std::size_t kShownBytes = 64;

// The address that a call gave back: its own for the name calls, the peer's for accept and recvfrom.
std::optional<Endpoint> returned_endpoint(const PreparedCall& prepared, const Call& call) {
    switch (call.kind) {
        case CallKind::kGetsockname:
        case CallKind::kGetpeername: return to_endpoint(prepared.address);
        case CallKind::kAccept:
        case CallKind::kRecvfrom: return call.peer;
        default: return std::nullopt;
    }
}

bool names_endpoint(const AddressText& wanted, const Endpoint& seen, const std::vector<Actor>& actors) {
    if (wanted.port != seen.port) return false;
    if (wanted.host == "*") return seen.address.bytes == decltype(seen.address.bytes){};
    for (const Actor& actor : actors)
        if (actor.name == wanted.host) return has_address(actor, seen.address);
    return IpAddress::parse(wanted.host) == seen.address;
}

struct Matcher {
    const PreparedCall& prepared;
    const Call& call;
    const std::vector<Actor>& actors;

    bool operator()(const AnyValue&) const { return true; }
    bool operator()(std::int64_t wanted) const {
        if (call.failed()) return wanted == call.returned;
        if (call.kind == CallKind::kGetsockopt) return option_text(prepared).number == wanted;
        if (call.kind == CallKind::kGetsockname || call.kind == CallKind::kGetpeername) {
            const auto endpoint = returned_endpoint(prepared, call);
            return endpoint && endpoint->port == wanted;
        }
        return call.returned == wanted;
    }
    bool operator()(const Bytes& wanted) const {
        if (call.failed()) return false;
        if (call.kind == CallKind::kGetsockopt) return call.returned_text == as_text(wanted);
        if (call.kind == CallKind::kGetsockname || call.kind == CallKind::kGetpeername)
            return unix_name_of(prepared.address) == as_text(wanted);
        return reads_data(call.kind) && call.payload == wanted;
    }
    bool operator()(const Duration& wanted) const {
        return !call.failed() && call.kind == CallKind::kGetsockopt && option_text(prepared).number == wanted.ns;
    }
    bool operator()(const Symbol& wanted) const {
        if (const auto events = poll_events_named(wanted.name); events && call.kind == CallKind::kPoll)
            return call.returned > 0 && prepared.events_seen == *events;
        if (const auto number = errno_named(wanted.name)) return call.failed() && call.error_number == *number;
        return !call.failed() && call.kind == CallKind::kGetsockopt && call.returned_text == wanted.name;
    }
    bool operator()(const Deferred&) const { return false; }  // prepare_call() leaves none
    bool operator()(const AddressText& wanted) const {
        if (call.failed()) return false;
        if (!wanted.path.empty()) return unix_name_of(prepared.address) == wanted.path;
        const auto endpoint = returned_endpoint(prepared, call);
        return endpoint && names_endpoint(wanted, *endpoint, actors);
    }
};

}  // namespace

std::string result_text(const Call& call) {
    if (call.failed()) return "-1 " + errno_name(call.error_number);
    if (!call.returned_text.empty()) return call.returned_text;
    if (!reads_data(call.kind)) return fmt::format("{}", call.returned);
    const std::string bytes = quote_bytes(call.payload, kShownBytes);
    return call.payload.size() > kShownBytes ? fmt::format("{} ({} bytes)", bytes, call.payload.size()) : bytes;
}

std::optional<Difference> compare_result(const PreparedCall& prepared, const Call& call,
                                         const std::vector<Actor>& actors) {
    const auto& expected = prepared.step->expected;
    if (!expected) {
        if (!call.failed()) return std::nullopt;
        return Difference{"success", result_text(call)};
    }
    if (std::visit(Matcher{prepared, call, actors}, expected->data)) return std::nullopt;
    return Difference{expected->text, result_text(call)};
}

}  // namespace wirestory::sim
