// Each direction closes by itself (RFC 9293, 3.6): after one end's FIN the other may go on sending. Found only when it
// did, by a segment with data or by a send call; an ordinary close, one FIN soon after the other, is none.
#include <algorithm>

#include "analysis/findings/finders.hpp"

namespace wirestory::analysis {
namespace {

std::uint32_t closing_call_before(const FinderContext& context, SocketId socket, TimeNs when) {
    std::uint32_t found = kNoIndex;
    for (const std::uint32_t index : context.calls.calls_of(socket)) {
        const Call& call = context.calls.call(index);
        if (call.enter_ns > when) break;
        if (call.kind == CallKind::kShutdown || call.kind == CallKind::kClose) found = index;
    }
    return found;
}

}  // namespace

void find_half_closes(const FinderContext& context, const StreamLedger& still_open, std::vector<Finding>& findings) {
    const Flow& flow = context.analysis.flows[still_open.id.flow];
    const Side closed = other(still_open.id.from);
    const std::uint32_t fin = flow.marks.fin[index_of(closed)];
    const std::uint32_t second_fin = flow.marks.fin[index_of(still_open.id.from)];
    if (fin == kNoPacket || second_fin < fin) return;
    const TimeNs begin = context.packet_time(fin);
    TimeNs end = flow.last_ns;
    if (second_fin != kNoPacket) end = context.packet_time(second_fin);
    if (flow.marks.rst != kNoPacket) end = std::min(end, context.packet_time(flow.marks.rst));

    Finding finding;
    finding.kind = FindingKind::kHalfClose;
    finding.flow = still_open.id.flow;
    finding.from = still_open.id.from;
    finding.actor = flow.end(closed).actor;
    finding.begin_ns = begin;
    finding.end_ns = std::max(begin, end);
    finding.events.push_back({EventKind::kPacket, fin});
    const std::uint32_t call = closing_call_before(context, flow.end(closed).socket, begin);
    if (call != kNoIndex) finding.events.push_back({EventKind::kCall, call});

    const auto& carried = still_open.carried;
    auto segment =
        std::partition_point(carried.begin(), carried.end(), [&](const Carried& c) { return c.packet < fin; });
    for (; segment != carried.end() && segment->time_ns <= end; ++segment) {
        if (segment->retransmission) continue;
        if (finding.count == 0) finding.range.begin = segment->range.begin;
        finding.range.end = std::max(finding.range.end, segment->range.end);
        if (++finding.count <= kMaxEvidenceEvents) finding.events.push_back({EventKind::kPacket, segment->packet});
    }
    bool sent = finding.count > 0;
    for (const Written& write : still_open.written) {
        if (write.enter_ns <= begin || write.enter_ns > end) continue;
        sent = true;
        if (finding.events.size() < kMaxEvidenceEvents) finding.events.push_back({EventKind::kCall, write.call});
    }
    if (!sent) return;
    if (second_fin != kNoPacket) finding.events.push_back({EventKind::kPacket, second_fin});
    findings.push_back(std::move(finding));
}

}  // namespace wirestory::analysis
