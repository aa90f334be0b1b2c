// Sample: the kernel's own view of one socket at one moment. Every figure was read from the kernel; `has` says which
// were read, so that a figure not asked for is never mistaken for 0.
// TxReport: what SO_TIMESTAMPING told of one send (Documentation/networking/timestamping.rst).
#pragma once

#include <array>
#include <cstdint>

#include "base/time.hpp"
#include "recording/ids.hpp"
#include "recording/tcp_state.hpp"

namespace wirestory {

enum class SampleTrigger : std::uint8_t { kCallEnter, kCallExit, kPacket, kTick };

// The fields of struct tcp_info (include/uapi/linux/tcp.h) that the project draws or checks. Times in microseconds and
// sizes in bytes or segments exactly as the kernel gives them.
struct TcpInfoFigures {
    TcpState state = TcpState::kUnknown;
    std::uint8_t ca_state = 0;
    std::uint8_t retransmits = 0;
    std::uint8_t probes = 0;
    std::uint8_t backoff = 0;
    std::uint32_t rto_us = 0;
    std::uint32_t ato_us = 0;
    std::uint32_t snd_mss_bytes = 0;
    std::uint32_t rcv_mss_bytes = 0;
    std::uint32_t unacked_segments = 0;
    std::uint32_t sacked_segments = 0;
    std::uint32_t lost_segments = 0;
    std::uint32_t retrans_segments = 0;
    std::uint32_t rtt_us = 0;
    std::uint32_t rttvar_us = 0;
    std::uint32_t snd_ssthresh_segments = 0;
    std::uint32_t snd_cwnd_segments = 0;
    std::uint32_t rcv_space_bytes = 0;
    std::uint32_t total_retrans_segments = 0;
    std::uint64_t bytes_acked = 0;     // includes the SYN's and the FIN's sequence number once acknowledged
    std::uint64_t bytes_received = 0;  // likewise
    std::uint32_t notsent_bytes = 0;
    std::uint32_t min_rtt_us = 0;
    std::uint64_t busy_time_us = 0;
    std::uint64_t rwnd_limited_us = 0;
    std::uint64_t sndbuf_limited_us = 0;
    std::uint32_t snd_wnd_bytes = 0;
    std::uint32_t rcv_wnd_bytes = 0;
};

// SO_MEMINFO, in the order of include/uapi/linux/sock_diag.h (SK_MEMINFO_*).
struct SocketMemory {
    std::uint32_t rmem_alloc_bytes = 0;
    std::uint32_t rcvbuf_bytes = 0;
    std::uint32_t wmem_alloc_bytes = 0;
    std::uint32_t sndbuf_bytes = 0;
    std::uint32_t fwd_alloc_bytes = 0;
    std::uint32_t wmem_queued_bytes = 0;
    std::uint32_t optmem_bytes = 0;
    std::uint32_t backlog_bytes = 0;
    std::uint32_t drops = 0;
};

struct Sample {
    enum Has : std::uint8_t { kOutq = 1, kOutqNsd = 2, kInq = 4, kMemory = 8, kTcpInfo = 16 };

    TimeNs time_ns = 0;  // when the last figure had been read
    SocketId socket = kNoSocket;
    SampleTrigger trigger = SampleTrigger::kTick;
    std::uint8_t has = 0;
    std::uint32_t unacked_and_unsent_bytes = 0;  // SIOCOUTQ
    std::uint32_t unsent_bytes = 0;              // SIOCOUTQNSD
    std::uint32_t unread_bytes = 0;              // SIOCINQ; on UDP the first datagram only
    SocketMemory memory;
    TcpInfoFigures tcp;
};

enum class TxReportKind : std::uint8_t { kScheduled, kSoftware, kAcknowledged };  // SCM_TSTAMP_SCHED, _SND, _ACK

struct TxReport {
    TimeNs time_ns = 0;  // the kernel's stamp
    SocketId socket = kNoSocket;
    TxReportKind kind = TxReportKind::kSoftware;
    std::uint32_t id = 0;  // TCP: stream offset of the last byte of a send, modulo 2^32; UDP: number of the datagram
};

}  // namespace wirestory
