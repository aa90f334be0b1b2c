// Nagle's algorithm: while data is unacknowledged, TCP holds back what does not fill a segment (RFC 9293, 3.7.4; Linux
// tcp_nagle_check(), net/ipv4/tcp_output.c). A hold is several sends, or one, that had returned with bytes still
// unsent, until the segment that took them left. What else can hold bytes back is excluded: a full window, a full
// congestion window, TCP_NODELAY (then there is no hold), TCP_CORK and MSG_MORE (then the program asked for it).
#include <algorithm>
#include <string_view>

#include "analysis/findings/finders.hpp"

namespace wirestory::analysis {
namespace {

constexpr StreamOffset kDefaultMssBytes = 536;  // RFC 9293, 3.7.1: when the peer announced none

class NagleFinder {
public:
    NagleFinder(const FinderContext& context, const StreamLedger& ledger)
        : context_(context), ledger_(ledger), socket_(context.end(ledger.id).socket) {}

    void find(std::vector<Finding>& findings) {
        const auto& written = ledger_.written;
        for (std::size_t first = 0; first < written.size();) {
            const Carried* carrier = held_until(written[first]);
            std::size_t last = first;
            if (carrier != nullptr) {
                while (last + 1 < written.size() && held_until(written[last + 1]) == carrier) ++last;
                consider({written.data() + first, last - first + 1}, *carrier, findings);
            }
            first = last + 1;
        }
    }

private:
    // The segment that took the last byte of a send after the send had returned; nullptr when it left during the call.
    [[nodiscard]] const Carried* held_until(const Written& write) const {
        const Carried* carrier = first_carrier_of(ledger_, write.range.end - 1);
        return carrier != nullptr && carrier->time_ns > write.exit_ns ? carrier : nullptr;
    }
    void consider(std::span<const Written> held, const Carried& carrier, std::vector<Finding>& findings);
    [[nodiscard]] SendStep buffer_at(TimeNs when) const;
    [[nodiscard]] bool window_has_room(TimeNs when, StreamOffset up_to) const;
    [[nodiscard]] StreamOffset mss_bytes(TimeNs when) const;
    [[nodiscard]] bool asked_for(std::span<const Written> held) const;
    [[nodiscard]] bool congestion_window_full(TimeNs begin, TimeNs end) const;
    void add_samples(Finding& finding) const;

    const FinderContext& context_;
    const StreamLedger& ledger_;
    SocketId socket_;
};

SendStep NagleFinder::buffer_at(TimeNs when) const {
    const auto& steps = ledger_.send_buffer;
    const auto after =
        std::partition_point(steps.begin(), steps.end(), [&](const auto& s) { return s.time_ns <= when; });
    return after == steps.begin() ? SendStep{} : *(after - 1);
}

bool NagleFinder::window_has_room(TimeNs when, StreamOffset up_to) const {
    const Flow& flow = context_.analysis.flows[ledger_.id.flow];
    const PacketColumns& packets = context_.analysis.packets;
    auto at = std::partition_point(flow.packets.begin(), flow.packets.end(),
                                   [&](std::uint32_t p) { return context_.packet_time(p) <= when; });
    while (at != flow.packets.begin()) {
        const std::uint32_t packet = *--at;
        if (packets.from[packet] == ledger_.id.from) continue;
        return packets.ack_offset[packet] + packets.window_bytes[packet] >= up_to;
    }
    return true;
}

// The kernel's figure where it was sampled; else what the ends announced to each other.
StreamOffset NagleFinder::mss_bytes(TimeNs when) const {
    const auto samples = context_.calls.samples_within(socket_, 0, when);
    for (auto at = samples.rbegin(); at != samples.rend(); ++at) {
        const Sample& sample = context_.recording().samples[*at];
        if ((sample.has & Sample::kTcpInfo) != 0 && sample.tcp.snd_mss_bytes != 0) return sample.tcp.snd_mss_bytes;
    }
    const Flow& flow = context_.analysis.flows[ledger_.id.flow];
    const StreamOffset announced = flow.end(other(ledger_.id.from)).mss_bytes;
    return announced != 0 ? announced : kDefaultMssBytes;
}

bool NagleFinder::asked_for(std::span<const Written> held) const {
    const TimeNs when = held.back().exit_ns;
    const auto on = [&](std::string_view option) {
        return context_.calls.option_at(socket_, option, when).value_or(0) != 0;
    };
    if (on("TCP_NODELAY") || on("TCP_CORK")) return true;
    return std::any_of(held.begin(), held.end(), [&](const Written& write) {
        return context_.calls.call(write.call).arguments.find("MSG_MORE") != std::string::npos;
    });
}

bool NagleFinder::congestion_window_full(TimeNs begin, TimeNs end) const {
    const auto samples = context_.calls.samples_within(socket_, begin, end);
    return std::any_of(samples.begin(), samples.end(), [&](std::uint32_t index) {
        const Sample& sample = context_.recording().samples[index];
        return (sample.has & Sample::kTcpInfo) != 0 && sample.tcp.snd_cwnd_segments != 0 &&
               sample.tcp.unacked_segments >= sample.tcp.snd_cwnd_segments;
    });
}

void NagleFinder::add_samples(Finding& finding) const {
    std::size_t added = 0;
    for (const std::uint32_t index : context_.calls.samples_within(socket_, finding.begin_ns, finding.end_ns)) {
        const Sample& sample = context_.recording().samples[index];
        if ((sample.has & Sample::kOutqNsd) == 0 || sample.unsent_bytes == 0) continue;
        finding.evidence = Evidence::kMeasured;
        finding.events.push_back({EventKind::kSample, index});
        if (++added == kMaxEvidenceEvents) return;
    }
}

void NagleFinder::consider(std::span<const Written> held, const Carried& carrier, std::vector<Finding>& findings) {
    const SendStep at_return = buffer_at(held.front().exit_ns);
    const ByteRange waiting{std::max(held.front().range.begin, at_return.sent), held.back().range.end};
    const bool unacknowledged = at_return.acknowledged < at_return.sent;
    if (waiting.empty() || !unacknowledged || waiting.size() >= mss_bytes(held.front().exit_ns)) return;
    if (asked_for(held) || !window_has_room(held.front().exit_ns, waiting.end)) return;
    if (congestion_window_full(held.front().enter_ns, carrier.time_ns)) return;

    Finding finding;
    finding.kind = FindingKind::kNagleHold;
    finding.flow = ledger_.id.flow;
    finding.from = ledger_.id.from;
    finding.actor = context_.end(ledger_.id).actor;
    finding.begin_ns = held.front().enter_ns;
    finding.end_ns = carrier.time_ns;
    finding.range = waiting;
    finding.count = static_cast<std::uint32_t>(held.size());
    for (const Written& write : held.first(std::min(held.size(), kMaxEvidenceEvents))) {
        finding.events.push_back({EventKind::kCall, write.call});
    }
    add_samples(finding);
    const Acknowledged* release = acknowledging(ledger_, waiting.begin - 1);  // the last byte that was in flight
    const bool released = release != nullptr && release->time_ns <= carrier.time_ns;
    if (released) finding.events.push_back({EventKind::kPacket, release->packet});
    // A device's queue also lets a segment out just after its send returned: that is no hold.
    const bool long_enough = carrier.time_ns - held.front().exit_ns >= kMillisecondNs;
    if (!released && !long_enough && finding.evidence != Evidence::kMeasured) return;
    finding.events.push_back({EventKind::kPacket, carrier.packet});
    findings.push_back(std::move(finding));
}

}  // namespace

void find_nagle_holds(const FinderContext& context, std::vector<Finding>& findings) {
    for (const StreamLedger& ledger : context.analysis.streams) NagleFinder(context, ledger).find(findings);
}

}  // namespace wirestory::analysis
