// A read with less room than its datagram has bytes takes the front and throws the rest away (recv(2), MSG_TRUNC).
#include <algorithm>

#include "analysis/findings/finders.hpp"

namespace wirestory::analysis {

void find_truncated_datagrams(const FinderContext& context, std::vector<Finding>& findings) {
    for (const Datagram& datagram : context.analysis.datagrams) {
        if (datagram.recv_call == kNoIndex) continue;
        const Call& read = context.calls.call(datagram.recv_call);
        const auto room = static_cast<StreamOffset>(std::max<std::int64_t>(read.requested_bytes, 0));
        if (room >= datagram.payload_bytes) continue;
        Finding finding =
            finding_about_receiver(context, FindingKind::kDatagramTruncated, {datagram.flow, datagram.from});
        finding.begin_ns = read.enter_ns;
        finding.end_ns = read.exit_ns;
        finding.range = {0, room};
        finding.amount = datagram.payload_bytes;
        finding.count = 1;
        finding.evidence = Evidence::kMeasured;
        finding.events.push_back({EventKind::kCall, datagram.recv_call});
        if (datagram.packet != kNoIndex) finding.events.push_back({EventKind::kPacket, datagram.packet});
        if (datagram.send_call != kNoIndex) finding.events.push_back({EventKind::kCall, datagram.send_call});
        findings.push_back(std::move(finding));
    }
}

}  // namespace wirestory::analysis
