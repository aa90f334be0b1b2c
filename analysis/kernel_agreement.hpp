// Holds what the analysis derived against what the kernel itself reported: buffer figures (SIOCOUTQ, SIOCOUTQNSD,
// SIOCINQ) and send reports (SO_TIMESTAMPING). Where the two agree, a drawn buffer is as good as measured.
//
// How the kernel counts (net/ipv4/tcp.c, tcp_ioctl(), and include/net/tcp.h, tcp_inq()): SIOCOUTQ is write_seq -
// snd_una and SIOCOUTQNSD write_seq - snd_nxt, 0 before the connection stands, and a FIN that is queued counts as one
// byte in both until it is acknowledged, or sent. SIOCINQ is rcv_nxt - copied_seq, less one once a FIN was received.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/analysis.hpp"
#include "recording/recording.hpp"

namespace wirestory::analysis {

struct Disagreement {
    EventRef event;      // the sample or the send report
    std::string figure;  // "SIOCOUTQ", "SIOCOUTQNSD", "SIOCINQ", "TX report"
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
};

// TCP sockets with recorded calls only: of others nothing was derived that could be compared. Empty: all agrees.
std::vector<Disagreement> compare_with_kernel(const Recording& recording, const Analysis& analysis,
                                              const AgreementOptions& options = {});

}  // namespace wirestory::analysis
