// Bytes held back although the windows have room: several sends, or one, that had returned with bytes still unsent,
// until the segment that took them left.
// - Nagle's algorithm: while data is unacknowledged, TCP holds back what does not fill a segment (RFC 9293, 3.7.4;
// Linux
//   tcp_nagle_check(), net/ipv4/tcp_output.c). Not with TCP_NODELAY, nor with a full congestion window.
// - TCP_CORK or MSG_MORE: the program asked for it, whether data is unacknowledged or not, for 200 ms at most (tcp(7)).
#include <algorithm>
#include <string_view>

#include "analysis/findings/finders.hpp"

namespace wirestory::analysis {
namespace {

constexpr StreamOffset kDefaultMssBytes = 536;  // RFC 9293, 3.7.1: when the peer announced none

class HoldFinder {
public:
    HoldFinder(const FinderContext& context, const StreamLedger& ledger)
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
    [[nodiscard]] bool option_on(std::string_view option, TimeNs when) const {
        return context_.calls.option_at(socket_, option, when).value_or(0) != 0;
    }
    [[nodiscard]] bool corked(std::span<const Written> held) const;
    [[nodiscard]] std::uint32_t uncorking(TimeNs after, TimeNs before) const;
    [[nodiscard]] Finding hold(FindingKind kind, std::span<const Written> held, ByteRange waiting, TimeNs end) const;
    void consider_cork(std::span<const Written> held, ByteRange waiting, const Carried& carrier,
                       std::vector<Finding>& findings) const;
    [[nodiscard]] bool congestion_window_full(TimeNs begin, TimeNs end) const;
    void add_samples(Finding& finding) const;

    const FinderContext& context_;
    const StreamLedger& ledger_;
    SocketId socket_;
};

SendStep HoldFinder::buffer_at(TimeNs when) const {
    const auto& steps = ledger_.send_buffer;
    const auto after =
        std::partition_point(steps.begin(), steps.end(), [&](const auto& s) { return s.time_ns <= when; });
    return after == steps.begin() ? SendStep{} : *(after - 1);
}

bool HoldFinder::window_has_room(TimeNs when, StreamOffset up_to) const {
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
StreamOffset HoldFinder::mss_bytes(TimeNs when) const {
    const auto samples = context_.calls.samples_within(socket_, 0, when);
    for (auto at = samples.rbegin(); at != samples.rend(); ++at) {
        const Sample& sample = context_.recording().samples[*at];
        if ((sample.has & Sample::kTcpInfo) != 0 && sample.tcp.snd_mss_bytes != 0) return sample.tcp.snd_mss_bytes;
    }
    const Flow& flow = context_.analysis.flows[ledger_.id.flow];
    const StreamOffset announced = flow.end(other(ledger_.id.from)).mss_bytes;
    return announced != 0 ? announced : kDefaultMssBytes;
}

bool HoldFinder::corked(std::span<const Written> held) const {
    if (option_on("TCP_CORK", held.back().exit_ns)) return true;
    return std::any_of(held.begin(), held.end(), [&](const Written& write) {
        return context_.calls.call(write.call).arguments.find("MSG_MORE") != std::string::npos;
    });
}

// The call that took the cork off: TCP_CORK set to 0, or a send without MSG_MORE; kNoIndex when there was none.
std::uint32_t HoldFinder::uncorking(TimeNs after, TimeNs before) const {
    const bool by_option = option_on("TCP_CORK", after);
    for (const std::uint32_t index : context_.calls.calls_of(socket_)) {
        const Call& call = context_.calls.call(index);
        if (call.enter_ns < after) continue;
        if (call.enter_ns > before) break;
        const bool closes = call.kind == CallKind::kClose || call.kind == CallKind::kShutdown;
        const bool uncorks = call.kind == CallKind::kSetsockopt && call.arguments.find("TCP_CORK") == 0;
        const bool sends_all =
            !by_option && writes_data(call.kind) && call.arguments.find("MSG_MORE") == std::string::npos;
        if (closes || uncorks || sends_all) return index;
    }
    return kNoIndex;
}

bool HoldFinder::congestion_window_full(TimeNs begin, TimeNs end) const {
    const auto samples = context_.calls.samples_within(socket_, begin, end);
    return std::any_of(samples.begin(), samples.end(), [&](std::uint32_t index) {
        const Sample& sample = context_.recording().samples[index];
        return (sample.has & Sample::kTcpInfo) != 0 && sample.tcp.snd_cwnd_segments != 0 &&
               sample.tcp.unacked_segments >= sample.tcp.snd_cwnd_segments;
    });
}

void HoldFinder::add_samples(Finding& finding) const {
    std::size_t added = 0;
    for (const std::uint32_t index : context_.calls.samples_within(socket_, finding.begin_ns, finding.end_ns)) {
        const Sample& sample = context_.recording().samples[index];
        if ((sample.has & Sample::kOutqNsd) == 0 || sample.unsent_bytes == 0) continue;
        finding.evidence = Evidence::kMeasured;
        finding.events.push_back({EventKind::kSample, index});
        if (++added == kMaxEvidenceEvents) return;
    }
}

Finding HoldFinder::hold(FindingKind kind, std::span<const Written> held, ByteRange waiting, TimeNs end) const {
    Finding finding = finding_about(context_, kind, ledger_.id);
    finding.begin_ns = held.front().enter_ns;
    finding.end_ns = end;
    finding.range = waiting;
    finding.count = static_cast<std::uint32_t>(held.size());
    for (const Written& write : held.first(std::min(held.size(), kMaxEvidenceEvents))) {
        finding.events.push_back({EventKind::kCall, write.call});
    }
    add_samples(finding);
    return finding;
}

void HoldFinder::consider_cork(std::span<const Written> held, ByteRange waiting, const Carried& carrier,
                               std::vector<Finding>& findings) const {
    Finding finding = hold(FindingKind::kCorkHold, held, waiting, carrier.time_ns);
    const std::uint32_t uncorked = uncorking(held.back().exit_ns, carrier.time_ns);
    if (uncorked != kNoIndex) {
        finding.events.push_back({EventKind::kCall, uncorked});
    } else {
        finding.cause = FindingCause::kNobodyUncorked;
    }
    finding.events.push_back({EventKind::kPacket, carrier.packet});
    findings.push_back(std::move(finding));
}

void HoldFinder::consider(std::span<const Written> held, const Carried& carrier, std::vector<Finding>& findings) {
    const SendStep at_return = buffer_at(held.front().exit_ns);
    const ByteRange waiting{std::max(held.front().range.begin, at_return.sent), held.back().range.end};
    if (waiting.empty() || waiting.size() >= mss_bytes(held.front().exit_ns)) return;
    if (!window_has_room(held.front().exit_ns, waiting.end)) return;
    if (corked(held)) return consider_cork(held, waiting, carrier, findings);
    const bool unacknowledged = at_return.acknowledged < at_return.sent;
    if (!unacknowledged || option_on("TCP_NODELAY", held.back().exit_ns)) return;
    if (congestion_window_full(held.front().enter_ns, carrier.time_ns)) return;

    Finding finding = hold(FindingKind::kNagleHold, held, waiting, carrier.time_ns);
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

void find_send_holds(const FinderContext& context, const StreamLedger& ledger, std::vector<Finding>& findings) {
    HoldFinder(context, ledger).find(findings);
}

}  // namespace wirestory::analysis
