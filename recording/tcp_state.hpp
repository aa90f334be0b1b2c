// TCP states, numbered as the kernel numbers them (include/net/tcp_states.h) so that tcpi_state needs no table.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wirestory {

enum class TcpState : std::uint8_t {
    kUnknown = 0,
    kEstablished = 1,
    kSynSent,
    kSynReceived,
    kFinWait1,
    kFinWait2,
    kTimeWait,
    kClosed,
    kCloseWait,
    kLastAck,
    kListen,
    kClosing,
};

std::string_view to_string(TcpState state);                      // "FIN_WAIT1", as ss and RFC 9293 spell them
std::optional<TcpState> tcp_state_named(std::string_view name);  // also "SYN_RECV", the kernel's word
TcpState tcp_state_of_kernel(std::uint8_t tcpi_state);

}  // namespace wirestory
