#include "analysis/flow_summary.hpp"

#include <algorithm>
#include <deque>
#include <limits>

#include "analysis/flow_table.hpp"
#include "analysis/packet_moments.hpp"
#include "analysis/tcp/segment_flags.hpp"

namespace wirestory::analysis {
namespace {

using capture::kAck;
using capture::kFin;
using capture::kRst;
using capture::kSyn;

constexpr std::size_t kMostWaiting = 10'000;  // segments whose ACK a round trip is measured with, at a time

bool seen(std::uint32_t packet) { return packet != kNoPacket; }

// What one direction has sent and what of it was acknowledged, as the sender knows it.
class Sending {
public:
    void send(TimeNs time_ns, ByteRange range) {
        const bool anew = range.begin < highest_;
        highest_ = std::max(highest_, range.end);
        if (anew) {
            waiting_.clear();  // which copy an ACK answers cannot be told any more
            unclear_until_ = highest_;
        } else if (range.end > unclear_until_ && waiting_.size() < kMostWaiting) {
            waiting_.push_back({range.end, time_ns});
        }
        most_ = std::max(most_, in_flight());
    }
    void acknowledge(TimeNs time_ns, StreamOffset up_to) {
        acked_ = std::max(acked_, up_to);
        while (!waiting_.empty() && waiting_.front().end <= up_to) {
            measure(time_ns - waiting_.front().time_ns);
            waiting_.pop_front();
        }
    }
    // The capture begins in the middle: what went before is nobody's.
    void begin_at(StreamOffset offset) {
        if (begun_) return;
        begun_ = true;
        highest_ = acked_ = offset;
    }

    [[nodiscard]] std::uint64_t in_flight() const { return highest_ > acked_ ? highest_ - acked_ : 0; }
    [[nodiscard]] std::uint64_t most() const { return most_; }
    [[nodiscard]] RoundTrips round_trips() const {
        RoundTrips trips = trips_;
        if (trips.count > 0) trips.mean_ns = sum_ns_ / trips.count;
        return trips;
    }

private:
    struct Waiting {
        StreamOffset end = 0;
        TimeNs time_ns = 0;
    };
    void measure(DurationNs took) {
        if (took < 0) return;
        trips_.least_ns = trips_.count == 0 ? took : std::min(trips_.least_ns, took);
        trips_.most_ns = std::max(trips_.most_ns, took);
        sum_ns_ += took;
        ++trips_.count;
    }

    std::deque<Waiting> waiting_;
    StreamOffset highest_ = 0;
    StreamOffset acked_ = 0;
    StreamOffset unclear_until_ = 0;
    std::uint64_t most_ = 0;
    RoundTrips trips_;
    DurationNs sum_ns_ = 0;
    bool begun_ = false;
};

class Summariser {
public:
    Summariser(const Recording& recording, const Analysis& analysis, FlowId id)
        : recording_(recording), analysis_(analysis), columns_(analysis.packets), flow_(analysis.flows[id]), id_(id) {}

    FlowSummary run() {
        for (const std::uint32_t packet : flow_.packets) count(packet);
        if (flow_.transport != capture::Transport::kTcp) return summary_;
        for_each_moment(analysis_.sightings, recording_, flow_.packets, [&](const PacketMoment& m) { move(m); });
        for (const Side side : {Side::kInitiator, Side::kResponder}) finish(side);
        read_options();
        note_states();
        summary_.completeness = completeness_of(analysis_, flow_);
        summary_.beginning = beginning();
        find_ending();
        const FlowMarks& marks = flow_.marks;
        if (seen(marks.syn) && seen(marks.established)) {
            summary_.handshake_rtt_ns = time(marks.established) - time(marks.syn);
        }
        return summary_;
    }

private:
    void count(std::uint32_t packet);
    void move(const PacketMoment& moment);
    void finish(Side side);
    void read_options();
    void note_states();
    [[nodiscard]] FlowBeginning beginning() const;
    void find_ending();
    [[nodiscard]] ResetAfter reset_after(std::uint32_t rst) const;
    [[nodiscard]] bool simultaneous_open() const;
    [[nodiscard]] bool ended_before(std::uint32_t rst) const;

    [[nodiscard]] TimeNs time(std::uint32_t packet) const { return recording_.packets.time_ns(packet); }
    [[nodiscard]] bool has(std::uint32_t packet, unsigned flags) const {
        return (columns_.tcp_flags[packet] & flags) != 0;
    }
    EndSummary& end(Side side) { return summary_.ends[index_of(side)]; }

    const Recording& recording_;
    const Analysis& analysis_;
    const PacketColumns& columns_;
    const Flow& flow_;
    FlowId id_;
    std::array<Sending, 2> sending_;
    FlowSummary summary_;
};

void Summariser::count(std::uint32_t packet) {
    EndSummary& from = end(columns_.from[packet]);
    ++from.packets;
    from.payload_bytes += columns_.payload_bytes[packet];
    if (flow_.transport != capture::Transport::kTcp) return;
    if ((columns_.segment_flags[packet] & kRetransmission) != 0) ++from.resent;
    if (!has(packet, kRst)) from.window_bytes = columns_.window_bytes[packet];
}

// Leaving, a segment is in flight; arriving, its ACK takes the other end's bytes out of it.
void Summariser::move(const PacketMoment& moment) {
    const std::uint32_t packet = moment.packet;
    if (has(packet, kRst)) return;
    const Side side = columns_.from[packet];
    const ByteRange range{columns_.offset[packet], columns_.offset[packet] + columns_.payload_bytes[packet]};
    if (moment.leaves) {
        sending_[index_of(side)].begin_at(range.begin);
        // A keep-alive repeats a byte that has long been acknowledged, or none.
        if (!range.empty() && (columns_.segment_flags[packet] & kKeepAlive) == 0) {
            sending_[index_of(side)].send(moment.time_ns, range);
        }
    }
    if (!moment.arrives || !has(packet, kAck)) return;
    Sending& peer = sending_[index_of(other(side))];
    peer.begin_at(columns_.ack_offset[packet]);
    peer.acknowledge(moment.time_ns, columns_.ack_offset[packet]);
}

void Summariser::finish(Side side) {
    const Sending& sending = sending_[index_of(side)];
    EndSummary& summary = end(side);
    summary.in_flight_bytes = sending.in_flight();
    summary.most_in_flight_bytes = sending.most();
    summary.round_trips = sending.round_trips();
    summary.mss_bytes = flow_.end(side).mss_bytes;
    summary.window_scale = flow_.end(side).window_scale;
}

// Of the SYNs only; what an option of any other segment says is no part of the negotiation.
void Summariser::read_options() {
    std::array<bool, 2> syn_read{};
    for (const std::uint32_t packet : flow_.packets) {
        const Side side = columns_.from[packet];
        if (!has(packet, kSyn)) break;
        if (syn_read[index_of(side)]) continue;
        syn_read[index_of(side)] = true;
        end(side).sack_permitted = decode_packet(recording_, packet).tcp.options.sack_permitted;
    }
    const auto& ends = summary_.ends;
    summary_.window_scaling = ends[0].window_scale >= 0 && ends[1].window_scale >= 0;
    summary_.sack = ends[0].sack_permitted && ends[1].sack_permitted;
}

// The last span of each end, where the analysis has any.
void Summariser::note_states() {
    const auto& states = analysis_.states;
    for (const Side side : {Side::kInitiator, Side::kResponder}) {
        const auto behind = std::partition_point(states.begin(), states.end(), [&](const StateSpan& span) {
            return span.flow < id_ || (span.flow == id_ && span.side <= side);
        });
        if (behind == states.begin()) continue;
        const StateSpan& last = *std::prev(behind);
        if (last.flow == id_ && last.side == side) end(side).state = last.state;
    }
}

bool Summariser::simultaneous_open() const {
    std::array<bool, 2> opens{};
    for (const std::uint32_t packet : flow_.packets) {
        if (!has(packet, kSyn)) break;
        if (!has(packet, kAck)) opens[index_of(columns_.from[packet])] = true;
    }
    return opens[0] && opens[1];
}

FlowBeginning Summariser::beginning() const {
    const FlowMarks& marks = flow_.marks;
    if (simultaneous_open()) return FlowBeginning::kSimultaneousOpen;
    if (!seen(marks.syn)) return seen(marks.syn_ack) ? FlowBeginning::kHalfCaptured : FlowBeginning::kBeforeCapture;
    const EndSummary& responder = summary_.end(Side::kResponder);
    if (!seen(marks.syn_ack)) {
        if (seen(marks.rst) && columns_.from[marks.rst] == Side::kResponder) return FlowBeginning::kRefused;
        // Whoever goes on after its SYN had an answer, which the capture lacks.
        const bool goes_on = std::any_of(flow_.packets.begin(), flow_.packets.end(),
                                         [&](std::uint32_t packet) { return !has(packet, kSyn | kRst); });
        return responder.packets == 0 && !goes_on ? FlowBeginning::kUnanswered : FlowBeginning::kHalfCaptured;
    }
    if (!seen(marks.established)) {
        const bool goes_on = std::any_of(flow_.packets.begin(), flow_.packets.end(),
                                         [&](std::uint32_t packet) { return !has(packet, kSyn | kRst); });
        return goes_on ? FlowBeginning::kHalfCaptured : FlowBeginning::kUnacknowledged;
    }
    const bool fast = columns_.payload_bytes[marks.syn] > 0 && columns_.ack_offset[marks.syn_ack] > 0;
    return fast ? FlowBeginning::kFastOpen : FlowBeginning::kHandshake;
}

// Both FINs had been acknowledged: the connection was over before the RST.
bool Summariser::ended_before(std::uint32_t rst) const {
    const FlowMarks& marks = flow_.marks;
    return seen(marks.fin_acked[0]) && seen(marks.fin_acked[1]) && marks.fin_acked[0] < rst && marks.fin_acked[1] < rst;
}

void Summariser::find_ending() {
    const FlowMarks& marks = flow_.marks;
    const auto [first, second] = marks.fin;
    const FlowBeginning how = summary_.beginning;
    const bool none = how == FlowBeginning::kUnanswered || how == FlowBeginning::kRefused;
    if (seen(marks.rst) && !ended_before(marks.rst)) {
        summary_.ended_by = columns_.from[marks.rst];
        summary_.reset_after = reset_after(marks.rst);
        summary_.ending = none ? FlowEnding::kNone : FlowEnding::kReset;
    } else if (seen(first) && seen(second)) {
        // fin_acked is the other end's first packet that covers a FIN: its own FIN does, in an ordinary close.
        const bool crossed = marks.fin_acked[0] > second && marks.fin_acked[1] > first &&
                             (seen(marks.fin_acked[0]) || seen(marks.fin_acked[1]));
        summary_.ending = crossed ? FlowEnding::kSimultaneousClose : FlowEnding::kClosed;
        summary_.ended_by = first < second ? Side::kInitiator : Side::kResponder;
    } else if (seen(first) || seen(second)) {
        summary_.ending = FlowEnding::kHalfClosed;
        summary_.ended_by = seen(first) ? Side::kInitiator : Side::kResponder;
    } else {
        summary_.ending = none ? FlowEnding::kNone : FlowEnding::kOpen;
    }
}

ResetAfter Summariser::reset_after(std::uint32_t rst) const {
    ResetAfter after = ResetAfter::kSyn;
    for (const std::uint32_t packet : flow_.packets) {
        if (packet == rst) break;
        if (has(packet, kRst)) continue;
        if (has(packet, kFin)) return ResetAfter::kFin;
        if (columns_.payload_bytes[packet] > 0 && !has(packet, kSyn)) after = ResetAfter::kData;
        if (after == ResetAfter::kSyn && !has(packet, kSyn)) after = ResetAfter::kHandshake;
    }
    return after;
}

}  // namespace

FlowSummary summarise(const Recording& recording, const Analysis& analysis, FlowId flow) {
    if (flow >= analysis.flows.size()) return {};
    return Summariser(recording, analysis, flow).run();
}

// As tshark 4.0 counts: an ACK is a segment without data that carries the flag, be it a FIN or a RST.
std::uint8_t completeness_of(const Analysis& analysis, const Flow& flow) {
    unsigned bits = 0;
    if (flow.transport != capture::Transport::kTcp) return 0;
    for (const std::uint32_t packet : flow.packets) {
        const std::uint16_t flags = analysis.packets.tcp_flags[packet];
        const bool data = analysis.packets.payload_bytes[packet] > 0;
        if ((flags & kSyn) != 0) {
            bits |= (flags & kAck) != 0 ? kHasSynAck : kHasSyn;
        } else if (!data && (flags & kAck) != 0) {
            bits |= kHasAck;
        }
        if (data) bits |= kHasData;
        if ((flags & kFin) != 0) bits |= kHasFin;
        if ((flags & kRst) != 0) bits |= kHasRst;
    }
    return static_cast<std::uint8_t>(bits);
}

}  // namespace wirestory::analysis
