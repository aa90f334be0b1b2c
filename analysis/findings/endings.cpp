// Simultaneous close (RFC 9293, 3.6): each FIN left before the other's had arrived, so neither acknowledges the other.
#include "analysis/findings/finders.hpp"

namespace wirestory::analysis {

void find_endings(const FinderContext& context, FlowId id, std::vector<Finding>& findings) {
    const FlowMarks& marks = context.analysis.flows[id].marks;
    const auto [first, second] = marks.fin;
    if (first == kNoPacket || second == kNoPacket) return;
    // fin_acked is the other end's first packet that covers a FIN: its own FIN does, in an ordinary close.
    const bool crossed = marks.fin_acked[0] > second && marks.fin_acked[1] > first;
    if (!crossed || (marks.fin_acked[0] == kNoPacket && marks.fin_acked[1] == kNoPacket)) return;
    Finding finding = finding_about(context, FindingKind::kSimultaneousClose, {id, Side::kInitiator});
    finding.begin_ns = std::min(context.packet_time(first), context.packet_time(second));
    finding.end_ns = std::max(context.packet_time(first), context.packet_time(second));
    finding.count = 2;
    finding.events = {{EventKind::kPacket, std::min(first, second)}, {EventKind::kPacket, std::max(first, second)}};
    findings.push_back(std::move(finding));
}

}  // namespace wirestory::analysis
