#include "analysis/findings/finders.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wirestory::analysis {
namespace {

// By time. Foreign captures need not be in order of time, and in an edited one a packet may stand before the call that
// sent it: a finding's time goes from the earlier of its ends.
void sort_by_time(std::vector<Finding>& findings, std::size_t first) {
    const auto begin = findings.begin() + static_cast<std::ptrdiff_t>(first);
    for (auto finding = begin; finding != findings.end(); ++finding)
        if (finding->end_ns < finding->begin_ns) std::swap(finding->begin_ns, finding->end_ns);
    std::stable_sort(begin, findings.end(), [](const auto& a, const auto& b) { return a.begin_ns < b.begin_ns; });
}

// Findings of one flow from `first` on: what one direction has too many of one kind of is counted into the last kept.
void limit(std::vector<Finding>& findings, std::size_t first) {
    std::array<std::array<std::size_t, kFindingKindCount>, 2> seen{};
    std::array<std::array<std::size_t, kFindingKindCount>, 2> last{};
    std::size_t kept = first;
    for (std::size_t at = first; at < findings.size(); ++at) {
        Finding& finding = findings[at];
        const auto side = index_of(finding.from);
        const auto kind = static_cast<std::size_t>(finding.kind);
        if (seen[side][kind]++ < kMaxFindingsOfKind) {
            if (kept != at) findings[kept] = std::move(finding);
            last[side][kind] = kept++;
            continue;
        }
        Finding& into = findings[last[side][kind]];
        into.count += finding.count;
        into.end_ns = std::max(into.end_ns, finding.end_ns);
        into.range.end = std::max(into.range.end, finding.range.end);
    }
    findings.resize(kept);
}

}  // namespace

Finding finding_about(const FinderContext& context, FindingKind kind, StreamId id) {
    Finding finding;
    finding.kind = kind;
    finding.flow = id.flow;
    finding.from = id.from;
    finding.actor = context.end(id).actor;
    return finding;
}

Finding finding_about_receiver(const FinderContext& context, FindingKind kind, StreamId id) {
    Finding finding = finding_about(context, kind, id);
    finding.actor = context.flow(id).end(other(id.from)).actor;
    return finding;
}

void find_in_flow(const FinderContext& context, FlowId flow, std::vector<Finding>& findings) {
    const std::size_t first = findings.size();
    for (const Side side : {Side::kInitiator, Side::kResponder}) {
        const StreamLedger* ledger = context.stream({flow, side});
        if (ledger == nullptr) continue;
        find_send_holds(context, *ledger, findings);
        find_delayed_acks(context, *ledger, findings);
        find_coalesced_writes(context, *ledger, findings);
        find_split_writes(context, *ledger, findings);
        find_sticky_reads(context, *ledger, findings);
        find_partial_reads(context, *ledger, findings);
        find_full_send_buffers(context, *ledger, findings);
        find_half_closes(context, *ledger, findings);
    }
    find_beginnings(context, flow, findings);
    find_endings(context, flow, findings);
    find_resets(context, flow, findings);
    find_in_segments(context, flow, findings);
    find_overlap_conflicts(context, flow, findings);
    sort_by_time(findings, first);
    limit(findings, first);
}

std::vector<Finding> find_all(const FinderContext& context) {
    std::vector<Finding> findings;
    const std::vector<Flow>& flows = context.analysis.flows;
    for (FlowId flow = 0; flow < flows.size(); ++flow) {
        if (flows[flow].transport != capture::Transport::kTcp || !context.analysis.detail.covers(flows[flow])) continue;
        find_in_flow(context, flow, findings);
    }
    find_dropped_datagrams(context, findings);
    find_truncated_datagrams(context, findings);
    find_lost_datagrams(context, findings);
    find_unreachables(context, findings);
    find_fragmented(context, findings);
    find_connect_timeouts(context, findings);
    sort_by_time(findings, 0);
    return findings;
}

}  // namespace wirestory::analysis
