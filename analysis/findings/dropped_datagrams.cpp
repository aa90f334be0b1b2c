// A datagram that finds the receive buffer full is dropped, and nobody is told (RFC 768 promises nothing;
// __udp_enqueue_schedule_skb(), net/ipv4/udp.c, counts it). One finding for each run of datagrams of one sender that
// were dropped one after the other.
#include <algorithm>
#include <map>

#include "analysis/findings/finders.hpp"

namespace wirestory::analysis {
namespace {

// The readings at which the counter had grown, from the first in the run to the first after it.
void add_counter_samples(const FinderContext& context, SocketId receiver, Finding& finding) {
    const Recording& recording = context.recording();
    const auto before = context.calls.samples_within(receiver, 0, finding.begin_ns - 1);
    std::uint32_t drops = before.empty() ? 0 : recording.samples[before.back()].memory.drops;
    std::size_t added = 0;
    for (const std::uint32_t index : context.calls.samples_within(receiver, finding.begin_ns, kNever)) {
        const Sample& sample = recording.samples[index];
        if ((sample.has & Sample::kMemory) == 0) continue;
        if (sample.memory.drops > drops) finding.events.push_back({EventKind::kSample, index});
        added += sample.memory.drops > drops ? 1 : 0;
        drops = sample.memory.drops;
        if (sample.time_ns > finding.end_ns || added == kMaxEvidenceEvents) return;
    }
}

}  // namespace

void find_dropped_datagrams(const FinderContext& context, std::vector<Finding>& findings) {
    const std::vector<Datagram>& datagrams = context.analysis.datagrams;
    std::map<StreamId, std::size_t> open_runs;  // sender -> index into `found`
    std::vector<Finding> found;
    for (const Datagram& datagram : datagrams) {
        const StreamId stream{datagram.flow, datagram.from};
        if (datagram.fate != DatagramFate::kDroppedInReceiveBuffer || datagram.packet == kNoIndex) {
            open_runs.erase(stream);
            continue;
        }
        const TimeNs when = context.packet_time(datagram.packet);
        const auto [run, is_new] = open_runs.try_emplace(stream, found.size());
        if (is_new) {
            Finding& begun = found.emplace_back();
            begun.kind = FindingKind::kDatagramDroppedInReceiveBuffer;
            begun.flow = datagram.flow;
            begun.from = datagram.from;
            begun.actor = context.end({datagram.flow, other(datagram.from)}).actor;
            begun.begin_ns = when;
            begun.evidence = Evidence::kMeasured;
        }
        Finding& finding = found[run->second];
        finding.end_ns = when;
        if (datagram.fate_evidence != Evidence::kMeasured) finding.evidence = datagram.fate_evidence;
        if (++finding.count <= kMaxEvidenceEvents) {
            finding.events.push_back({EventKind::kPacket, datagram.packet});
            if (datagram.send_call != kNoIndex) finding.events.push_back({EventKind::kCall, datagram.send_call});
        }
    }
    for (Finding& finding : found) {
        add_counter_samples(context, context.end({finding.flow, other(finding.from)}).socket, finding);
        findings.push_back(std::move(finding));
    }
}

}  // namespace wirestory::analysis
