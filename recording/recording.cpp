#include "recording/recording.hpp"

#include <algorithm>
#include <array>

namespace wirestory {

namespace {

constexpr std::array<std::string_view, 6> kFamilies{"tcp", "udp", "tcp6", "udp6", "unix-stream", "unix-datagram"};

constexpr std::array<std::string_view, 7> kFaults{"none",           "truncated",    "corrupt", "unsupported",
                                                  "unknown_format", "no_interface", "other"};

}  // namespace

std::string_view to_string(FileFault fault) {
    const auto index = static_cast<std::size_t>(fault);
    return index < kFaults.size() ? kFaults[index] : std::string_view("?");
}

FileFault Recording::fault() const {
    const auto found = std::find_if(damages.begin(), damages.end(),
                                    [](const Damage& damage) { return damage.fault != FileFault::kNone; });
    return found == damages.end() ? FileFault::kNone : found->fault;
}

std::string_view to_string(SocketFamily family) {
    const auto index = static_cast<std::size_t>(family);
    return index < kFamilies.size() ? kFamilies[index] : std::string_view("?");
}

std::string_view to_string(DropCause cause) {
    switch (cause) {
        case DropCause::kNone: return "none";
        case DropCause::kRule: return "rule";
        case DropCause::kLoss: return "loss";
        case DropCause::kQueueFull: return "queue full";
        case DropCause::kCut: return "link down";
        case DropCause::kMtu: return "longer than the mtu";
        case DropCause::kOverload: return "relay overloaded";
        case DropCause::kNotSent: return "refused by the kernel";
        case DropCause::kClosed: return "wire closed";
    }
    return "?";
}

// Sorted after load, but also asked while a recording is being built: so they look at all of it.
TimeNs Recording::first_time_ns() const {
    TimeNs first = std::min(kNeverReturned, packets.earliest_ns());
    for (const Call& call : calls) first = std::min(first, call.enter_ns);
    return first == kNeverReturned ? 0 : first;
}

TimeNs Recording::last_time_ns() const {
    if (packets.empty() && calls.empty()) return 0;
    TimeNs last = packets.latest_ns();
    for (const Call& call : calls) last = std::max(last, call.returned_at_all() ? call.exit_ns : call.enter_ns);
    return last;
}

}  // namespace wirestory
