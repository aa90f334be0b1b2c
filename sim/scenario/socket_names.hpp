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

// What setsockopt takes and getsockopt gives. A linger is written `setsockopt(SO_LINGER, on, seconds)`.
enum class SocketOptionKind : std::uint8_t { kInt, kTimeval, kLinger, kString };

struct SocketOption {
    int level = 0;  // SOL_SOCKET, IPPROTO_TCP ...
    int name = 0;   // SO_REUSEADDR, TCP_NODELAY ...
    SocketOptionKind kind = SocketOptionKind::kInt;
    bool settable = true;  // false: getsockopt only (SO_ERROR, SO_TYPE ...)
};

std::optional<SocketOption> socket_option_named(std::string_view name);
// SHUT_RD, MSG_PEEK ...: the words that stand for one integer. Not joined ones: see flags_named.
std::optional<int> constant_named(std::string_view name);
// "MSG_PEEK|MSG_DONTWAIT", as a Symbol holds joined flags; nothing when any word is unknown.
std::optional<int> flags_named(std::string_view joined);
// "POLLIN|POLLOUT", as a Symbol holds joined events.
std::optional<int> poll_events_named(std::string_view joined);
// `POLLIN|POLLHUP` for what poll(2) gave; "0" for none.
std::string poll_events_text(int events);
// "ECONNREFUSED" -> ECONNREFUSED. Names that are two words for one number (EWOULDBLOCK) are both known.
std::optional<int> errno_named(std::string_view name);

// All names known, for "did you mean".
const std::vector<std::string_view>& socket_option_names();
const std::vector<std::string_view>& message_flag_names();  // MSG_*
const std::vector<std::string_view>& poll_event_names();    // POLL*
const std::vector<std::string_view>& shutdown_names();      // SHUT_*
const std::vector<std::string_view>& errno_names();

}  // namespace wirestory::sim
