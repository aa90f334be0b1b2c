// Why unsent bytes wait in a send buffer, moment by moment, by the rules of tcp_write_xmit() (net/ipv4/tcp_output.c):
// it sends the next segment unless the peer's window, Nagle's algorithm, the cork or the congestion window forbids.
// Only for streams whose sends were recorded; of others nobody knows what waits.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/analysis.hpp"
#include "analysis/call_index.hpp"

namespace wirestory::analysis {

enum class SendWait : std::uint8_t {
    kNone,  // nothing is unsent, or nothing known forbids: the kernel is at work
    kReceiveWindow,
    kCork,
    kNagle,
    kCongestionWindow,
    kSendBuffer,  // all is in flight and a send sleeps for room: what the kernel calls sndbuf-limited
};

struct WaitSpan {
    TimeNs begin_ns = 0;
    TimeNs end_ns = 0;
    SendWait why = SendWait::kNone;
    EventRef begun_by;
    EventRef ended_by;
};

// In order of time, without overlap; times in which nothing waits are left out.
std::vector<WaitSpan> send_waits(const CallIndex& calls, const Analysis& analysis, const StreamLedger& ledger);

// The three times that TCP_INFO counts (tcpi_busy_time, tcpi_rwnd_limited, tcpi_sndbuf_limited), derived up to `until`.
struct SenderTimes {
    DurationNs busy_ns = 0;
    DurationNs receive_window_ns = 0;
    DurationNs send_buffer_ns = 0;
    std::size_t spans = 0;  // how many stretches of any kind: the kernel counts each in whole ticks
};
SenderTimes sender_times(const CallIndex& calls, const Analysis& analysis, const StreamLedger& ledger,
                         const std::vector<WaitSpan>& waits, TimeNs until);

}  // namespace wirestory::analysis
