// Holds what the analysis derived against what the kernel itself reported: buffer figures (SIOCOUTQ, SIOCOUTQNSD,
// SIOCINQ) and send reports (SO_TIMESTAMPING). Where the two agree, a drawn buffer is as good as measured.
//
// How the kernel counts (net/ipv4/tcp.c, tcp_ioctl(), and include/net/tcp.h, tcp_inq()): SIOCOUTQ is write_seq -
// snd_una and SIOCOUTQNSD write_seq - snd_nxt, 0 before the connection stands, and a FIN that is queued counts as one
// byte in both until it is acknowledged, or sent. SIOCINQ is rcv_nxt - copied_seq, less one once a FIN was received.
// TCP_INFO's busy, rwnd-limited and sndbuf-limited times (tcp_chrono_start(), net/ipv4/tcp_output.c) are counted in
// ticks (CONFIG_HZ): a stretch shorter than a tick counts as none or as a whole one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/analysis.hpp"
#include "recording/recording.hpp"

namespace wirestory::analysis {

struct Disagreement {
    EventRef event;      // the sample or the send report
    std::string figure;  // "SIOCOUTQ", "SIOCOUTQNSD", "SIOCINQ", "TX report", "tcpi_busy_time" ...
    StreamId stream;
    std::int64_t reported = 0;     // by the kernel
    std::int64_t derived_min = 0;  // by us, over the moments in which the kernel's figure may have been read
    std::int64_t derived_max = 0;

    [[nodiscard]] std::string to_string() const;  // one line, for people
};

struct AgreementOptions {
    // A figure is read a little before its stamp, and a packet takes effect a little after its own. Calls that were
    // under way within these margins count as steps in progress, from their entry to their exit.
    DurationNs before_ns = 250 * kMicrosecondNs;
    DurationNs after_ns = 50 * kMicrosecondNs;
    DurationNs report_slack_ns = 5 * kMillisecondNs;
    bool compare_times = true;
    // Times of TCP_INFO may differ by so much, and by what the kernel's ticks make of it.
    DurationNs time_slack_ns = 2 * kMillisecondNs;
    double time_share = 0.05;
    DurationNs tick_ns = 4 * kMillisecondNs;  // CONFIG_HZ=250, what Debian and Ubuntu have
};

// How much was compared; a sample that says nothing of a connection (before its SYN, after its end) is not.
struct AgreementCounts {
    std::size_t samples = 0;
    std::size_t reports = 0;
    std::size_t times = 0;
};

// TCP sockets with recorded calls only: of others nothing was derived that could be compared. Empty: all agrees.
std::vector<Disagreement> compare_with_kernel(const Recording& recording, const Analysis& analysis,
                                              const AgreementOptions& options = {}, AgreementCounts* counts = nullptr);

}  // namespace wirestory::analysis
