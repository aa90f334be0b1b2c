// TCP is a stream of bytes: neither segments nor reads keep to what one send wrote (RFC 9293, 2.2 and 3.7.4). Found are
// the segments that carry bytes of several sends, the sends that needed several segments, the reads that take bytes of
// several messages, and the messages that needed several reads.
#include <algorithm>

#include "analysis/findings/finders.hpp"

namespace wirestory::analysis {
namespace {

// Ids of the kernel's send reports for one socket, sorted: on TCP the stream offset of a send's last byte, 32 bits of
// it.
std::vector<std::uint32_t> reported_ids(const CallIndex& calls, SocketId socket) {
    std::vector<std::uint32_t> ids;
    for (const std::uint32_t index : calls.reports_of(socket)) {
        ids.push_back(calls.recording().tx_reports[index].id);
    }
    std::sort(ids.begin(), ids.end());
    return ids;
}

// A send whose id never came back was merged into the next: the last one's did, the others' did not.
bool reports_show_merging(const std::vector<std::uint32_t>& ids, std::span<const Written> writes) {
    const auto reported = [&](const Written& write) {
        return std::binary_search(ids.begin(), ids.end(), static_cast<std::uint32_t>(write.range.end - 1));
    };
    return reported(writes.back()) && std::none_of(writes.begin(), writes.end() - 1, reported);
}

void add_sends(std::span<const Written> writes, Finding& finding) {
    finding.count = static_cast<std::uint32_t>(writes.size());
    for (const Written& write : writes.first(std::min(writes.size(), kMaxEvidenceEvents))) {
        finding.events.push_back({EventKind::kCall, write.call});
    }
}

}  // namespace

void find_coalesced_writes(const FinderContext& context, const StreamLedger& ledger, std::vector<Finding>& findings) {
    if (ledger.written.size() < 2) return;
    const auto ids = reported_ids(context.calls, context.end(ledger.id).socket);
    for (const Carried& carried : ledger.carried) {
        const auto writes = writes_in(ledger, carried.range);
        if (carried.retransmission || writes.size() < 2) continue;
        Finding finding = finding_about(context, FindingKind::kCoalescedWrite, ledger.id);
        finding.range = carried.range;
        finding.begin_ns = finding.end_ns = carried.time_ns;
        if (reports_show_merging(ids, writes)) finding.evidence = Evidence::kMeasured;
        finding.events.push_back({EventKind::kPacket, carried.packet});
        add_sends(writes, finding);
        findings.push_back(std::move(finding));
    }
}

void find_split_writes(const FinderContext& context, const StreamLedger& ledger, std::vector<Finding>& findings) {
    for (const Written& write : ledger.written) {
        Finding finding = finding_about(context, FindingKind::kSplitWrite, ledger.id);
        finding.range = write.range;
        finding.begin_ns = write.enter_ns;
        finding.events.push_back({EventKind::kCall, write.call});
        for (const std::uint32_t index : carriers_of(ledger, write.range)) {
            const Carried& carried = ledger.carried[index];
            if (carried.retransmission) continue;
            finding.end_ns = carried.time_ns;
            if (++finding.count <= kMaxEvidenceEvents) finding.events.push_back({EventKind::kPacket, carried.packet});
        }
        if (finding.count >= 2) findings.push_back(std::move(finding));
    }
}

void find_sticky_reads(const FinderContext& context, const StreamLedger& ledger, std::vector<Finding>& findings) {
    for (const Read& read : ledger.read) {
        const auto messages = ledger.messages_in(read.range);
        if (messages.size() < 2) continue;
        Finding finding = finding_about_receiver(context, FindingKind::kStickyRead, ledger.id);
        finding.range = read.range;
        finding.begin_ns = read.enter_ns;
        finding.end_ns = read.exit_ns;
        finding.events.push_back({EventKind::kCall, read.call});
        finding.count = static_cast<std::uint32_t>(messages.size());
        for (const Message& message : messages.first(std::min(messages.size(), kMaxEvidenceEvents))) {
            finding.events.push_back({EventKind::kCall, message.call});
        }
        findings.push_back(std::move(finding));
    }
}

void find_partial_reads(const FinderContext& context, const StreamLedger& ledger, std::vector<Finding>& findings) {
    for (const Message& message : ledger.messages) {
        const auto reads = reads_in(ledger, message.range);
        if (reads.empty()) continue;
        const bool left = reads.back().range.end < message.range.end;
        if (reads.size() < 2 && !left) continue;
        Finding finding = finding_about_receiver(context, FindingKind::kPartialRead, ledger.id);
        if (left) finding.cause = FindingCause::kRestUnread;
        const Read& shown = left ? reads.back() : reads.front();
        finding.range = {std::max(shown.range.begin, message.range.begin),
                         std::min(shown.range.end, message.range.end)};
        finding.amount = message.range.size();
        finding.begin_ns = reads.front().enter_ns;
        finding.end_ns = reads.back().exit_ns;
        finding.count = static_cast<std::uint32_t>(reads.size());
        for (const Read& read : reads.first(std::min(reads.size(), kMaxEvidenceEvents))) {
            finding.events.push_back({EventKind::kCall, read.call});
        }
        if (message.call != kNoIndex) finding.events.push_back({EventKind::kCall, message.call});
        findings.push_back(std::move(finding));
    }
}

}  // namespace wirestory::analysis
