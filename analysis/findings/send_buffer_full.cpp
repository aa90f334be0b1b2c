// A send whose bytes do not fit into the send buffer sleeps until they do, or, when it may not wait, takes less than it
// was given or nothing (send(2)). The buffer stays full when the peer announces no more window (RFC 9293, 3.8.6):
// found when a window of 0 stood at some time of the call.
#include <algorithm>
#include <cerrno>

#include "analysis/findings/finders.hpp"

namespace wirestory::analysis {
namespace {

// The packet that announced a window of 0 which stood within [begin, end]; kNoPacket when none did.
std::uint32_t closed_window(const FinderContext& context, StreamId id, TimeNs begin, TimeNs end) {
    const auto& packets = context.flow(id).packets;
    const auto after = std::partition_point(packets.begin(), packets.end(),
                                            [&](std::uint32_t packet) { return context.packet_time(packet) <= begin; });
    const auto closes = [&](std::uint32_t packet) {
        return context.window_bytes(packet) == 0 && !context.has(packet, capture::kRst | capture::kSyn);
    };
    // What the peer had said last before.
    for (auto at = after; at != packets.begin();) {
        if (context.from(*--at) == id.from) continue;
        if (closes(*at)) return *at;
        break;
    }
    for (auto at = after; at != packets.end() && context.packet_time(*at) <= end; ++at) {
        if (context.from(*at) != id.from && closes(*at)) return *at;
    }
    return kNoPacket;
}

Finding blocked(const FinderContext& context, const StreamLedger& ledger, std::uint32_t index) {
    const Call& call = context.calls.call(index);
    Finding finding = finding_about(context, FindingKind::kBlockedSend, ledger.id);
    finding.begin_ns = call.enter_ns;
    finding.end_ns = call.returned_at_all() ? call.exit_ns : context.recording().last_time_ns();
    finding.count = 1;
    finding.evidence = Evidence::kMeasured;  // the kernel had the thread asleep in the call
    finding.amount = static_cast<std::uint64_t>(std::max<std::int64_t>(call.requested_bytes, 0));
    finding.events.push_back({EventKind::kCall, index});
    const std::uint32_t packet = closed_window(context, ledger.id, finding.begin_ns, finding.end_ns);
    if (packet != kNoPacket) {
        finding.cause = FindingCause::kPeerWindow;
        finding.events.push_back({EventKind::kPacket, packet});
    }
    return finding;
}

Finding short_write(const FinderContext& context, const StreamLedger& ledger, std::uint32_t index) {
    const Call& call = context.calls.call(index);
    Finding finding = finding_about(context, FindingKind::kShortWrite, ledger.id);
    if (call.failed()) finding.cause = FindingCause::kNothingTaken;
    finding.begin_ns = call.enter_ns;
    finding.end_ns = call.exit_ns;
    finding.count = 1;
    finding.evidence = Evidence::kMeasured;
    finding.amount = static_cast<std::uint64_t>(call.requested_bytes);
    finding.events.push_back({EventKind::kCall, index});
    return finding;
}

}  // namespace

void find_full_send_buffers(const FinderContext& context, const StreamLedger& ledger, std::vector<Finding>& findings) {
    StreamOffset offset = 0;
    for (const std::uint32_t index : context.calls.calls_of(context.end(ledger.id).socket)) {
        const Call& call = context.calls.call(index);
        if (!writes_data(call.kind)) continue;
        const ByteRange taken{offset, offset + moved_bytes(call)};
        offset = taken.end;
        const bool refused = call.failed() && (call.error_number == EAGAIN || call.error_number == EWOULDBLOCK);
        const bool some = call.returned_at_all() && call.returned >= 0 && call.returned < call.requested_bytes;
        if (call.slept) {
            findings.push_back(blocked(context, ledger, index));
        } else if (refused || some) {
            findings.push_back(short_write(context, ledger, index));
        } else {
            continue;
        }
        findings.back().range = taken;
    }
}

}  // namespace wirestory::analysis
