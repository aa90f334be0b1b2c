// Numbers come from the system's own headers, so a table cannot disagree with the kernel it runs on.
#include "sim/scenario/socket_names.hpp"

#include <array>
#include <cerrno>
#include <span>

#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace wirestory::sim {
namespace {

struct NamedOption {
    std::string_view name;
    SocketOption option;
};
struct NamedNumber {
    std::string_view name;
    int number;
};

constexpr auto kInt = SocketOptionKind::kInt;
constexpr auto kTimeval = SocketOptionKind::kTimeval;
constexpr auto kLinger = SocketOptionKind::kLinger;
constexpr auto kString = SocketOptionKind::kString;

#define WIRESTORY_OPTION(level, name, kind) \
    NamedOption {                           \
#name, { level, name, kind, true }  \
    }
#define WIRESTORY_READ_ONLY(level, name, kind) \
    NamedOption {                              \
#name, { level, name, kind, false }    \
    }
// socket(7), tcp(7), ip(7), ipv6(7).
constexpr std::array kOptions{
    WIRESTORY_OPTION(SOL_SOCKET, SO_REUSEADDR, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_REUSEPORT, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_RCVBUF, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_SNDBUF, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_RCVLOWAT, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_KEEPALIVE, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_OOBINLINE, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_BROADCAST, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_DONTROUTE, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_PRIORITY, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_BUSY_POLL, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_LINGER, kLinger),
    WIRESTORY_OPTION(SOL_SOCKET, SO_RCVTIMEO, kTimeval),
    WIRESTORY_OPTION(SOL_SOCKET, SO_SNDTIMEO, kTimeval),
    WIRESTORY_READ_ONLY(SOL_SOCKET, SO_ERROR, kInt),
    WIRESTORY_READ_ONLY(SOL_SOCKET, SO_TYPE, kInt),
    WIRESTORY_READ_ONLY(SOL_SOCKET, SO_ACCEPTCONN, kInt),
    WIRESTORY_READ_ONLY(SOL_SOCKET, SO_DOMAIN, kInt),
    WIRESTORY_READ_ONLY(SOL_SOCKET, SO_PROTOCOL, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_NODELAY, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_MAXSEG, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_CORK, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_KEEPIDLE, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_KEEPINTVL, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_KEEPCNT, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_SYNCNT, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_LINGER2, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_DEFER_ACCEPT, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_WINDOW_CLAMP, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_QUICKACK, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_CONGESTION, kString),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_USER_TIMEOUT, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_FASTOPEN, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_FASTOPEN_CONNECT, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_NOTSENT_LOWAT, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_TTL, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_TOS, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_MTU_DISCOVER, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_RECVERR, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_MULTICAST_TTL, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_MULTICAST_LOOP, kInt),
    WIRESTORY_READ_ONLY(IPPROTO_IP, IP_MTU, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_FREEBIND, kInt),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_V6ONLY, kInt),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, kInt),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_BINDTODEVICE, kString),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_UNICAST_HOPS, kInt),
};
#undef WIRESTORY_OPTION
#undef WIRESTORY_READ_ONLY

#define WIRESTORY_NUMBER(name) \
    NamedNumber { #name, name }
constexpr std::array kShutdowns{
    WIRESTORY_NUMBER(SHUT_RD),
    WIRESTORY_NUMBER(SHUT_WR),
    WIRESTORY_NUMBER(SHUT_RDWR),
};
// send(2), recv(2).
constexpr std::array kMessageFlags{
    WIRESTORY_NUMBER(MSG_PEEK),     WIRESTORY_NUMBER(MSG_DONTWAIT),  WIRESTORY_NUMBER(MSG_WAITALL),
    WIRESTORY_NUMBER(MSG_TRUNC),    WIRESTORY_NUMBER(MSG_OOB),       WIRESTORY_NUMBER(MSG_NOSIGNAL),
    WIRESTORY_NUMBER(MSG_MORE),     WIRESTORY_NUMBER(MSG_DONTROUTE), WIRESTORY_NUMBER(MSG_CONFIRM),
    WIRESTORY_NUMBER(MSG_FASTOPEN), WIRESTORY_NUMBER(MSG_ERRQUEUE),
};
// poll(2), in the order in which strace prints them.
constexpr std::array kPollEvents{
    WIRESTORY_NUMBER(POLLIN),  WIRESTORY_NUMBER(POLLPRI), WIRESTORY_NUMBER(POLLOUT),
    WIRESTORY_NUMBER(POLLERR), WIRESTORY_NUMBER(POLLHUP), WIRESTORY_NUMBER(POLLRDHUP),
};
// What the calls of a story can fail with (the ERRORS sections of their man pages).
constexpr std::array kErrnos{
    WIRESTORY_NUMBER(EACCES),        WIRESTORY_NUMBER(EADDRINUSE),
    WIRESTORY_NUMBER(EADDRNOTAVAIL), WIRESTORY_NUMBER(EAFNOSUPPORT),
    WIRESTORY_NUMBER(EAGAIN),        WIRESTORY_NUMBER(EALREADY),
    WIRESTORY_NUMBER(EBADF),         WIRESTORY_NUMBER(ECONNABORTED),
    WIRESTORY_NUMBER(ECONNREFUSED),  WIRESTORY_NUMBER(ECONNRESET),
    WIRESTORY_NUMBER(EDESTADDRREQ),  WIRESTORY_NUMBER(EFAULT),
    WIRESTORY_NUMBER(EHOSTDOWN),     WIRESTORY_NUMBER(EHOSTUNREACH),
    WIRESTORY_NUMBER(EINPROGRESS),   WIRESTORY_NUMBER(EINTR),
    WIRESTORY_NUMBER(EINVAL),        WIRESTORY_NUMBER(EISCONN),
    WIRESTORY_NUMBER(EMFILE),        WIRESTORY_NUMBER(EMSGSIZE),
    WIRESTORY_NUMBER(ENETDOWN),      WIRESTORY_NUMBER(ENETUNREACH),
    WIRESTORY_NUMBER(ENFILE),        WIRESTORY_NUMBER(ENOBUFS),
    WIRESTORY_NUMBER(ENOENT),        WIRESTORY_NUMBER(ENOMEM),
    WIRESTORY_NUMBER(ENOPROTOOPT),   WIRESTORY_NUMBER(ENOTCONN),
    WIRESTORY_NUMBER(ENOTSOCK),      WIRESTORY_NUMBER(EOPNOTSUPP),
    WIRESTORY_NUMBER(EPERM),         WIRESTORY_NUMBER(EPIPE),
    WIRESTORY_NUMBER(EPROTO),        WIRESTORY_NUMBER(EPROTONOSUPPORT),
    WIRESTORY_NUMBER(ETIMEDOUT),     WIRESTORY_NUMBER(EWOULDBLOCK),
    WIRESTORY_NUMBER(EDOM),          WIRESTORY_NUMBER(EPROTOTYPE),
};
#undef WIRESTORY_NUMBER

std::optional<int> number_in(std::span<const NamedNumber> table, std::string_view name) {
    for (const NamedNumber& entry : table)
        if (entry.name == name) return entry.number;
    return std::nullopt;
}

std::optional<int> joined_in(std::span<const NamedNumber> table, std::string_view joined) {
    int flags = 0;
    while (true) {
        const std::size_t bar = joined.find('|');
        const auto flag = number_in(table, joined.substr(0, bar));
        if (!flag) return std::nullopt;
        flags |= *flag;
        if (bar == std::string_view::npos) return flags;
        joined.remove_prefix(bar + 1);
    }
}

template <class Table>
std::vector<std::string_view> names_of(const Table& table) {
    std::vector<std::string_view> names;
    for (const auto& entry : table) names.push_back(entry.name);
    return names;
}

}  // namespace

std::optional<SocketOption> socket_option_named(std::string_view name) {
    for (const NamedOption& entry : kOptions)
        if (entry.name == name) return entry.option;
    return std::nullopt;
}

std::optional<int> constant_named(std::string_view name) {
    if (const auto shutdown_how = number_in(kShutdowns, name)) return shutdown_how;
    return number_in(kMessageFlags, name);
}

std::optional<int> flags_named(std::string_view joined) { return joined_in(kMessageFlags, joined); }
std::optional<int> poll_events_named(std::string_view joined) { return joined_in(kPollEvents, joined); }

std::string poll_events_text(int events) {
    std::string text;
    for (const NamedNumber& event : kPollEvents) {
        if ((events & event.number) == 0) continue;
        if (!text.empty()) text += '|';
        text += event.name;
    }
    return text.empty() ? "0" : text;
}

std::optional<int> errno_named(std::string_view name) { return number_in(kErrnos, name); }

const std::vector<std::string_view>& socket_option_names() {
    static const std::vector<std::string_view> names = names_of(kOptions);
    return names;
}

const std::vector<std::string_view>& message_flag_names() {
    static const std::vector<std::string_view> names = names_of(kMessageFlags);
    return names;
}

const std::vector<std::string_view>& poll_event_names() {
    static const std::vector<std::string_view> names = names_of(kPollEvents);
    return names;
}

const std::vector<std::string_view>& shutdown_names() {
    static const std::vector<std::string_view> names = names_of(kShutdowns);
    return names;
}

const std::vector<std::string_view>& errno_names() {
    static const std::vector<std::string_view> names = names_of(kErrnos);
    return names;
}

}  // namespace wirestory::sim
