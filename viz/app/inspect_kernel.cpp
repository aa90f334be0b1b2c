// What the kernel said of the sockets of an event: its samples around it, and its reports of a send.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "viz/app/event_text.hpp"
#include "viz/app/inspect.hpp"
#include "viz/app/ui_strings.hpp"

namespace wirestory::viz {

namespace {

// The sample at a call's return is stamped within this of the call's own stamp; that at its entry has the same stamp.
constexpr DurationNs kCallSlackNs = kMillisecondNs;

bool by_observer(const Sample& sample) {
    return sample.trigger == SampleTrigger::kPacket || sample.trigger == SampleTrigger::kTick;
}

class SamplesAround {
public:
    SamplesAround(const Recording& recording, SocketId socket) : samples_(recording.samples), socket_(socket) {}

    // The first at `time` or later, or the last at `time` or earlier, that `wanted` takes and that lies within `limit`.
    template <class Wanted>
    [[nodiscard]] std::optional<std::uint32_t> after(TimeNs time, DurationNs limit, Wanted wanted) const {
        for (std::size_t i = place_of(time); i < samples_.size() && samples_[i].time_ns - time <= limit; ++i) {
            if (samples_[i].socket == socket_ && wanted(samples_[i])) return static_cast<std::uint32_t>(i);
        }
        return std::nullopt;
    }
    template <class Wanted>
    [[nodiscard]] std::optional<std::uint32_t> before(TimeNs time, DurationNs limit, Wanted wanted) const {
        for (std::size_t i = place_of(time + 1); i > 0 && time - samples_[i - 1].time_ns <= limit; --i) {
            if (samples_[i - 1].socket == socket_ && wanted(samples_[i - 1])) return static_cast<std::uint32_t>(i - 1);
        }
        return std::nullopt;
    }

private:
    [[nodiscard]] std::size_t place_of(TimeNs time) const {
        const auto at = std::lower_bound(samples_.begin(), samples_.end(), time,
                                         [](const Sample& sample, TimeNs t) { return sample.time_ns < t; });
        return static_cast<std::size_t>(at - samples_.begin());
    }

    const std::vector<Sample>& samples_;  // sorted by time
    SocketId socket_;
};

constexpr DurationNs kAnyDistance = kNeverReturned / 4;

// When the socket's next call begins: a sample after that is not this call's.
TimeNs next_entry(const Recording& recording, std::uint32_t index) {
    const Call& call = recording.calls[index];
    for (std::size_t i = index + 1; i < recording.calls.size(); ++i) {
        const Call& later = recording.calls[i];
        if (later.socket == call.socket && later.enter_ns >= call.exit_ns) return later.enter_ns;
        if (later.enter_ns > call.exit_ns + kCallSlackNs) break;
    }
    return kNeverReturned;
}

void call_samples(const Recording& recording, std::uint32_t index, std::vector<KernelView>& views) {
    const Call& call = recording.calls[index];
    const SamplesAround around(recording, call.socket);
    const auto add = [&](std::optional<std::uint32_t> sample, TimeNs time) {
        if (sample) views.push_back({*sample, time});
    };
    add(around.before(call.enter_ns, 0, [](const Sample& s) { return s.trigger == SampleTrigger::kCallEnter; }),
        call.enter_ns);
    if (call.returned_at_all()) {
        const DurationNs limit = std::min(kCallSlackNs, next_entry(recording, index) - call.exit_ns);
        add(around.after(call.exit_ns, limit, [](const Sample& s) { return s.trigger == SampleTrigger::kCallExit; }),
            call.exit_ns);
    }
    const TimeNs time = call.returned_at_all() ? call.exit_ns : call.enter_ns;
    add(nearest_sample(recording, call.socket, time), time);
}

Text when(const Sample& sample) {
    switch (sample.trigger) {
        case SampleTrigger::kCallEnter: return Text::kAtEntry;
        case SampleTrigger::kCallExit: return Text::kAtExit;
        default: return Text::kByObserver;
    }
}

// What the queues held, as far as it was read.
void add_queues(const Sample& sample, Language language, std::vector<Field>& fields) {
    const auto add = [&](Text name, std::uint32_t bytes) {
        fields.push_back({text(name, language), fmt::format("{} B", bytes)});
    };
    const bool unsent = (sample.has & Sample::kOutqNsd) != 0;
    const bool queued = (sample.has & Sample::kOutq) != 0;
    if (unsent) add(Text::kUnsentBytes, sample.unsent_bytes);
    if (queued && unsent) {
        const std::uint32_t not_sent = std::min(sample.unsent_bytes, sample.unacked_and_unsent_bytes);
        add(Text::kUnackedBytes, sample.unacked_and_unsent_bytes - not_sent);
    } else if (queued) {
        add(Text::kQueuedBytes, sample.unacked_and_unsent_bytes);
    }
    if ((sample.has & Sample::kInq) != 0) add(Text::kUnreadBytes, sample.unread_bytes);
}

bool reports_on(const TxReport& report, SocketId socket, std::uint32_t id) {
    return report.socket == socket && report.id == id;
}

// How a report names the send: by its last byte's offset on TCP, by its number on UDP
// (Documentation/networking/timestamping.rst, SOF_TIMESTAMPING_OPT_ID).
std::optional<std::uint32_t> report_id(const Recording& recording, const analysis::Analysis& analysis,
                                       std::uint32_t call) {
    for (const analysis::SocketEnd& end : analysis.ends_of(recording.calls[call].socket)) {
        const analysis::StreamLedger* stream = analysis.stream({end.flow, end.side});
        if (stream == nullptr) continue;
        for (const analysis::Written& written : stream->written) {
            if (written.call == call && !written.range.empty())
                return static_cast<std::uint32_t>(written.range.end - 1);
        }
        return std::nullopt;
    }
    std::uint32_t number = 0;
    for (std::uint32_t i = 0; i < call; ++i) {
        const Call& earlier = recording.calls[i];
        const bool sent = earlier.socket == recording.calls[call].socket && writes_data(earlier.kind);
        if (sent && earlier.returned >= 0) ++number;
    }
    return number;
}

}  // namespace

std::optional<std::uint32_t> nearest_sample(const Recording& recording, SocketId socket, TimeNs time) {
    const SamplesAround around(recording, socket);
    const auto after = around.after(time, kAnyDistance, by_observer);
    const auto before = around.before(time, kAnyDistance, by_observer);
    if (!after || !before) return after ? after : before;
    const auto time_of = [&](std::uint32_t sample) { return recording.samples[sample].time_ns; };
    return time_of(*after) - time < time - time_of(*before) ? after : before;
}

std::vector<KernelView> kernel_views(const Recording& recording, const analysis::Analysis& analysis, EventRef event) {
    std::vector<KernelView> views;
    if (event.kind == EventKind::kCall && event.index < recording.calls.size()) {
        if (recording.calls[event.index].socket != kNoSocket) {
            call_samples(recording, event.index, views);
        }
        return views;
    }
    if (event.kind != EventKind::kPacket || event.index >= recording.packets.size()) return views;
    const TimeNs time = recording.packets.time_ns(event.index);
    for (const SocketId socket : sockets_of(recording, analysis, event)) {
        const auto after = SamplesAround(recording, socket).after(time, kAnyDistance, by_observer);
        if (after) views.push_back({*after, time});
    }
    return views;
}

FieldGroup sample_fields(const Recording& recording, const Sample& sample, TimeNs event_time, Language language) {
    FieldGroup group;
    const DurationNs distance = sample.time_ns - event_time;
    if (sample.socket < recording.sockets.size()) {
        const SocketInfo& socket = recording.sockets[sample.socket];
        group.title = actor_name(recording, socket.actor) + (socket.name.empty() ? "" : "  " + socket.name);
    }
    auto& fields = group.fields;
    const auto add = [&](Text name, std::string value) { fields.push_back({text(name, language), std::move(value)}); };
    std::string time = since_start(recording, sample.time_ns);
    if (distance != 0) {
        time += fmt::format(" ({} {})", format_duration(std::abs(distance)),
                            text(distance < 0 ? Text::kBeforeIt : Text::kAfterIt, language));
    }
    add(when(sample), time);
    if ((sample.has & Sample::kTcpInfo) != 0) add(Text::kState, std::string(to_string(sample.tcp.state)));
    add_queues(sample, language, fields);
    if ((sample.has & Sample::kMemory) != 0) {
        add(Text::kReceiveMemory, fmt::format("{} / {}", format_bytes(sample.memory.rmem_alloc_bytes),
                                              format_bytes(sample.memory.rcvbuf_bytes)));
        if (sample.memory.drops != 0) add(Text::kDrops, fmt::format("{}", sample.memory.drops));
    }
    if ((sample.has & Sample::kTcpInfo) != 0) {
        add(Text::kRtt, format_duration(sample.tcp.rtt_us * kMicrosecondNs));
        add(Text::kRto, format_duration(sample.tcp.rto_us * kMicrosecondNs));
        add(Text::kCwnd, fmt::format("{} {}", sample.tcp.snd_cwnd_segments, text(Text::kSegments, language)));
        add(Text::kMss, fmt::format("{} B", sample.tcp.snd_mss_bytes));
    }
    return group;
}

FieldGroup report_fields(const Recording& recording, const analysis::Analysis& analysis, std::uint32_t call,
                         Language language) {
    FieldGroup group;
    const Call& send = recording.calls[call];
    if (!writes_data(send.kind) || send.returned <= 0 || recording.tx_reports.empty()) return group;
    const auto id = report_id(recording, analysis, call);
    if (!id) return group;
    for (const TxReport& report : recording.tx_reports) {
        if (!reports_on(report, send.socket, *id)) continue;
        const Text name = report.kind == TxReportKind::kScheduled  ? Text::kTxScheduled
                          : report.kind == TxReportKind::kSoftware ? Text::kTxSent
                                                                   : Text::kTxAcknowledged;
        group.fields.push_back({text(name, language),
                                fmt::format("{} (+{})", since_start(recording, report.time_ns),
                                            format_duration(std::max<DurationNs>(report.time_ns - send.enter_ns, 0)))});
    }
    group.title = text(group.fields.empty() ? Text::kTxMerged : Text::kTxTitle, language);
    return group;
}

}  // namespace wirestory::viz
