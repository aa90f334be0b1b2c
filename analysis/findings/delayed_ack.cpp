// A receiver may hold an ACK back in the hope of sending it with data, or one for two segments, for less than 0.5 s
// (RFC 9293, 3.8.6.3); Linux waits at least 40 ms (TCP_DELACK_MIN, include/net/tcp.h), also for the ACK of a FIN
// (tcp_fin() enters ping-pong mode). Found is an ACK without data that came that much later than the path alone
// explains. Where both ends of a wire were recorded the data's arrival is known, and what it waited for on the way, in
// a queue, is no delay of the ACK; else the path's share is taken from the handshake; without one, from the fastest ACK
// of the stream.
#include <algorithm>
#include <optional>

#include "analysis/findings/finders.hpp"

namespace wirestory::analysis {
namespace {

constexpr DurationNs kLeastDelay = 20 * kMillisecondNs;  // well above scheduling, well below 40 ms
constexpr DurationNs kMostDelay = 500 * kMillisecondNs;  // RFC 9293: beyond this it is something else

// One acknowledgement: the first segment it newly covers, and when.
struct Acknowledgement {
    ByteRange range;  // empty for a FIN alone
    std::uint32_t data_packet = kNoPacket;
    std::uint32_t ack_packet = kNoPacket;
    DurationNs delay_ns = 0;
    std::uint32_t segments = 0;
};

class DelayedAckFinder {
public:
    DelayedAckFinder(const FinderContext& context, const StreamLedger& ledger)
        : context_(context), ledger_(ledger), flow_(context.analysis.flows[ledger.id.flow]) {}

    void find(std::vector<Finding>& findings) {
        gather();
        const DurationNs path = path_share();
        for (const Acknowledgement& ack : acks_) {
            const DurationNs held = ack.delay_ns - path;
            if (held < kLeastDelay || held > kMostDelay || !is_bare_ack(ack.ack_packet)) continue;
            Finding finding;
            finding.kind = FindingKind::kDelayedAck;
            finding.flow = ledger_.id.flow;
            finding.from = ledger_.id.from;
            finding.actor = flow_.end(other(ledger_.id.from)).actor;
            finding.begin_ns = context_.packet_time(ack.data_packet);
            finding.end_ns = context_.packet_time(ack.ack_packet);
            finding.range = ack.range;
            finding.count = ack.segments;
            if (ack.range.empty()) finding.cause = FindingCause::kFin;
            finding.events = {{EventKind::kPacket, ack.data_packet}, {EventKind::kPacket, ack.ack_packet}};
            findings.push_back(std::move(finding));
        }
    }

private:
    void gather();
    [[nodiscard]] std::optional<Acknowledgement> of_data(ByteRange range, std::uint32_t ack_packet) const;
    [[nodiscard]] DurationNs path_share() const;
    // At the receiver, where that was seen; else its departure.
    [[nodiscard]] TimeNs arrival(std::uint32_t packet) const {
        const Sightings& sightings = context_.analysis.sightings;
        return sightings.any() ? sightings.arrival_ns(packet) : context_.packet_time(packet);
    }
    [[nodiscard]] bool is_bare_ack(std::uint32_t packet) const {
        const PacketColumns& packets = context_.analysis.packets;
        constexpr std::uint16_t kOthers = capture::kSyn | capture::kFin | capture::kRst;
        return packets.payload_bytes[packet] == 0 && (packets.tcp_flags[packet] & kOthers) == 0;
    }

    const FinderContext& context_;
    const StreamLedger& ledger_;
    const Flow& flow_;
    std::vector<Acknowledgement> acks_;
};

// Nothing when a segment was carried again before its ACK: then it is loss that took the time.
std::optional<Acknowledgement> DelayedAckFinder::of_data(ByteRange range, std::uint32_t ack_packet) const {
    const std::vector<std::uint32_t> carriers = carriers_of(ledger_, range);
    const TimeNs when = context_.packet_time(ack_packet);
    Acknowledgement ack{range, kNoPacket, ack_packet, 0, 0};
    for (const std::uint32_t index : carriers) {
        const Carried& carried = ledger_.carried[index];
        if (carried.time_ns > when) break;
        if (carried.retransmission) return std::nullopt;
        if (ack.data_packet == kNoPacket) ack.data_packet = carried.packet;
        ++ack.segments;
    }
    if (ack.data_packet == kNoPacket) return std::nullopt;
    const TimeNs came = arrival(ack.data_packet);
    if (came > when) return std::nullopt;  // it never arrived: the ACK speaks of something else
    ack.delay_ns = when - came;
    return ack;
}

void DelayedAckFinder::gather() {
    StreamOffset acknowledged = 0;
    for (const Acknowledged& each : ledger_.acknowledged) {
        if (const auto ack = of_data({acknowledged, each.up_to}, each.packet)) acks_.push_back(*ack);
        acknowledged = each.up_to;
    }
    const std::uint32_t fin = flow_.marks.fin[index_of(ledger_.id.from)];
    const std::uint32_t fin_acked = flow_.marks.fin_acked[index_of(ledger_.id.from)];
    if (fin == kNoPacket || fin_acked == kNoPacket || fin_acked < fin) return;
    const bool with_data = !ledger_.acknowledged.empty() && ledger_.acknowledged.back().packet == fin_acked;
    if (with_data) return;
    const TimeNs came = arrival(fin);
    const TimeNs when = context_.packet_time(fin_acked);
    if (came <= when) acks_.push_back({{}, fin, fin_acked, when - came, 1});
}

DurationNs DelayedAckFinder::path_share() const {
    if (context_.analysis.sightings.any()) return 0;
    const FlowMarks& marks = flow_.marks;
    const bool from_initiator = ledger_.id.from == Side::kInitiator;
    const std::uint32_t asked = from_initiator ? marks.syn : marks.syn_ack;
    const std::uint32_t answered = from_initiator ? marks.syn_ack : marks.established;
    if (asked != kNoPacket && answered != kNoPacket) {
        return context_.packet_time(answered) - context_.packet_time(asked);
    }
    DurationNs fastest = kMostDelay;
    for (const Acknowledgement& ack : acks_) fastest = std::min(fastest, ack.delay_ns);
    return fastest;
}

}  // namespace

void find_delayed_acks(const FinderContext& context, const StreamLedger& ledger, std::vector<Finding>& findings) {
    DelayedAckFinder(context, ledger).find(findings);
}

}  // namespace wirestory::analysis
