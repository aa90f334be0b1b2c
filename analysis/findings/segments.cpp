// Findings out of what the TCP analysis says of each segment (tcp/segment_flags.hpp): grouped into episodes, so that
// ten thousand duplicate ACKs are one finding. Beyond Wireshark's words, the timer behind a retransmission is named: a
// tail loss probe (RFC 8985, 7; tcp_send_loss_probe(), net/ipv4/tcp_output.c: the last segment, once, the congestion
// state stays open) or a time-out (RFC 6298; tcp_retransmit_timer(): the first unacknowledged segment, state Loss);
// state Recovery makes it a fast one, also where it comes too late after the duplicate ACKs for Wireshark's rule. The
// kernel's own figures decide where they were sampled, else which segment it is and how long it took.
#include <algorithm>
#include <array>

#include "analysis/findings/finders.hpp"
#include "analysis/flow_table.hpp"
#include "analysis/tcp/segment_flags.hpp"

namespace wirestory::analysis {
namespace {

constexpr DurationNs kSameEpisode = kSecondNs;
constexpr DurationNs kSampleSoon = 20 * kMillisecondNs;     // a sample this soon after a segment speaks of it
constexpr DurationNs kLeastTimeout = 180 * kMillisecondNs;  // TCP_RTO_MIN is 200 ms (include/net/tcp.h)
constexpr DurationNs kLeastProbe = 2 * kMillisecondNs;
constexpr std::uint8_t kRecoveryState = 3;  // TCP_CA_Recovery (include/uapi/linux/tcp.h)
constexpr std::uint8_t kLossState = 4;      // TCP_CA_Loss (include/uapi/linux/tcp.h)

class SegmentFinder {
public:
    SegmentFinder(const FinderContext& context, FlowId id, std::vector<Finding>& findings)
        : context_(context), flow_(context.analysis.flows[id]), id_(id), findings_(findings) {
        for (auto& side : open_) side.fill(kNoEpisode);
    }

    void find() {
        for (const std::uint32_t packet : flow_.packets) {
            note_window(packet);
            const std::uint16_t flags = context_.segment_flags(packet);
            if (flags != 0) judge(packet, flags);
            const auto side = index_of(context_.from(packet));
            highest_[side] = std::max(highest_[side], range_of(packet).end);
        }
    }

private:
    static constexpr std::size_t kNoEpisode = static_cast<std::size_t>(-1);

    void judge(std::uint32_t packet, std::uint16_t flags);
    void judge_repetition(std::uint32_t packet, std::uint16_t flags);
    void note_window(std::uint32_t packet);
    [[nodiscard]] FindingKind timer_of(std::uint32_t packet, std::uint32_t first_copy, Evidence& evidence) const;
    [[nodiscard]] bool may_be_probe(DurationNs waited) const;
    [[nodiscard]] std::uint32_t copy_before(std::uint32_t packet) const;
    Finding& episode(FindingKind kind, std::uint32_t packet, std::uint64_t key, DurationNs gap);

    [[nodiscard]] TimeNs time(std::uint32_t packet) const { return context_.packet_time(packet); }
    [[nodiscard]] ByteRange range_of(std::uint32_t packet) const {
        const StreamOffset offset = context_.offset(packet);
        return {offset, offset + context_.payload_bytes(packet)};
    }

    const FinderContext& context_;
    const Flow& flow_;
    FlowId id_;
    std::vector<Finding>& findings_;
    std::array<std::array<std::size_t, kFindingKindCount>, 2> open_{};   // by sender and kind: index into findings_
    std::array<std::array<std::uint64_t, kFindingKindCount>, 2> key_{};  // what its episode is about
    std::array<StreamOffset, 2> highest_{};                              // up to where each side has sent
    std::array<bool, 2> window_closed_{};                                // what each side announced last
    std::array<bool, 2> window_filled_{};                                // each side has sent all that it may
    bool reopened_ = false;                                              // by this packet
};

// The open episode of this kind by this packet's sender, or a new one: another `key` or a longer gap ends the old one.
Finding& SegmentFinder::episode(FindingKind kind, std::uint32_t packet, std::uint64_t key, DurationNs gap) {
    const auto side = index_of(context_.from(packet));
    std::size_t& at = open_[side][static_cast<std::size_t>(kind)];
    std::uint64_t& about = key_[side][static_cast<std::size_t>(kind)];
    const bool goes_on = at != kNoEpisode && about == key && time(packet) - findings_[at].end_ns <= gap;
    if (!goes_on) {
        at = findings_.size();
        about = key;
        Finding begun = finding_about(context_, kind, {id_, context_.from(packet)});
        begun.begin_ns = time(packet);
        findings_.push_back(std::move(begun));
    }
    Finding& finding = findings_[at];
    finding.end_ns = time(packet);
    if (++finding.count <= kMaxEvidenceEvents) finding.events.push_back({EventKind::kPacket, packet});
    return finding;
}

// A closed window lasts until the same side announces another one.
void SegmentFinder::note_window(std::uint32_t packet) {
    if (context_.has(packet, capture::kRst | capture::kSyn)) return;
    const auto side = index_of(context_.from(packet));
    const bool closed = context_.window_bytes(packet) == 0;
    reopened_ = window_closed_[side] && !closed;
    window_closed_[side] = closed;
    std::size_t& at = open_[side][static_cast<std::size_t>(FindingKind::kZeroWindow)];
    if (closed || at == kNoEpisode) return;
    findings_[at].end_ns = time(packet);
    findings_[at].events.push_back({EventKind::kPacket, packet});
    at = kNoEpisode;
}

void SegmentFinder::judge(std::uint32_t packet, std::uint16_t flags) {
    const auto side = index_of(context_.from(packet));
    const auto peer = 1 - side;
    const ByteRange range = range_of(packet);
    if ((flags & kRetransmission) != 0 && !context_.has(packet, capture::kSyn)) judge_repetition(packet, flags);
    if ((flags & kOutOfOrder) != 0) {
        Finding& late = episode(FindingKind::kOutOfOrder, packet, 0, kSameEpisode);
        late.range = late.count == 1
                         ? range
                         : ByteRange{std::min(late.range.begin, range.begin), std::max(late.range.end, range.end)};
    }
    if ((flags & kDuplicateAck) != 0) episode(FindingKind::kDuplicateAck, packet, context_.ack_offset(packet), kNever);
    if ((flags & kLostSegment) != 0) {
        Finding& gap = episode(FindingKind::kLostSegment, packet, range.begin, 0);
        gap.range = {std::min(highest_[side], range.begin), range.begin};
    }
    if ((flags & kZeroWindow) != 0) episode(FindingKind::kZeroWindow, packet, 0, kNever);
    if ((flags & kWindowFull) != 0) {
        episode(FindingKind::kWindowFull, packet, 0, kSameEpisode);
        window_filled_[side] = true;
    }
    // Only what lets the peer go on is worth knowing: its window was closed, or filled.
    if ((flags & kWindowUpdate) != 0 && (reopened_ || window_filled_[peer])) {
        episode(FindingKind::kWindowUpdate, packet, 0, kSameEpisode).amount = context_.window_bytes(packet);
        window_filled_[peer] = false;
    }
    // Linux probes a closed window with the sequence number before the next byte, as it does to keep alive
    // (tcp_xmit_probe_skb()); Wireshark calls both keep-alive.
    const bool probes = (flags & kZeroWindowProbe) != 0 || ((flags & kKeepAlive) != 0 && window_closed_[peer]);
    if (probes) {
        episode(FindingKind::kZeroWindowProbe, packet, highest_[side], kNever);
    } else if ((flags & kKeepAlive) != 0) {
        episode(FindingKind::kKeepAlive, packet, highest_[side], kNever);
    }
    if ((flags & kReusedPorts) != 0) episode(FindingKind::kPortReuse, packet, 0, 0);
}

// The last packet before this one that carried its first byte; kNoPacket when none did.
std::uint32_t SegmentFinder::copy_before(std::uint32_t packet) const {
    const StreamLedger* ledger = context_.stream({id_, context_.from(packet)});
    return ledger == nullptr ? kNoPacket : carrier_before(*ledger, context_.offset(packet), packet);
}

FindingKind SegmentFinder::timer_of(std::uint32_t packet, std::uint32_t copy, Evidence& evidence) const {
    if (copy == kNoPacket) return FindingKind::kRetransmission;
    const Side side = context_.from(packet);
    const bool tail = range_of(packet).end >= highest_[index_of(side)];
    const SocketId socket = flow_.end(side).socket;
    for (const std::uint32_t index : context_.calls.samples_within(socket, time(packet), time(packet) + kSampleSoon)) {
        const Sample& sample = context_.recording().samples[index];
        if ((sample.has & Sample::kTcpInfo) == 0) continue;
        evidence = Evidence::kMeasured;
        if (sample.tcp.ca_state == kRecoveryState) return FindingKind::kFastRetransmission;
        if (sample.tcp.retransmits > 0 || sample.tcp.ca_state == kLossState) return FindingKind::kRetransmissionTimeout;
        return tail && sample.tcp.ca_state <= 1 ? FindingKind::kTailLossProbe : FindingKind::kRetransmission;
    }
    evidence = Evidence::kInferred;
    const DurationNs waited = time(packet) - time(copy);
    if (waited >= kLeastTimeout) return FindingKind::kRetransmissionTimeout;
    return tail && may_be_probe(waited) ? FindingKind::kTailLossProbe : FindingKind::kRetransmission;
}

// A probe comes after two round trips, and only where both ends know SACK (RFC 8985, 7.2).
bool SegmentFinder::may_be_probe(DurationNs waited) const {
    const FlowMarks& marks = flow_.marks;
    if (marks.syn == kNoPacket || marks.syn_ack == kNoPacket || waited < kLeastProbe) return false;
    if (waited < 2 * (time(marks.syn_ack) - time(marks.syn))) return false;
    const auto permits = [&](std::uint32_t packet) {
        return decode_packet(context_.recording(), packet).tcp.options.sack_permitted;
    };
    return permits(marks.syn) && permits(marks.syn_ack);
}

void SegmentFinder::judge_repetition(std::uint32_t packet, std::uint16_t flags) {
    Evidence evidence = Evidence::kDerived;
    const std::uint32_t copy = copy_before(packet);
    FindingKind kind = FindingKind::kRetransmission;
    if ((flags & kSpuriousRetransmission) != 0) {
        kind = FindingKind::kSpuriousRetransmission;
    } else if ((flags & kFastRetransmission) != 0) {
        kind = FindingKind::kFastRetransmission;
    } else {
        kind = timer_of(packet, copy, evidence);
    }
    const ByteRange range = range_of(packet);
    const bool by_timer = kind == FindingKind::kRetransmissionTimeout || kind == FindingKind::kTailLossProbe;
    // A time-out repeats with ever longer gaps; the others belong together while they follow one another.
    Finding& finding = by_timer ? episode(kind, packet, range.begin, kNever) : episode(kind, packet, 0, kSameEpisode);
    if (finding.count > 1) {
        finding.range = {std::min(finding.range.begin, range.begin), std::max(finding.range.end, range.end)};
        return;
    }
    finding.range = range;
    finding.evidence = evidence;
    if (copy == kNoPacket) return;
    if (by_timer) finding.begin_ns = time(copy);
    finding.events.push_back({EventKind::kPacket, copy});
}

}  // namespace

void find_in_segments(const FinderContext& context, FlowId flow, std::vector<Finding>& findings) {
    SegmentFinder(context, flow, findings).find();
}

}  // namespace wirestory::analysis
