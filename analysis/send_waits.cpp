#include "analysis/send_waits.hpp"

#include <algorithm>

namespace wirestory::analysis {
namespace {

constexpr StreamOffset kDefaultMssBytes = 536;  // RFC 9293, 3.7.1: when the peer announced none
constexpr std::uint8_t kCongestionReduced = 2;  // TCP_CA_CWR (include/uapi/linux/tcp.h); above it: recovery, loss

// What may change why bytes wait, in the order in which it counts at one moment.
enum class Change : std::uint8_t { kSample, kWindow, kStep, kCallBegins, kCallEnds };

struct Moment {
    TimeNs time_ns = 0;
    Change change = Change::kStep;
    std::uint32_t index = 0;  // of the sample, packet, step or call
};

class WaitFinder {
public:
    WaitFinder(const CallIndex& calls, const Analysis& analysis, const StreamLedger& ledger)
        : calls_(calls),
          analysis_(analysis),
          ledger_(ledger),
          flow_(analysis.flows[ledger.id.flow]),
          socket_(flow_.end(ledger.id.from).socket) {
        const StreamOffset announced = flow_.end(other(ledger.id.from)).mss_bytes;
        mss_ = announced != 0 ? announced : kDefaultMssBytes;
    }

    std::vector<WaitSpan> find() {
        gather();
        for (const Moment& moment : moments_) {
            const EventRef event = apply(moment);
            const SendWait why = reason();
            if (why == open_.why) continue;
            close(moment.time_ns, event);
            open_ = {moment.time_ns, moment.time_ns, why, event, {}};
        }
        close(std::max(flow_.last_ns, open_.begin_ns), {});
        return std::move(spans_);
    }

private:
    void gather();
    EventRef apply(const Moment& moment);
    void apply_sample(const Sample& sample);
    void apply_step(const SendStep& step);
    void apply_call(const Call& call);
    [[nodiscard]] SendWait reason() const;
    // The kernel counts segments, however small (tcp_cwnd_test(), net/ipv4/tcp_output.c).
    [[nodiscard]] std::size_t segments_in_flight() const {
        const auto first = std::upper_bound(segments_.begin(), segments_.end(), now_.acknowledged);
        const auto last = std::lower_bound(segments_.begin(), segments_.end(), now_.sent);
        // The one that holds the first unacknowledged byte began at it or before it.
        return static_cast<std::size_t>(std::max<std::ptrdiff_t>(last - first, 0)) + 1;
    }
    void close(TimeNs when, EventRef event) {
        if (open_.why == SendWait::kNone || when <= open_.begin_ns) return;
        open_.end_ns = when;
        open_.ended_by = event;
        spans_.push_back(open_);
    }
    [[nodiscard]] bool speaks_of_window(std::uint32_t packet) const {
        return analysis_.packets.from[packet] != ledger_.id.from &&
               (analysis_.packets.tcp_flags[packet] & capture::kRst) == 0;
    }

    const CallIndex& calls_;
    const Analysis& analysis_;
    const StreamLedger& ledger_;
    const Flow& flow_;
    SocketId socket_;
    std::vector<Moment> moments_;
    std::vector<WaitSpan> spans_;
    WaitSpan open_;
    SendStep now_;
    StreamOffset mss_ = 0;
    StreamOffset window_end_ = 0;
    bool window_known_ = false;
    StreamOffset small_end_ = 0;  // up to where the last segment below one MSS went: Minshall's form of Nagle's rule
    std::vector<StreamOffset> segments_;  // where each segment began that was sent for the first time, ascending
    std::uint32_t cwnd_segments_ = 0;     // 0: never sampled
    bool reduced_ = false;                // the congestion control holds back after a loss or a mark
    bool no_delay_ = false;
    bool cork_ = false;
    bool more_ = false;      // the last send said that more will come
    bool sleeping_ = false;  // a send sleeps for room
};

void WaitFinder::gather() {
    for (const Carried& carried : ledger_.carried) {
        if (!carried.retransmission) segments_.push_back(carried.range.begin);
    }
    std::sort(segments_.begin(), segments_.end());
    for (std::uint32_t i = 0; i < ledger_.send_buffer.size(); ++i) {
        moments_.push_back({ledger_.send_buffer[i].time_ns, Change::kStep, i});
    }
    for (const std::uint32_t packet : flow_.packets) {
        if (!speaks_of_window(packet)) continue;
        const TimeNs when = analysis_.sightings.arrival_ns(packet);
        if (when != kNeverArrives) moments_.push_back({when, Change::kWindow, packet});
    }
    for (const std::uint32_t sample : calls_.samples_of(socket_)) {
        const Sample& seen = calls_.recording().samples[sample];
        if ((seen.has & Sample::kTcpInfo) != 0) moments_.push_back({seen.time_ns, Change::kSample, sample});
    }
    for (const std::uint32_t index : calls_.calls_of(socket_)) {
        const Call& call = calls_.call(index);
        if (!writes_data(call.kind) && call.kind != CallKind::kSetsockopt) continue;
        moments_.push_back({call.enter_ns, Change::kCallBegins, index});
        if (call.returned_at_all()) moments_.push_back({call.exit_ns, Change::kCallEnds, index});
    }
    std::stable_sort(moments_.begin(), moments_.end(), [](const Moment& a, const Moment& b) {
        return a.time_ns != b.time_ns ? a.time_ns < b.time_ns : a.change < b.change;
    });
}

EventRef WaitFinder::apply(const Moment& moment) {
    switch (moment.change) {
        case Change::kStep: apply_step(ledger_.send_buffer[moment.index]); return now_.cause;
        case Change::kWindow:
            window_end_ = analysis_.packets.ack_offset[moment.index] + analysis_.packets.window_bytes[moment.index];
            window_known_ = true;
            return {EventKind::kPacket, moment.index};
        case Change::kSample:
            apply_sample(calls_.recording().samples[moment.index]);
            return {EventKind::kSample, moment.index};
        case Change::kCallBegins: apply_call(calls_.call(moment.index)); break;
        case Change::kCallEnds:
            if (writes_data(calls_.call(moment.index).kind)) sleeping_ = false;
            break;
    }
    return {EventKind::kCall, moment.index};
}

void WaitFinder::apply_sample(const Sample& sample) {
    if (sample.tcp.snd_mss_bytes != 0) mss_ = sample.tcp.snd_mss_bytes;
    cwnd_segments_ = sample.tcp.snd_cwnd_segments;
    reduced_ = sample.tcp.ca_state >= kCongestionReduced;
}

void WaitFinder::apply_step(const SendStep& step) {
    const StreamOffset left = step.sent - std::min(step.sent, now_.sent);
    if (left > 0 && left % mss_ != 0) small_end_ = step.sent;
    now_ = step;
}

void WaitFinder::apply_call(const Call& call) {
    if (writes_data(call.kind)) {
        more_ = call.arguments.find("MSG_MORE") != std::string::npos;
        sleeping_ = call.slept;
        return;
    }
    const TimeNs after = call.enter_ns + 1;  // option_at() takes what was entered before
    no_delay_ = calls_.option_at(socket_, "TCP_NODELAY", after).value_or(0) != 0;
    cork_ = calls_.option_at(socket_, "TCP_CORK", after).value_or(0) != 0;
}

SendWait WaitFinder::reason() const {
    const StreamOffset unsent = now_.written - std::min(now_.written, now_.sent);
    const StreamOffset in_flight = now_.sent - std::min(now_.sent, now_.acknowledged);
    if (unsent == 0) return sleeping_ && in_flight > 0 ? SendWait::kSendBuffer : SendWait::kNone;
    if (window_known_ && now_.sent + std::min(unsent, mss_) > window_end_) return SendWait::kReceiveWindow;
    if (unsent < mss_) {
        if (cork_ || more_) return SendWait::kCork;
        if (!no_delay_ && in_flight > 0 && small_end_ > now_.acknowledged) return SendWait::kNagle;
    }
    if (in_flight == 0) return SendWait::kNone;
    const bool full = cwnd_segments_ == 0 ? unsent >= mss_ : segments_in_flight() >= cwnd_segments_;
    return full || reduced_ ? SendWait::kCongestionWindow : SendWait::kNone;
}

}  // namespace

std::vector<WaitSpan> send_waits(const CallIndex& calls, const Analysis& analysis, const StreamLedger& ledger) {
    if (ledger.written.empty()) return {};
    return WaitFinder(calls, analysis, ledger).find();
}

SenderTimes sender_times(const CallIndex& calls, const Analysis& analysis, const StreamLedger& ledger,
                         const std::vector<WaitSpan>& waits, TimeNs until) {
    SenderTimes times;
    const auto add = [&](DurationNs& to, TimeNs begin, TimeNs end) {
        if (std::min(end, until) <= begin) return;
        to += std::min(end, until) - begin;
        ++times.spans;
    };
    for (const WaitSpan& wait : waits) {
        if (wait.why == SendWait::kReceiveWindow) add(times.receive_window_ns, wait.begin_ns, wait.end_ns);
        if (wait.why == SendWait::kSendBuffer) add(times.send_buffer_ns, wait.begin_ns, wait.end_ns);
    }
    // Busy: from the first byte in an empty queue until the queue is empty again (tcp_chrono_start()).
    TimeNs begun = kNever;
    for (const SendStep& step : ledger.send_buffer) {
        const bool holds = step.written > step.acknowledged;
        if (holds && begun == kNever) begun = step.time_ns;
        if (holds || begun == kNever) continue;
        add(times.busy_ns, begun, step.time_ns);
        begun = kNever;
    }
    if (begun != kNever) add(times.busy_ns, begun, until);
    const FlowMarks& marks = analysis.flows[ledger.id.flow].marks;
    const std::uint32_t fin = marks.fin[index_of(ledger.id.from)];
    const std::uint32_t acked = marks.fin_acked[index_of(ledger.id.from)];
    if (fin == kNoPacket || begun != kNever) return times;
    const TimeNs end = acked == kNoPacket ? kNever : analysis.sightings.arrival_ns(acked);
    add(times.busy_ns, calls.recording().packets.time_ns(fin), end);
    return times;
}

}  // namespace wirestory::analysis
