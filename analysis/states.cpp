#include "analysis/states.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "analysis/interval_set.hpp"
#include "analysis/packet_moments.hpp"

namespace wirestory::analysis {
namespace {

// A sample this near to a change of state may have been read before it: it confirms, but does not contradict.
constexpr DurationNs kSampleSlack = 500 * kMicrosecondNs;
constexpr DurationNs kTimeWaitNs = 60 * kSecondNs;  // TCP_TIMEWAIT_LEN, include/net/tcp.h

// The spans of one end while they grow.
class EndStates {
public:
    EndStates(FlowId flow, Side side) : flow_(flow), side_(side) {}

    [[nodiscard]] TcpState state() const { return spans_.empty() ? TcpState::kUnknown : spans_.back().state; }

    void enter(TcpState state, TimeNs when, EventRef cause) {
        if (!spans_.empty()) {
            if (spans_.back().state == state) return;
            when = std::max(when, spans_.back().begin_ns);
            spans_.back().end_ns = when;
        }
        spans_.push_back({flow_, side_, state, when, when, Evidence::kInferred, cause});
    }

    // The last state was concluded too early.
    void revoke() { spans_.pop_back(); }

    void finish(TimeNs end) {
        if (spans_.empty()) return;
        StateSpan& last = spans_.back();
        if (last.state == TcpState::kTimeWait && end - last.begin_ns > kTimeWaitNs) {
            enter(TcpState::kClosed, last.begin_ns + kTimeWaitNs, {});
        }
        spans_.back().end_ns = std::max(end, spans_.back().begin_ns);
    }

    void apply_samples(const CallIndex& calls, SocketId socket);
    [[nodiscard]] const std::vector<StateSpan>& spans() const { return spans_; }

private:
    FlowId flow_;
    Side side_;
    std::vector<StateSpan> spans_;
};

// How far a connection has come. It never goes back (RFC 9293, 3.3.2): a figure that says so was read before the change
// and stamped after it, by a thread that had lost its core in between.
int progress(TcpState state) {
    switch (state) {
        case TcpState::kListen: return 0;
        case TcpState::kSynSent:
        case TcpState::kSynReceived: return 1;
        case TcpState::kEstablished: return 2;
        case TcpState::kFinWait1:
        case TcpState::kCloseWait: return 3;
        case TcpState::kFinWait2:
        case TcpState::kClosing:
        case TcpState::kLastAck: return 4;
        default: return 5;
    }
}

void EndStates::apply_samples(const CallIndex& calls, SocketId socket) {
    std::vector<StateSpan> corrected;
    for (const StateSpan& span : spans_) {
        corrected.push_back(span);
        for (const std::uint32_t index : calls.samples_within(socket, span.begin_ns, span.end_ns)) {
            const Sample& sample = calls.recording().samples[index];
            if ((sample.has & Sample::kTcpInfo) == 0 || sample.tcp.state == TcpState::kUnknown) continue;
            StateSpan& current = corrected.back();
            if (sample.tcp.state == current.state) {
                current.evidence = Evidence::kMeasured;
                continue;
            }
            // tcp_time_wait() (net/ipv4/tcp_minisocks.c) moves the connection to a socket of its own and leaves the
            // program's in CLOSE.
            if (current.state == TcpState::kTimeWait && sample.tcp.state == TcpState::kClosed) continue;
            if (progress(sample.tcp.state) < progress(current.state)) continue;
            const bool inside = sample.time_ns - span.begin_ns > kSampleSlack &&
                                (span.end_ns - sample.time_ns > kSampleSlack || &span == &spans_.back());
            if (!inside) continue;
            current.end_ns = sample.time_ns;
            corrected.push_back({flow_,
                                 side_,
                                 sample.tcp.state,
                                 sample.time_ns,
                                 span.end_ns,
                                 Evidence::kMeasured,
                                 {EventKind::kSample, index}});
        }
    }
    spans_ = std::move(corrected);
}

class FlowStates {
public:
    FlowStates(const CallIndex& calls, const Sightings& sightings, const PacketColumns& packets, const Flow& flow,
               FlowId id)
        : calls_(calls),
          sightings_(sightings),
          packets_(packets),
          flow_(flow),
          ends_{EndStates(id, Side::kInitiator), EndStates(id, Side::kResponder)} {}

    void run(TimeNs recording_end, std::vector<StateSpan>& out) {
        for_each_moment(sightings_, calls_.recording(), flow_.packets, [this](const PacketMoment& moment) {
            now_ns_ = moment.time_ns;
            if (moment.leaves) leave(moment.packet, packets_.from[moment.packet]);
            if (moment.arrives) arrive(moment.packet, other(packets_.from[moment.packet]));
        });
        for (const Side side : {Side::kInitiator, Side::kResponder}) {
            close_without_fin(side);
            end(side).finish(recording_end);
            end(side).apply_samples(calls_, flow_.end(side).socket);
            out.insert(out.end(), end(side).spans().begin(), end(side).spans().end());
        }
    }

private:
    // What it means for the end that sends it, and for the one that gets it.
    void leave(std::uint32_t packet, Side side);
    void arrive(std::uint32_t packet, Side side);
    void reset(std::uint32_t packet, Side side);
    void send_syn_ack(std::uint32_t packet, Side side);
    void receive_ack(std::uint32_t packet, Side side);
    void send_fin(std::uint32_t packet, Side side);
    void take_stream(std::uint32_t packet, Side side);
    void receive_fin(std::uint32_t packet, Side side);
    void close_without_fin(Side side);
    // The call that closes this side's direction, the first; kNoIndex without one.
    [[nodiscard]] std::uint32_t closing_call(Side side) const;

    [[nodiscard]] EndStates& end(Side side) { return ends_[index_of(side)]; }
    [[nodiscard]] bool has(std::uint32_t packet, std::uint16_t flag) const {
        return (packets_.tcp_flags[packet] & flag) != 0;
    }

    const CallIndex& calls_;
    const Sightings& sightings_;
    const PacketColumns& packets_;
    const Flow& flow_;
    std::array<EndStates, 2> ends_;
    TimeNs now_ns_ = 0;
    // On a wire, by the side that sends: what has arrived of its stream, and where it ends. A FIN counts only when
    // everything before it is there (RFC 9293, 3.10.7.4).
    std::array<IntervalSet, 2> arrived_;
    std::array<std::optional<StreamOffset>, 2> fin_at_;
};

// An end that never was (a port nobody listens on) does not close; TIME_WAIT is not assassinated (RFC 1337).
void FlowStates::reset(std::uint32_t packet, Side side) {
    if (end(side).state() == TcpState::kUnknown || end(side).state() == TcpState::kTimeWait) return;
    end(side).enter(TcpState::kClosed, now_ns_, {EventKind::kPacket, packet});
}

void FlowStates::leave(std::uint32_t packet, Side side) {
    const EventRef cause{EventKind::kPacket, packet};
    if (has(packet, capture::kRst)) return reset(packet, side);
    const bool unknown = end(side).state() == TcpState::kUnknown;
    if (!has(packet, capture::kSyn)) {
        // The capture began in the middle: what talks without SYN is past the handshake.
        if (unknown) end(side).enter(TcpState::kEstablished, now_ns_, cause);
    } else if (has(packet, capture::kAck)) {
        send_syn_ack(packet, side);
    } else if (unknown) {
        end(side).enter(TcpState::kSynSent, now_ns_, cause);
    }
    if (has(packet, capture::kFin)) send_fin(packet, side);
}

// The answer proves that the SYN was taken, at the time it came.
void FlowStates::send_syn_ack(std::uint32_t packet, Side side) {
    if (end(side).state() != TcpState::kUnknown) return;
    const std::uint32_t syn = flow_.marks.syn;
    const bool captured = syn != kNoPacket && syn < packet && sightings_.arrival_ns(syn) <= now_ns_;
    end(side).enter(TcpState::kSynReceived, captured ? sightings_.arrival_ns(syn) : now_ns_,
                    {EventKind::kPacket, captured ? syn : packet});
}

void FlowStates::arrive(std::uint32_t packet, Side side) {
    const EventRef cause{EventKind::kPacket, packet};
    if (has(packet, capture::kRst)) return reset(packet, side);
    const TcpState state = end(side).state();
    if (!has(packet, capture::kSyn)) {
        if (state == TcpState::kUnknown) end(side).enter(TcpState::kEstablished, now_ns_, cause);
    } else if (has(packet, capture::kAck)) {
        if (state == TcpState::kUnknown || state == TcpState::kSynSent) {
            end(side).enter(TcpState::kEstablished, now_ns_, cause);
        }
    } else if (state == TcpState::kSynSent) {
        // Both have sent SYN: simultaneous open (RFC 9293, 3.5).
        end(side).enter(TcpState::kSynReceived, now_ns_, cause);
    }
    if (has(packet, capture::kAck)) receive_ack(packet, side);
    take_stream(packet, side);
}

void FlowStates::receive_ack(std::uint32_t packet, Side side) {
    const EventRef cause{EventKind::kPacket, packet};
    if (end(side).state() == TcpState::kSynReceived) end(side).enter(TcpState::kEstablished, now_ns_, cause);
    // The first that covers the FIN may be lost: then a later one tells.
    if (packet < flow_.marks.fin_acked[index_of(side)]) return;
    switch (end(side).state()) {
        case TcpState::kFinWait1: end(side).enter(TcpState::kFinWait2, now_ns_, cause); break;
        case TcpState::kClosing: end(side).enter(TcpState::kTimeWait, now_ns_, cause); break;
        case TcpState::kLastAck: end(side).enter(TcpState::kClosed, now_ns_, cause); break;
        default: break;
    }
}

// tcp_close_state() (net/ipv4/tcp.c) changes the state in the call, also when the FIN has to wait behind unsent bytes.
void FlowStates::send_fin(std::uint32_t packet, Side side) {
    TimeNs when = now_ns_;
    EventRef cause{EventKind::kPacket, packet};
    const std::uint32_t call = closing_call(side);
    if (call != kNoIndex && calls_.call(call).exit_ns < when) {
        when = calls_.call(call).enter_ns;
        cause = {EventKind::kCall, call};
    }
    switch (end(side).state()) {
        case TcpState::kSynReceived:
        case TcpState::kEstablished: end(side).enter(TcpState::kFinWait1, when, cause); break;
        case TcpState::kCloseWait:
            // A FIN that does not acknowledge the peer's was sent before that came: simultaneous close (RFC 9293, 3.6).
            if (flow_.marks.fin_acked[index_of(other(side))] > packet) {
                end(side).revoke();
                end(side).enter(TcpState::kFinWait1, when, cause);
                end(side).enter(TcpState::kClosing, now_ns_, cause);
            } else {
                end(side).enter(TcpState::kLastAck, when, cause);
            }
            break;
        default: break;
    }
}

void FlowStates::take_stream(std::uint32_t packet, Side side) {
    const std::size_t sender = index_of(other(side));
    if (!sightings_.any()) {
        if (has(packet, capture::kFin)) receive_fin(packet, side);
        return;
    }
    const StreamOffset end_offset = packets_.offset[packet] + packets_.payload_bytes[packet];
    arrived_[sender].add({packets_.offset[packet], end_offset});
    if (has(packet, capture::kFin)) fin_at_[sender] = end_offset;
    if (fin_at_[sender] && arrived_[sender].contiguous() >= *fin_at_[sender]) receive_fin(packet, side);
}

void FlowStates::receive_fin(std::uint32_t packet, Side side) {
    const EventRef cause{EventKind::kPacket, packet};
    switch (end(side).state()) {
        case TcpState::kSynReceived:
        case TcpState::kEstablished: end(side).enter(TcpState::kCloseWait, now_ns_, cause); break;
        case TcpState::kFinWait1: end(side).enter(TcpState::kClosing, now_ns_, cause); break;
        case TcpState::kFinWait2: end(side).enter(TcpState::kTimeWait, now_ns_, cause); break;
        default: break;
    }
}

// Closed by its program, but the FIN still waits (or was not captured) when the recording ends.
void FlowStates::close_without_fin(Side side) {
    const std::uint32_t call = closing_call(side);
    if (call == kNoIndex || flow_.marks.fin[index_of(side)] != kNoPacket) return;
    const EventRef cause{EventKind::kCall, call};
    if (end(side).state() == TcpState::kEstablished) {
        end(side).enter(TcpState::kFinWait1, calls_.call(call).enter_ns, cause);
    } else if (end(side).state() == TcpState::kCloseWait) {
        end(side).enter(TcpState::kLastAck, calls_.call(call).enter_ns, cause);
    }
}

std::uint32_t FlowStates::closing_call(Side side) const {
    for (const std::uint32_t index : calls_.calls_of(flow_.end(side).socket)) {
        const Call& call = calls_.call(index);
        if (call.failed()) continue;
        const bool reads_only = std::string_view(call.arguments).starts_with("SHUT_RD") &&
                                !std::string_view(call.arguments).starts_with("SHUT_RDWR");
        if (call.kind == CallKind::kClose || (call.kind == CallKind::kShutdown && !reads_only)) return index;
    }
    return kNoIndex;
}

}  // namespace

std::vector<StateSpan> infer_states(const CallIndex& calls, const Sightings& sightings, const PacketColumns& packets,
                                    const std::vector<Flow>& flows, DetailScope scope) {
    std::vector<StateSpan> states;
    const TimeNs end = calls.recording().last_time_ns();
    for (FlowId id = 0; id < flows.size(); ++id) {
        if (flows[id].transport != capture::Transport::kTcp || !scope.covers(flows[id])) continue;
        FlowStates(calls, sightings, packets, flows[id], id).run(end, states);
    }
    return states;
}

std::vector<StateSpan> infer_flow_states(const CallIndex& calls, const Sightings& sightings,
                                         const PacketColumns& packets, const Flow& flow, FlowId id) {
    std::vector<StateSpan> states;
    FlowStates(calls, sightings, packets, flow, id).run(calls.recording().last_time_ns(), states);
    return states;
}

std::vector<ListenSpan> find_listens(const CallIndex& calls) {
    std::vector<ListenSpan> listens;
    const TimeNs end = calls.recording().last_time_ns();
    for (SocketId socket = 0; socket < calls.socket_count(); ++socket) {
        for (const std::uint32_t index : calls.calls_of(socket)) {
            const Call& call = calls.call(index);
            if (call.kind != CallKind::kListen || !call.returned_at_all() || call.failed()) continue;
            const std::uint32_t close = calls.closing(socket);
            const TimeNs closed = close == kNoIndex ? end : calls.call(close).enter_ns;
            listens.push_back({socket, call.exit_ns, std::max(closed, call.exit_ns)});
            break;
        }
    }
    return listens;
}

}  // namespace wirestory::analysis
