#include "analysis/ledger_builder.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "analysis/interval_set.hpp"
#include "analysis/messages.hpp"
#include "analysis/packet_moments.hpp"

namespace wirestory::analysis {
namespace {

// What happens beside the packets, in the order in which it counts at one moment: a write before the packet it causes,
// everything else after it.
enum class Phase : std::uint8_t { kWrite, kPacket, kSample, kWriteDone, kRead, kClose };

struct CallEvent {
    TimeNs time_ns = 0;
    Phase phase = Phase::kWrite;
    Side stream = Side::kInitiator;  // whose bytes
    std::uint32_t index = 0;         // into written or read; of the sample; of the call
};

bool before(TimeNs time_a, Phase phase_a, TimeNs time_b, Phase phase_b) {
    return time_a != time_b ? time_a < time_b : phase_a < phase_b;
}

// One stream as it grows.
class StreamBuilder {
public:
    StreamBuilder(StreamLedger& ledger, bool reader_known) : ledger_(ledger), reader_known_(reader_known) {}

    void write(TimeNs when, StreamOffset up_to, EventRef cause) {
        now_.written = std::max(now_.written, up_to);
        settle(when, cause);
    }
    // The kernel says how much stands in the send buffer while a send sleeps.
    void queue_sampled(TimeNs when, StreamOffset queued, StreamOffset limit, EventRef cause) {
        write(when, std::min(now_.acknowledged + queued, limit), cause);
    }
    void carry(TimeNs when, ByteRange range, std::uint32_t packet) {
        if (range.empty()) return;
        ledger_.carried.push_back({range, packet, when, left_.contains(range)});
        left_.add(range);
        now_.sent = std::max(now_.sent, range.end);
        settle(when, {EventKind::kPacket, packet});
    }
    void arrive(TimeNs when, ByteRange range, std::uint32_t packet) {
        if (range.empty()) return;
        come_.add(range);
        arrived_ = std::max(arrived_, come_.contiguous());
        settle(when, {EventKind::kPacket, packet});
    }
    // The receiver says so: it has arrived, whether the capture has it or not.
    void confirm(TimeNs when, StreamOffset up_to, std::uint32_t packet) {
        if (up_to <= confirmed_) return;
        confirmed_ = up_to;
        come_.add({0, up_to});
        left_.add({0, up_to});
        arrived_ = std::max(arrived_, come_.contiguous());
        settle(when, {EventKind::kPacket, packet});
    }
    void acknowledge(TimeNs when, StreamOffset up_to, std::uint32_t packet) {
        if (up_to <= acknowledged_) return;
        acknowledged_ = up_to;
        ledger_.acknowledged.push_back({up_to, packet, when});
        now_.acknowledged = std::max(now_.acknowledged, up_to);
        settle(when, {EventKind::kPacket, packet});
    }
    void read(TimeNs when, StreamOffset up_to, EventRef cause) {
        read_ = std::max(read_, up_to);
        settle(when, cause);
    }
    // tcp_reset() purges the write queue (net/ipv4/tcp_input.c): nothing waits any more.
    void reset(TimeNs when, EventRef cause) {
        reset_ = true;
        settle(when, cause);
    }
    // __tcp_close() throws away what was not read (net/ipv4/tcp.c).
    void reader_closed(TimeNs when, EventRef cause) {
        reader_closed_ = true;
        settle(when, cause);
    }
    [[nodiscard]] StreamOffset written() const { return now_.written; }

private:
    void settle(TimeNs when, EventRef cause);

    StreamLedger& ledger_;
    IntervalSet left_;  // the sender
    IntervalSet come_;  // to the receiver
    SendStep now_;
    StreamOffset acknowledged_ = 0;
    StreamOffset confirmed_ = 0;
    StreamOffset read_ = 0;
    StreamOffset arrived_ = 0;
    bool reader_known_;
    bool reset_ = false;
    bool reader_closed_ = false;
};

void StreamBuilder::settle(TimeNs when, EventRef cause) {
    arrived_ = std::max(arrived_, read_);
    if (reader_closed_) read_ = arrived_;
    now_.sent = std::max({now_.sent, now_.acknowledged, arrived_});
    now_.written = std::max(now_.written, now_.sent);
    if (reset_) now_.acknowledged = now_.sent = now_.written;
    now_.time_ns = when;
    now_.cause = cause;
    const SendStep empty;
    const SendStep& last = ledger_.send_buffer.empty() ? empty : ledger_.send_buffer.back();
    if (now_.acknowledged != last.acknowledged || now_.sent != last.sent || now_.written != last.written) {
        ledger_.send_buffer.push_back(now_);
    }
    if (!reader_known_) return;
    const ReceiveStep nothing;
    const ReceiveStep& held = ledger_.receive_buffer.empty() ? nothing : ledger_.receive_buffer.back();
    if (read_ != held.read || arrived_ != held.arrived) {
        ledger_.receive_buffer.push_back({when, read_, arrived_, cause});
    }
}

class FlowLedgers {
public:
    FlowLedgers(const CallIndex& calls, const Sightings& sightings, const PacketColumns& packets, const Flow& flow,
                StreamLedger& initiator, StreamLedger& responder)
        : calls_(calls),
          sightings_(sightings),
          packets_(packets),
          flow_(flow),
          ledgers_{&initiator, &responder},
          streams_{StreamBuilder(initiator, flow.end(Side::kResponder).socket != kNoSocket),
                   StreamBuilder(responder, flow.end(Side::kInitiator).socket != kNoSocket)} {}

    void build() {
        for (const Side side : {Side::kInitiator, Side::kResponder}) {
            gather_writes(side);
            gather_reads(side);
        }
        std::stable_sort(events_.begin(), events_.end(), [](const CallEvent& a, const CallEvent& b) {
            return before(a.time_ns, a.phase, b.time_ns, b.phase);
        });
        auto next = events_.begin();
        for_each_moment(sightings_, calls_.recording(), flow_.packets, [&](const PacketMoment& moment) {
            for (; next != events_.end() && before(next->time_ns, next->phase, moment.time_ns, Phase::kPacket);
                 ++next) {
                apply(*next);
            }
            if (moment.leaves) leave(moment.packet, moment.time_ns);
            if (moment.arrives) arrive(moment.packet, moment.time_ns);
        });
        for (; next != events_.end(); ++next) apply(*next);
        for (StreamLedger* ledger : ledgers_) {
            finish(*ledger);
            name_messages(calls_.recording(), *ledger);
        }
    }

private:
    void gather_writes(Side side);
    void gather_reads(Side side);
    void apply(const CallEvent& event);
    void leave(std::uint32_t packet, TimeNs when);
    void arrive(std::uint32_t packet, TimeNs when);
    [[nodiscard]] ByteRange carried_range(std::uint32_t packet, Side side) const;
    static void finish(StreamLedger& ledger);

    [[nodiscard]] StreamBuilder& stream(Side side) { return streams_[index_of(side)]; }
    [[nodiscard]] StreamLedger& ledger(Side side) { return *ledgers_[index_of(side)]; }

    const CallIndex& calls_;
    const Sightings& sightings_;
    const PacketColumns& packets_;
    const Flow& flow_;
    std::array<StreamLedger*, 2> ledgers_;
    std::array<StreamBuilder, 2> streams_;
    std::vector<CallEvent> events_;
};

void FlowLedgers::gather_writes(Side side) {
    const SocketId socket = flow_.end(side).socket;
    StreamLedger& into = ledger(side);
    StreamOffset offset = 0;
    for (const std::uint32_t index : calls_.calls_of(socket)) {
        const Call& call = calls_.call(index);
        const StreamOffset bytes = moved_bytes(call);
        if (!writes_data(call.kind) || bytes == 0) continue;
        const auto number = static_cast<std::uint32_t>(into.written.size());
        const ByteRange range{offset, offset + bytes};
        offset = range.end;
        into.written.push_back({range, index, call.enter_ns, call.exit_ns});
        if (!call.slept) {
            events_.push_back({call.enter_ns, Phase::kWrite, side, number});
            continue;
        }
        events_.push_back({call.exit_ns, Phase::kWriteDone, side, number});
        for (const std::uint32_t sample : calls_.samples_within(socket, call.enter_ns, call.exit_ns)) {
            const Sample& seen = calls_.recording().samples[sample];
            if ((seen.has & Sample::kOutq) != 0) events_.push_back({seen.time_ns, Phase::kSample, side, sample});
        }
    }
}

// What `side` sends is read by the other end. Calls are taken in order of return: of two recvs that overlap, the one
// that was served first returns first. The last byte of a send with MSG_OOB is urgent: a recv without that flag ends
// before it and the next one passes over it, unless SO_OOBINLINE is set (tcp(7); net/ipv4/tcp.c, tcp_recvmsg_locked).
void FlowLedgers::gather_reads(Side side) {
    const SocketId socket = flow_.end(other(side)).socket;
    StreamLedger& into = ledger(side);
    std::vector<std::uint32_t> reading;
    for (const std::uint32_t index : calls_.calls_of(socket)) {
        if (consumes(calls_.call(index)) && moved_bytes(calls_.call(index)) > 0) reading.push_back(index);
    }
    std::stable_sort(reading.begin(), reading.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return calls_.call(a).exit_ns < calls_.call(b).exit_ns; });
    StreamOffset offset = 0;
    auto write = into.written.begin();
    for (const std::uint32_t index : reading) {
        const Call& call = calls_.call(index);
        for (; write != into.written.end() && write->range.end <= offset + 1; ++write) {
            const bool urgent = calls_.call(write->call).arguments.find("MSG_OOB") != std::string::npos;
            const bool next = write->range.end == offset + 1;
            if (urgent && next && calls_.option_at(socket, "SO_OOBINLINE", call.enter_ns).value_or(0) == 0) ++offset;
        }
        const ByteRange range{offset, offset + moved_bytes(call)};
        offset = range.end;
        events_.push_back({call.exit_ns, Phase::kRead, side, static_cast<std::uint32_t>(into.read.size())});
        into.read.push_back({range, index, call.enter_ns, call.exit_ns});
    }
    const std::uint32_t close = calls_.closing(socket);
    if (close != kNoIndex) events_.push_back({calls_.call(close).enter_ns, Phase::kClose, side, close});
}

void FlowLedgers::apply(const CallEvent& event) {
    StreamBuilder& into = stream(event.stream);
    switch (event.phase) {
        case Phase::kWrite:
        case Phase::kWriteDone: {
            const Written& written = ledger(event.stream).written[event.index];
            into.write(event.time_ns, written.range.end, {EventKind::kCall, written.call});
            return;
        }
        case Phase::kSample: {
            const Sample& sample = calls_.recording().samples[event.index];
            const std::vector<Written>& all = ledger(event.stream).written;
            const StreamOffset limit = all.empty() ? 0 : all.back().range.end;
            into.queue_sampled(event.time_ns, sample.unacked_and_unsent_bytes, limit,
                               {EventKind::kSample, event.index});
            return;
        }
        case Phase::kRead: {
            const Read& read = ledger(event.stream).read[event.index];
            into.read(event.time_ns, read.range.end, {EventKind::kCall, read.call});
            return;
        }
        case Phase::kClose: into.reader_closed(event.time_ns, {EventKind::kCall, event.index}); return;
        case Phase::kPacket: return;
    }
}

ByteRange FlowLedgers::carried_range(std::uint32_t packet, Side side) const {
    const ByteRange range{packets_.offset[packet], packets_.offset[packet] + packets_.payload_bytes[packet]};
    if (range.begin != 0 || range.empty()) return range;
    // Offset 0 also stands for what lies before the stream's begin; such bytes are cut off here.
    const capture::TcpHeader tcp = decode_packet(calls_.recording(), packet).tcp;
    const WireSeq first = flow_.end(side).initial_seq + 1;
    const WireSeq begin = tcp.seq + (tcp.has(capture::kSyn) ? 1U : 0U);
    const auto ahead = static_cast<std::int32_t>(begin - first);
    const StreamOffset missing = ahead < 0 ? static_cast<StreamOffset>(-static_cast<std::int64_t>(ahead)) : 0;
    return {0, range.end - std::min<StreamOffset>(missing, range.end)};
}

void FlowLedgers::leave(std::uint32_t packet, TimeNs when) {
    const Side side = packets_.from[packet];
    const std::uint16_t flags = packets_.tcp_flags[packet];
    if ((flags & capture::kRst) != 0) return stream(side).reset(when, {EventKind::kPacket, packet});
    stream(side).carry(when, carried_range(packet, side), packet);
    if ((flags & capture::kAck) != 0) stream(other(side)).confirm(when, packets_.ack_offset[packet], packet);
}

void FlowLedgers::arrive(std::uint32_t packet, TimeNs when) {
    const Side side = packets_.from[packet];
    const std::uint16_t flags = packets_.tcp_flags[packet];
    if ((flags & capture::kRst) != 0) return stream(other(side)).reset(when, {EventKind::kPacket, packet});
    stream(side).arrive(when, carried_range(packet, side), packet);
    if ((flags & capture::kAck) != 0) stream(other(side)).acknowledge(when, packets_.ack_offset[packet], packet);
}

void FlowLedgers::finish(StreamLedger& ledger) {
    for (const auto& step : ledger.send_buffer) ledger.total_bytes = std::max(ledger.total_bytes, step.written);
    if (!ledger.written.empty()) ledger.total_bytes = std::max(ledger.total_bytes, ledger.written.back().range.end);
    const std::vector<Carried>& carried = ledger.carried;
    ledger.carried_by_offset.resize(carried.size());
    std::iota(ledger.carried_by_offset.begin(), ledger.carried_by_offset.end(), 0U);
    std::stable_sort(ledger.carried_by_offset.begin(), ledger.carried_by_offset.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return carried[a].range.begin < carried[b].range.begin; });
    StreamOffset reach = 0;
    for (const std::uint32_t index : ledger.carried_by_offset) {
        reach = std::max(reach, carried[index].range.end);
        ledger.carried_reach.push_back(reach);
    }
}

}  // namespace

std::array<StreamLedger, 2> build_flow_ledgers(const CallIndex& calls, const Sightings& sightings,
                                               const PacketColumns& packets, const Flow& flow, FlowId id) {
    std::array<StreamLedger, 2> ledgers;
    ledgers[0].id = {id, Side::kInitiator};
    ledgers[1].id = {id, Side::kResponder};
    FlowLedgers(calls, sightings, packets, flow, ledgers[0], ledgers[1]).build();
    return ledgers;
}

std::vector<StreamLedger> build_ledgers(const CallIndex& calls, const Sightings& sightings,
                                        const PacketColumns& packets, const std::vector<Flow>& flows,
                                        DetailScope scope) {
    std::vector<StreamLedger> ledgers;
    for (FlowId id = 0; id < flows.size(); ++id) {
        if (flows[id].transport != capture::Transport::kTcp || !scope.covers(flows[id])) continue;
        for (StreamLedger& ledger : build_flow_ledgers(calls, sightings, packets, flows[id], id)) {
            ledgers.push_back(std::move(ledger));
        }
    }
    return ledgers;
}

}  // namespace wirestory::analysis
