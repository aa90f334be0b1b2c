#include "sim/run/socket_figures.hpp"

#include <cstddef>
#include <cstring>

#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace wirestory::sim {
namespace {

void read_queue(int fd, unsigned long request, Sample::Has which, std::uint32_t& bytes, Sample& sample) {
    int value = 0;
    if (ioctl(fd, request, &value) != 0 || value < 0) return;
    bytes = static_cast<std::uint32_t>(value);
    sample.has = static_cast<std::uint8_t>(sample.has | which);
}

void read_memory(int fd, Sample& sample) {
    // The kernel writes what it has, up to what we offer; order as in include/uapi/linux/sock_diag.h.
    std::uint32_t figures[SK_MEMINFO_VARS] = {};
    socklen_t length = sizeof figures;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, figures, &length) != 0) return;
    sample.memory.rmem_alloc_bytes = figures[SK_MEMINFO_RMEM_ALLOC];
    sample.memory.rcvbuf_bytes = figures[SK_MEMINFO_RCVBUF];
    sample.memory.wmem_alloc_bytes = figures[SK_MEMINFO_WMEM_ALLOC];
    sample.memory.sndbuf_bytes = figures[SK_MEMINFO_SNDBUF];
    sample.memory.fwd_alloc_bytes = figures[SK_MEMINFO_FWD_ALLOC];
    sample.memory.wmem_queued_bytes = figures[SK_MEMINFO_WMEM_QUEUED];
    sample.memory.optmem_bytes = figures[SK_MEMINFO_OPTMEM];
    sample.memory.backlog_bytes = figures[SK_MEMINFO_BACKLOG];
    sample.memory.drops = figures[SK_MEMINFO_DROPS];
    sample.has |= Sample::kMemory;
}

// The header of Debian 12 ends before tcpi_rcv_wnd (Linux 6.2); the field stands right behind tcpi_snd_wnd.
struct RoomyTcpInfo {
    tcp_info info;
    std::byte newer[64];
};
constexpr std::size_t kReceiveWindowAt = offsetof(tcp_info, tcpi_snd_wnd) + sizeof(tcp_info::tcpi_snd_wnd);

void copy_tcp_info(const tcp_info& info, TcpInfoFigures& to) {
    to.state = tcp_state_of_kernel(info.tcpi_state);
    to.ca_state = info.tcpi_ca_state;
    to.retransmits = info.tcpi_retransmits;
    to.probes = info.tcpi_probes;
    to.backoff = info.tcpi_backoff;
    to.rto_us = info.tcpi_rto;
    to.ato_us = info.tcpi_ato;
    to.snd_mss_bytes = info.tcpi_snd_mss;
    to.rcv_mss_bytes = info.tcpi_rcv_mss;
    to.unacked_segments = info.tcpi_unacked;
    to.sacked_segments = info.tcpi_sacked;
    to.lost_segments = info.tcpi_lost;
    to.retrans_segments = info.tcpi_retrans;
    to.rtt_us = info.tcpi_rtt;
    to.rttvar_us = info.tcpi_rttvar;
    to.snd_ssthresh_segments = info.tcpi_snd_ssthresh;
    to.snd_cwnd_segments = info.tcpi_snd_cwnd;
    to.rcv_space_bytes = info.tcpi_rcv_space;
    to.total_retrans_segments = info.tcpi_total_retrans;
    to.bytes_acked = info.tcpi_bytes_acked;
    to.bytes_received = info.tcpi_bytes_received;
    to.notsent_bytes = info.tcpi_notsent_bytes;
    to.min_rtt_us = info.tcpi_min_rtt;
    to.busy_time_us = info.tcpi_busy_time;
    to.rwnd_limited_us = info.tcpi_rwnd_limited;
    to.sndbuf_limited_us = info.tcpi_sndbuf_limited;
    to.snd_wnd_bytes = info.tcpi_snd_wnd;
}

void read_tcp_info(int fd, bool listening, Sample& sample) {
    RoomyTcpInfo roomy{};
    socklen_t length = sizeof roomy;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &roomy, &length) != 0) return;
    copy_tcp_info(roomy.info, sample.tcp);
    if (length >= kReceiveWindowAt + sizeof(std::uint32_t))
        std::memcpy(&sample.tcp.rcv_wnd_bytes, reinterpret_cast<const std::byte*>(&roomy) + kReceiveWindowAt,
                    sizeof(std::uint32_t));
    sample.has |= Sample::kTcpInfo;
    // write_seq - snd_nxt, as SIOCOUTQNSD computes it (tcp_get_info and tcp_ioctl in net/ipv4/tcp.c).
    if (listening || (sample.has & Sample::kOutqNsd) != 0) return;
    sample.unsent_bytes = sample.tcp.notsent_bytes;
    sample.has |= Sample::kOutqNsd;
}

void read_once(int fd, SocketFamily family, bool listening, unsigned figures, Sample& sample) {
    const bool tcp = is_tcp(family);
    if (!listening) {
        if ((figures & Sample::kOutq) != 0)
            read_queue(fd, SIOCOUTQ, Sample::kOutq, sample.unacked_and_unsent_bytes, sample);
        if (tcp && (figures & Sample::kOutqNsd) != 0)
            read_queue(fd, SIOCOUTQNSD, Sample::kOutqNsd, sample.unsent_bytes, sample);
        if ((figures & Sample::kInq) != 0) read_queue(fd, SIOCINQ, Sample::kInq, sample.unread_bytes, sample);
    }
    if ((figures & Sample::kMemory) != 0) read_memory(fd, sample);
    if (tcp && (figures & Sample::kTcpInfo) != 0) read_tcp_info(fd, listening, sample);
}

// All figures take 2 us. A reading that lost its core in between mixes two moments, and its stamp comes late.
constexpr DurationNs kUninterruptedNs = 100 * kMicrosecondNs;
constexpr int kMostReadings = 4;

}  // namespace

void read_figures(int fd, SocketFamily family, bool listening, unsigned figures, Sample& sample) {
    for (int reading = 0; reading < kMostReadings; ++reading) {
        const TimeNs began_ns = monotonic_now_ns();
        sample.has = 0;
        read_once(fd, family, listening, figures, sample);
        if (monotonic_now_ns() - began_ns < kUninterruptedNs) return;
    }
}

}  // namespace wirestory::sim
