#include "recording/call.hpp"

#include <array>

namespace wirestory {

namespace {

constexpr std::array<std::string_view, kCallKindCount> kNames{
    "socket",   "bind",  "listen",     "accept",     "connect",     "send",        "sendto", "recv",        "recvfrom",
    "shutdown", "close", "setsockopt", "getsockopt", "getsockname", "getpeername", "poll",   "set_blocking"};

}  // namespace

std::string_view to_string(CallKind kind) {
    const auto index = static_cast<std::size_t>(kind);
    return index < kNames.size() ? kNames[index] : std::string_view("?");
}

std::optional<CallKind> call_kind_named(std::string_view name) {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (kNames[i] == name) return static_cast<CallKind>(i);
    }
    return std::nullopt;
}

}  // namespace wirestory
