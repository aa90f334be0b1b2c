// Numbers come from the system's own headers, so a table cannot disagree with the kernel it runs on.
#include "sim/scenario/socket_names.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <span>

#include <linux/tcp.h>
#include <linux/udp.h>
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
constexpr auto kMembership = SocketOptionKind::kMembership;
constexpr auto kMembership6 = SocketOptionKind::kMembership6;
constexpr auto kInterface = SocketOptionKind::kInterface;
constexpr auto kDevice = SocketOptionKind::kDevice;
constexpr auto kTcpInfo = SocketOptionKind::kTcpInfo;

#define WIRESTORY_OPTION(level, name, kind) \
    NamedOption {                           \
#name, { level, name, kind, true }  \
    }
#define WIRESTORY_READ_ONLY(level, name, kind) \
    NamedOption {                              \
#name, { level, name, kind, false }    \
    }
// socket(7), tcp(7), udp(7), ip(7), ipv6(7).
constexpr std::array kOptions{
    WIRESTORY_OPTION(SOL_SOCKET, SO_REUSEADDR, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_REUSEPORT, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_RCVBUF, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_SNDBUF, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_RCVBUFFORCE, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_SNDBUFFORCE, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_RCVLOWAT, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_KEEPALIVE, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_OOBINLINE, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_BROADCAST, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_DONTROUTE, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_PRIORITY, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_MARK, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_BUSY_POLL, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_NO_CHECK, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_PASSCRED, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_PEEK_OFF, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_RXQ_OVFL, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_DEBUG, kInt),
    WIRESTORY_OPTION(SOL_SOCKET, SO_LINGER, kLinger),
    WIRESTORY_OPTION(SOL_SOCKET, SO_RCVTIMEO, kTimeval),
    WIRESTORY_OPTION(SOL_SOCKET, SO_SNDTIMEO, kTimeval),
    WIRESTORY_OPTION(SOL_SOCKET, SO_BINDTODEVICE, kString),
    WIRESTORY_READ_ONLY(SOL_SOCKET, SO_ERROR, kInt),
    WIRESTORY_READ_ONLY(SOL_SOCKET, SO_TYPE, kInt),
    WIRESTORY_READ_ONLY(SOL_SOCKET, SO_ACCEPTCONN, kInt),
    WIRESTORY_READ_ONLY(SOL_SOCKET, SO_DOMAIN, kInt),
    WIRESTORY_READ_ONLY(SOL_SOCKET, SO_PROTOCOL, kInt),
    WIRESTORY_READ_ONLY(SOL_SOCKET, SO_SNDLOWAT, kInt),
    WIRESTORY_READ_ONLY(SOL_SOCKET, SO_INCOMING_CPU, kInt),
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
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_USER_TIMEOUT, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_FASTOPEN, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_FASTOPEN_CONNECT, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_NOTSENT_LOWAT, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_SAVE_SYN, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_INQ, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_TIMESTAMP, kInt),
    WIRESTORY_OPTION(IPPROTO_TCP, TCP_CONGESTION, kString),
    WIRESTORY_READ_ONLY(IPPROTO_TCP, TCP_INFO, kTcpInfo),
    WIRESTORY_OPTION(IPPROTO_UDP, UDP_CORK, kInt),
    WIRESTORY_OPTION(IPPROTO_UDP, UDP_SEGMENT, kInt),
    WIRESTORY_OPTION(IPPROTO_UDP, UDP_GRO, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_TTL, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_TOS, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_MTU_DISCOVER, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_RECVERR, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_FREEBIND, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_TRANSPARENT, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_MINTTL, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_PKTINFO, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_RECVTTL, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_RECVTOS, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_MULTICAST_TTL, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_MULTICAST_LOOP, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_MULTICAST_ALL, kInt),
    WIRESTORY_OPTION(IPPROTO_IP, IP_MULTICAST_IF, kInterface),
    WIRESTORY_OPTION(IPPROTO_IP, IP_ADD_MEMBERSHIP, kMembership),
    WIRESTORY_OPTION(IPPROTO_IP, IP_DROP_MEMBERSHIP, kMembership),
    WIRESTORY_READ_ONLY(IPPROTO_IP, IP_MTU, kInt),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_V6ONLY, kInt),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_UNICAST_HOPS, kInt),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, kInt),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, kInt),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_TCLASS, kInt),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_MTU_DISCOVER, kInt),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_MTU, kInt),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_RECVERR, kInt),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_DONTFRAG, kInt),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_RECVPKTINFO, kInt),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_MULTICAST_IF, kDevice),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_JOIN_GROUP, kMembership6),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, kMembership6),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_LEAVE_GROUP, kMembership6),
    WIRESTORY_OPTION(IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP, kMembership6),
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
    WIRESTORY_NUMBER(MSG_FASTOPEN), WIRESTORY_NUMBER(MSG_ERRQUEUE),  WIRESTORY_NUMBER(MSG_EOR),
};
// poll(2), in the order in which strace prints them.
constexpr std::array kPollEvents{
    WIRESTORY_NUMBER(POLLIN),  WIRESTORY_NUMBER(POLLPRI), WIRESTORY_NUMBER(POLLOUT),
    WIRESTORY_NUMBER(POLLERR), WIRESTORY_NUMBER(POLLHUP), WIRESTORY_NUMBER(POLLRDHUP),
};
#undef WIRESTORY_NUMBER

#define WIRESTORY_FIELD(name) \
    TcpInfoField { #name, offsetof(tcp_info, name), sizeof(tcp_info::name) }
// What a program may ask and a story expect; bit fields (tcpi_snd_wscale ...) have no address.
constexpr std::array kTcpInfoFields{
    WIRESTORY_FIELD(tcpi_state),         WIRESTORY_FIELD(tcpi_ca_state),      WIRESTORY_FIELD(tcpi_retransmits),
    WIRESTORY_FIELD(tcpi_probes),        WIRESTORY_FIELD(tcpi_backoff),       WIRESTORY_FIELD(tcpi_options),
    WIRESTORY_FIELD(tcpi_rto),           WIRESTORY_FIELD(tcpi_ato),           WIRESTORY_FIELD(tcpi_snd_mss),
    WIRESTORY_FIELD(tcpi_rcv_mss),       WIRESTORY_FIELD(tcpi_unacked),       WIRESTORY_FIELD(tcpi_sacked),
    WIRESTORY_FIELD(tcpi_lost),          WIRESTORY_FIELD(tcpi_retrans),       WIRESTORY_FIELD(tcpi_pmtu),
    WIRESTORY_FIELD(tcpi_rcv_ssthresh),  WIRESTORY_FIELD(tcpi_rtt),           WIRESTORY_FIELD(tcpi_rttvar),
    WIRESTORY_FIELD(tcpi_snd_ssthresh),  WIRESTORY_FIELD(tcpi_snd_cwnd),      WIRESTORY_FIELD(tcpi_advmss),
    WIRESTORY_FIELD(tcpi_reordering),    WIRESTORY_FIELD(tcpi_rcv_rtt),       WIRESTORY_FIELD(tcpi_rcv_space),
    WIRESTORY_FIELD(tcpi_total_retrans), WIRESTORY_FIELD(tcpi_bytes_acked),   WIRESTORY_FIELD(tcpi_bytes_received),
    WIRESTORY_FIELD(tcpi_segs_out),      WIRESTORY_FIELD(tcpi_segs_in),       WIRESTORY_FIELD(tcpi_notsent_bytes),
    WIRESTORY_FIELD(tcpi_min_rtt),       WIRESTORY_FIELD(tcpi_data_segs_in),  WIRESTORY_FIELD(tcpi_data_segs_out),
    WIRESTORY_FIELD(tcpi_bytes_sent),    WIRESTORY_FIELD(tcpi_bytes_retrans), WIRESTORY_FIELD(tcpi_dsack_dups),
    WIRESTORY_FIELD(tcpi_reord_seen),
};
#undef WIRESTORY_FIELD

// All error names of this system (errno(3)), from the C library's own table; and the second words for some numbers.
const std::vector<NamedNumber>& errnos() {
    static const std::vector<NamedNumber> names = [] {
        constexpr int kMaxErrno = 4095;  // include/linux/err.h
        std::vector<NamedNumber> all{{"EWOULDBLOCK", EWOULDBLOCK}, {"EDEADLOCK", EDEADLOCK}, {"ENOTSUP", ENOTSUP}};
        for (int number = 1; number <= kMaxErrno; ++number)
            if (const char* name = ::strerrorname_np(number)) all.push_back({name, number});
        return all;
    }();
    return names;
}

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

std::optional<TcpInfoField> tcp_info_field_named(std::string_view name) {
    for (const TcpInfoField& field : kTcpInfoFields)
        if (field.name == name) return field;
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

std::optional<int> errno_named(std::string_view name) { return number_in(errnos(), name); }

const std::vector<std::string_view>& socket_option_names() {
    static const std::vector<std::string_view> names = names_of(kOptions);
    return names;
}

const std::vector<std::string_view>& tcp_info_field_names() {
    static const std::vector<std::string_view> names = names_of(kTcpInfoFields);
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
    static const std::vector<std::string_view> names = names_of(errnos());
    return names;
}

}  // namespace wirestory::sim
