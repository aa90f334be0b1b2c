#include "analysis/kernel_agreement.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "analysis/call_index.hpp"
#include "analysis/send_waits.hpp"

namespace wirestory::analysis {
namespace {

// The least and the most that a figure was within some stretch of time.
struct Bounds {
    std::int64_t min = std::numeric_limits<std::int64_t>::max();
    std::int64_t max = std::numeric_limits<std::int64_t>::min();
    void take(std::int64_t value) {
        min = std::min(min, value);
        max = std::max(max, value);
    }
};

struct Stretch {
    TimeNs begin = 0;
    TimeNs end = 0;
};

// One socket as one end of one TCP flow.
class EndComparison {
public:
    EndComparison(const CallIndex& calls, const Analysis& analysis, const SocketEnd& end,
                  const AgreementOptions& options, AgreementCounts& counts, std::vector<Disagreement>& out)
        : calls_(calls),
          analysis_(analysis),
          flow_(analysis.flows[end.flow]),
          socket_(end.socket),
          options_(options),
          sends_(*analysis.stream({end.flow, end.side})),
          receives_(*analysis.stream({end.flow, other(end.side)})),
          counts_(counts),
          out_(out) {}

    void run() {
        find_gone();
        for (const std::uint32_t sample : calls_.samples_of(socket_)) compare_sample(sample);
        for (const std::uint32_t report : calls_.reports_of(socket_)) compare_report(report);
        compare_times();
    }

private:
    void find_gone();
    void compare_sample(std::uint32_t index);
    void compare_report(std::uint32_t index);
    void compare_times();
    void check_time(std::uint32_t sample, std::string_view figure, std::uint64_t reported_us, DurationNs derived_ns,
                    std::size_t spans);
    void check(EventRef event, std::string_view figure, StreamId stream, std::uint32_t reported, Bounds derived);
    [[nodiscard]] Stretch stretch_around(TimeNs when) const;
    [[nodiscard]] Bounds queued(Stretch stretch, bool unsent_only) const;
    [[nodiscard]] Bounds unread(Stretch stretch) const;
    // When this end learned that its FIN is acknowledged: the first such ACK may be lost.
    [[nodiscard]] TimeNs fin_acked_ns() const;
    [[nodiscard]] Bounds fin_counts(Stretch stretch, bool unsent_only) const;
    [[nodiscard]] TimeNs packet_time(std::uint32_t packet) const { return calls_.recording().packets.time_ns(packet); }

    const CallIndex& calls_;
    const Analysis& analysis_;
    const Flow& flow_;
    SocketId socket_;
    const AgreementOptions& options_;
    const StreamLedger& sends_;
    const StreamLedger& receives_;
    AgreementCounts& counts_;
    TimeNs gone_ns_ = kNever;
    std::vector<Disagreement>& out_;
};

// After a RST, and once the connection is in TIME_WAIT or closed, the socket's counters no longer speak of the queues.
void EndComparison::find_gone() {
    for (const StateSpan& span : analysis_.states) {
        if (span.flow != sends_.id.flow || span.side != sends_.id.from) continue;
        if (span.state != TcpState::kTimeWait && span.state != TcpState::kClosed) continue;
        gone_ns_ = std::min(gone_ns_, span.begin_ns);
    }
}

Stretch EndComparison::stretch_around(TimeNs when) const {
    Stretch stretch{when - options_.before_ns, when + options_.after_ns};
    const Stretch bare = stretch;
    // Either end's calls move bytes: a send fills this end's queue, and the peer's recv opens its window.
    for (const FlowEnd& end : flow_.ends) {
        for (const std::uint32_t index : calls_.calls_of(end.socket)) {
            const Call& call = calls_.call(index);
            if (call.enter_ns > bare.end) break;
            if (call.exit_ns < bare.begin) continue;
            stretch.begin = std::min(stretch.begin, call.enter_ns);
            if (end.socket == socket_ && call.returned_at_all()) stretch.end = std::max(stretch.end, call.exit_ns);
        }
    }
    return stretch;
}

// Visits the step in force at the begin of the stretch and every later one within it.
template <class Step, class Visit>
void visit_steps(const std::vector<Step>& steps, Stretch stretch, Visit visit) {
    auto at = std::partition_point(steps.begin(), steps.end(),
                                   [&](const Step& step) { return step.time_ns <= stretch.begin; });
    visit(at == steps.begin() ? Step{} : *(at - 1));
    for (; at != steps.end() && at->time_ns <= stretch.end; ++at) visit(*at);
}

Bounds EndComparison::queued(Stretch stretch, bool unsent_only) const {
    Bounds bounds;
    visit_steps(sends_.send_buffer, stretch, [&](const SendStep& step) {
        const StreamOffset from = unsent_only ? step.sent : step.acknowledged;
        bounds.take(static_cast<std::int64_t>(step.written - from));
    });
    const Bounds fin = fin_counts(stretch, unsent_only);
    return {bounds.min + fin.min, bounds.max + fin.max};
}

TimeNs EndComparison::fin_acked_ns() const {
    const std::uint32_t first = flow_.marks.fin_acked[index_of(sends_.id.from)];
    TimeNs acked_ns = kNever;
    for (auto at = std::lower_bound(flow_.packets.begin(), flow_.packets.end(), first); at != flow_.packets.end();
         ++at) {
        if (analysis_.packets.from[*at] == sends_.id.from) continue;
        if ((analysis_.packets.tcp_flags[*at] & capture::kAck) == 0) continue;
        acked_ns = std::min(acked_ns, analysis_.sightings.arrival_ns(*at));
        if (!analysis_.sightings.any() || acked_ns != kNever) break;
    }
    return acked_ns;
}

// The FIN is queued in shutdown() or close(), leaves with its packet, and is gone with its ACK.
Bounds EndComparison::fin_counts(Stretch stretch, bool unsent_only) const {
    TimeNs asked_enter = kNever;
    TimeNs asked_exit = kNever;
    for (const std::uint32_t index : calls_.calls_of(socket_)) {
        const Call& call = calls_.call(index);
        const bool reads_only = call.arguments.starts_with("SHUT_RD") && !call.arguments.starts_with("SHUT_RDWR");
        const bool closes = call.kind == CallKind::kClose || (call.kind == CallKind::kShutdown && !reads_only);
        if (!closes || call.failed()) continue;
        asked_enter = call.enter_ns;
        asked_exit = call.exit_ns;
        break;
    }
    const std::size_t side = index_of(sends_.id.from);
    const std::uint32_t fin = flow_.marks.fin[side];
    TimeNs over_ns = fin == kNoPacket ? kNever : packet_time(fin);
    if (!unsent_only) over_ns = fin_acked_ns();
    Bounds bounds;
    const bool surely = asked_exit <= stretch.begin && over_ns > stretch.end;
    const bool possibly = asked_enter <= stretch.end && over_ns >= stretch.begin;
    bounds.take(possibly ? 1 : 0);
    bounds.take(surely ? 1 : 0);
    return bounds;
}

Bounds EndComparison::unread(Stretch stretch) const {
    Bounds bounds;
    visit_steps(receives_.receive_buffer, stretch,
                [&](const ReceiveStep& step) { bounds.take(static_cast<std::int64_t>(step.arrived - step.read)); });
    return bounds;
}

void EndComparison::check(EventRef event, std::string_view figure, StreamId stream, std::uint32_t reported,
                          Bounds derived) {
    if (reported >= derived.min && reported <= derived.max) return;
    out_.push_back({event, std::string(figure), stream, reported, derived.min, derived.max});
}

void EndComparison::compare_sample(std::uint32_t index) {
    const Sample& sample = calls_.recording().samples[index];
    const Stretch stretch = stretch_around(sample.time_ns);
    if (stretch.end >= gone_ns_) return;
    // Before the SYN of this connection the socket speaks of none, or of an earlier attempt that was refused: then
    // write_seq - snd_una is what that one left behind.
    if (flow_.marks.syn != kNoPacket && sample.time_ns < packet_time(flow_.marks.syn)) return;
    ++counts_.samples;
    const EventRef event{EventKind::kSample, index};
    if ((sample.has & Sample::kOutq) != 0) {
        check(event, "SIOCOUTQ", sends_.id, sample.unacked_and_unsent_bytes, queued(stretch, false));
    }
    if ((sample.has & Sample::kOutqNsd) != 0) {
        check(event, "SIOCOUTQNSD", sends_.id, sample.unsent_bytes, queued(stretch, true));
    }
    if ((sample.has & Sample::kInq) != 0) {
        check(event, "SIOCINQ", receives_.id, sample.unread_bytes, unread(stretch));
    }
}

// A report names the last byte of a send. It must be one, and the report must come about when a segment with that byte
// left, or when that byte was acknowledged.
void EndComparison::compare_report(std::uint32_t index) {
    const TxReport& report = calls_.recording().tx_reports[index];
    ++counts_.reports;
    Disagreement wrong{{EventKind::kTxReport, index}, "TX report", sends_.id, report.id, -1, -1};
    for (StreamOffset offset = report.id; offset < sends_.total_bytes; offset += StreamOffset{1} << 32U) {
        const auto writes = writes_in(sends_, {offset, offset + 1});
        if (writes.empty() || writes.front().range.end - 1 != offset) continue;
        std::vector<TimeNs> moments;
        if (report.kind == TxReportKind::kAcknowledged) {
            const Acknowledged* ack = acknowledging(sends_, offset);
            if (ack != nullptr) moments.push_back(ack->time_ns);
        } else {
            for (const std::uint32_t carrier : carriers_of(sends_, {offset, offset + 1})) {
                moments.push_back(sends_.carried[carrier].time_ns);
            }
        }
        const auto near = [&](TimeNs moment) {
            return report.time_ns >= moment - options_.report_slack_ns &&
                   report.time_ns <= moment + options_.report_slack_ns;
        };
        if (std::any_of(moments.begin(), moments.end(), near)) return;
        wrong.derived_min = wrong.derived_max = static_cast<std::int64_t>(offset);
    }
    out_.push_back(wrong);
}

// The last reading of the connection's life counts: the times only grow.
void EndComparison::compare_times() {
    if (!options_.compare_times) return;
    const auto samples = calls_.samples_of(socket_);
    for (auto at = samples.rbegin(); at != samples.rend(); ++at) {
        const Sample& sample = calls_.recording().samples[*at];
        const bool speaks = (sample.has & Sample::kTcpInfo) != 0 && sample.tcp.state != TcpState::kClosed &&
                            sample.tcp.state != TcpState::kUnknown && sample.time_ns + options_.after_ns < gone_ns_;
        if (!speaks) continue;
        const std::vector<WaitSpan> waits = send_waits(calls_, analysis_, sends_);
        const SenderTimes times = sender_times(calls_, analysis_, sends_, waits, sample.time_ns);
        ++counts_.times;
        check_time(*at, "tcpi_busy_time", sample.tcp.busy_time_us, times.busy_ns, times.spans);
        check_time(*at, "tcpi_rwnd_limited", sample.tcp.rwnd_limited_us, times.receive_window_ns, times.spans);
        check_time(*at, "tcpi_sndbuf_limited", sample.tcp.sndbuf_limited_us, times.send_buffer_ns, times.spans);
        return;
    }
}

// Each of n stretches is off by up to a tick, this way or that: together by some three standard deviations.
void EndComparison::check_time(std::uint32_t sample, std::string_view figure, std::uint64_t reported_us,
                               DurationNs derived_ns, std::size_t spans) {
    const auto tick = static_cast<double>(options_.tick_ns);
    const auto derived = static_cast<double>(derived_ns);
    const auto count = static_cast<double>(spans);
    const double odds = count == 0 ? 0 : std::min(derived / count / tick, 0.25);
    const double ticks = std::min(count, 1 + 3 * std::sqrt(count * odds));
    const double slack =
        std::max(static_cast<double>(options_.time_slack_ns), options_.time_share * derived) + ticks * tick;
    Bounds bounds;
    bounds.take(static_cast<std::int64_t>((derived - slack) / kMicrosecondNs));
    bounds.take(static_cast<std::int64_t>((derived + slack) / kMicrosecondNs));
    const auto reported = static_cast<std::int64_t>(reported_us);
    if (reported >= bounds.min && reported <= bounds.max) return;
    out_.push_back({{EventKind::kSample, sample}, std::string(figure), sends_.id, reported, bounds.min, bounds.max});
}

}  // namespace

std::string Disagreement::to_string() const {
    const char* kind = event.kind == EventKind::kTxReport ? "send report" : "sample";
    if (event.kind == EventKind::kTxReport) {
        return fmt::format("{} {}: byte {} is {}", kind, event.index, reported,
                           derived_min < 0 ? "not the last of any send" : "reported far from its segment or ACK");
    }
    return fmt::format("{} {}: {} is {}, derived {}..{}", kind, event.index, figure, reported, derived_min,
                       derived_max);
}

std::vector<Disagreement> compare_with_kernel(const Recording& recording, const Analysis& analysis,
                                              const AgreementOptions& options, AgreementCounts* counts) {
    std::vector<Disagreement> found;
    AgreementCounts compared;
    const CallIndex calls(recording);
    for (const SocketEnd& end : analysis.socket_ends) {
        if (analysis.flows[end.flow].transport != capture::Transport::kTcp) continue;
        EndComparison(calls, analysis, end, options, compared, found).run();
    }
    if (counts != nullptr) *counts = compared;
    return found;
}

}  // namespace wirestory::analysis
