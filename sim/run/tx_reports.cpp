#include "sim/run/tx_reports.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <optional>

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace wirestory::sim {
namespace {

std::optional<TxReportKind> kind_of(std::uint32_t scm_tstamp) {
    switch (scm_tstamp) {
        case SCM_TSTAMP_SCHED: return TxReportKind::kScheduled;
        case SCM_TSTAMP_SND: return TxReportKind::kSoftware;
        case SCM_TSTAMP_ACK: return TxReportKind::kAcknowledged;
        default: return std::nullopt;
    }
}

bool holds_extended_error(const cmsghdr& header) {
    return (header.cmsg_level == SOL_IP && header.cmsg_type == IP_RECVERR) ||
           (header.cmsg_level == SOL_IPV6 && header.cmsg_type == IPV6_RECVERR);
}

// A report comes as two control messages: the stamp, and an extended error with the kind and the id.
std::optional<TxReport> report_in(msghdr& message, SocketId socket) {
    TxReport report;
    report.socket = socket;
    bool stamped = false;
    bool named = false;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SO_TIMESTAMPING) {
            scm_timestamping stamps{};
            std::memcpy(&stamps, CMSG_DATA(header), sizeof stamps);
            report.time_ns = static_cast<TimeNs>(stamps.ts[0].tv_sec) * kSecondNs + stamps.ts[0].tv_nsec;
            stamped = true;
        } else if (holds_extended_error(*header)) {
            sock_extended_err error{};
            std::memcpy(&error, CMSG_DATA(header), sizeof error);
            const auto kind = kind_of(error.ee_info);
            if (error.ee_origin != SO_EE_ORIGIN_TIMESTAMPING || !kind) continue;
            report.kind = *kind;
            report.id = error.ee_data;
            named = true;
        }
    }
    return stamped && named ? std::optional(report) : std::nullopt;
}

}  // namespace

bool enable_tx_reports(int fd) {
    const unsigned flags = SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_ACK |
                           SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY | SOF_TIMESTAMPING_SOFTWARE;
    return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0;
}

void drain_tx_reports(int fd, SocketId socket, std::vector<TxReport>& reports) {
    while (true) {
        alignas(cmsghdr) std::array<std::byte, 256> control{};
        msghdr message{};
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return;
        if (const auto report = report_in(message, socket)) reports.push_back(*report);
    }
}

}  // namespace wirestory::sim
