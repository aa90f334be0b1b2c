#include "recording/tcp_state.hpp"

#include <array>

namespace wirestory {

namespace {

// By the kernel's numbers (include/net/tcp_states.h); the names are those of RFC 9293 3.3.2 as ss spells them.
constexpr std::array<std::string_view, 12> kNames{"UNKNOWN",    "ESTABLISHED", "SYN_SENT",  "SYN_RECEIVED",
                                                  "FIN_WAIT1",  "FIN_WAIT2",   "TIME_WAIT", "CLOSED",
                                                  "CLOSE_WAIT", "LAST_ACK",    "LISTEN",    "CLOSING"};

}  // namespace

std::string_view to_string(TcpState state) {
    const auto index = static_cast<std::size_t>(state);
    return index < kNames.size() ? kNames[index] : kNames[0];
}

std::optional<TcpState> tcp_state_named(std::string_view name) {
    if (name == "SYN_RECV") return TcpState::kSynReceived;
    if (name == "CLOSE") return TcpState::kClosed;
    for (std::size_t i = 1; i < kNames.size(); ++i) {
        if (kNames[i] == name) return static_cast<TcpState>(i);
    }
    return std::nullopt;
}

TcpState tcp_state_of_kernel(std::uint8_t tcpi_state) {
    constexpr std::uint8_t kNewSynRecv = 12;  // TCP_NEW_SYN_RECV: a request socket in SYN-RECEIVED
    if (tcpi_state == kNewSynRecv) return TcpState::kSynReceived;
    return tcpi_state < kNames.size() ? static_cast<TcpState>(tcpi_state) : TcpState::kUnknown;
}

}  // namespace wirestory
