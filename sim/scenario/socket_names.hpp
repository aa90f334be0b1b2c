// The names of socket options, flags and errnos that a story may use, with the numbers of this kernel.
// One table for the checker (spelling, argument kinds) and for the runner (system calls). Pure, any thread.
// Knows no socket and makes no call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wirestory::sim {

// What setsockopt takes and getsockopt gives.
enum class SocketOptionKind : std::uint8_t {
    kInt,
    kTimeval,      // 200ms
    kLinger,       // SO_LINGER, on, seconds
    kString,       // "cubic"
    kMembership,   // "239.0.0.1" [, whose interface]: ip_mreqn (ip(7))
    kInterface,    // an actor or "127.0.0.2": in_addr
    kMembership6,  // "ff02::1" [, "lo"]: ipv6_mreq (ipv6(7))
    kDevice,       // "lo": its index
    kTcpInfo,      // getsockopt(TCP_INFO, tcpi_rtt): one field
};

struct SocketOption {
    int level = 0;  // SOL_SOCKET, IPPROTO_TCP ...
    int name = 0;   // SO_REUSEADDR, TCP_NODELAY ...
    SocketOptionKind kind = SocketOptionKind::kInt;
    bool settable = true;  // false: getsockopt only (SO_ERROR, SO_TYPE ...)
};

// Where a field of struct tcp_info stands (linux/tcp.h).
struct TcpInfoField {
    std::string_view name;
    std::size_t offset = 0;
    std::size_t bytes = 0;
};

std::optional<SocketOption> socket_option_named(std::string_view name);
std::optional<TcpInfoField> tcp_info_field_named(std::string_view name);
// Memberships are set and left, never read.
constexpr bool is_readable(SocketOptionKind kind) {
    return kind != SocketOptionKind::kMembership && kind != SocketOptionKind::kMembership6;
}
// SHUT_RD, MSG_PEEK ...: the words that stand for one integer. Not joined ones: see flags_named.
std::optional<int> constant_named(std::string_view name);
// "MSG_PEEK|MSG_DONTWAIT", as a Symbol holds joined flags; nothing when any word is unknown.
std::optional<int> flags_named(std::string_view joined);
// "POLLIN|POLLOUT", as a Symbol holds joined events.
std::optional<int> poll_events_named(std::string_view joined);
// `POLLIN|POLLHUP` for what poll(2) gave; "0" for none.
std::string poll_events_text(int events);
// "ECONNREFUSED" -> ECONNREFUSED: all that this system has. Two words for one number (EWOULDBLOCK) are both known.
std::optional<int> errno_named(std::string_view name);

// All names known, for "did you mean".
const std::vector<std::string_view>& socket_option_names();
const std::vector<std::string_view>& tcp_info_field_names();
const std::vector<std::string_view>& message_flag_names();  // MSG_*
const std::vector<std::string_view>& poll_event_names();    // POLL*
const std::vector<std::string_view>& shutdown_names();      // SHUT_*
const std::vector<std::string_view>& errno_names();

}  // namespace wirestory::sim
