#include "analysis/states.hpp"

#include <algorithm>
#include <array>
#include <string_view>

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
    FlowStates(const CallIndex& calls, const PacketColumns& packets, const Flow& flow, FlowId id)
        : calls_(calls),
          packets_(packets),
          flow_(flow),
          ends_{EndStates(id, Side::kInitiator), EndStates(id, Side::kResponder)} {}

    void run(TimeNs recording_end, std::vector<StateSpan>& out) {
        for (const std::uint32_t packet : flow_.packets) add(packet);
        for (const Side side : {Side::kInitiator, Side::kResponder}) {
            close_without_fin(side);
            end(side).finish(recording_end);
            end(side).apply_samples(calls_, flow_.end(side).socket);
            out.insert(out.end(), end(side).spans().begin(), end(side).spans().end());
        }
    }

private:
    void add(std::uint32_t packet);
    void add_syn(std::uint32_t packet, Side from);
    void add_ack(std::uint32_t packet, Side from);
    void send_fin(std::uint32_t packet, Side side);
    void receive_fin(std::uint32_t packet, Side side);
    void close_without_fin(Side side);
    // The call that closes this side's direction, the first; kNoIndex without one.
    [[nodiscard]] std::uint32_t closing_call(Side side) const;

    [[nodiscard]] EndStates& end(Side side) { return ends_[index_of(side)]; }
    [[nodiscard]] TimeNs time(std::uint32_t packet) const { return calls_.recording().packets.time_ns(packet); }

    const CallIndex& calls_;
    const PacketColumns& packets_;
    const Flow& flow_;
    std::array<EndStates, 2> ends_;
};

void FlowStates::add(std::uint32_t packet) {
    const std::uint16_t flags = packets_.tcp_flags[packet];
    const Side from = packets_.from[packet];
    const EventRef cause{EventKind::kPacket, packet};
    if ((flags & capture::kRst) != 0) {
        for (EndStates& each : ends_) {
            // An end that never was (a port nobody listens on) does not close; TIME_WAIT is not assassinated (RFC
            // 1337).
            if (each.state() != TcpState::kUnknown && each.state() != TcpState::kTimeWait) {
                each.enter(TcpState::kClosed, time(packet), cause);
            }
        }
        return;
    }
    if ((flags & capture::kSyn) != 0) {
        add_syn(packet, from);
    } else {
        // The capture began in the middle: what talks without SYN is past the handshake.
        for (EndStates& each : ends_) {
            if (each.state() == TcpState::kUnknown) each.enter(TcpState::kEstablished, time(packet), cause);
        }
    }
    if ((flags & capture::kAck) != 0) add_ack(packet, from);
    if ((flags & capture::kFin) != 0) {
        send_fin(packet, from);
        receive_fin(packet, other(from));
    }
}

void FlowStates::add_syn(std::uint32_t packet, Side from) {
    const bool ack = (packets_.tcp_flags[packet] & capture::kAck) != 0;
    const EventRef cause{EventKind::kPacket, packet};
    if (!ack) {
        if (end(from).state() == TcpState::kUnknown) end(from).enter(TcpState::kSynSent, time(packet), cause);
        // Both have sent SYN: simultaneous open (RFC 9293, 3.5).
        if (end(other(from)).state() == TcpState::kSynSent) {
            end(other(from)).enter(TcpState::kSynReceived, time(packet), cause);
        }
        return;
    }
    // The answer proves that the SYN was taken, at the time it came.
    if (end(from).state() == TcpState::kUnknown) {
        const bool captured = flow_.marks.syn != kNoPacket && flow_.marks.syn < packet;
        const std::uint32_t begin = captured ? flow_.marks.syn : packet;
        end(from).enter(TcpState::kSynReceived, time(begin), {EventKind::kPacket, begin});
    }
    if (end(other(from)).state() == TcpState::kUnknown || end(other(from)).state() == TcpState::kSynSent) {
        end(other(from)).enter(TcpState::kEstablished, time(packet), cause);
    }
}

void FlowStates::add_ack(std::uint32_t packet, Side from) {
    EndStates& receiver = end(other(from));
    const EventRef cause{EventKind::kPacket, packet};
    if (receiver.state() == TcpState::kSynReceived) receiver.enter(TcpState::kEstablished, time(packet), cause);
    if (flow_.marks.fin_acked[index_of(other(from))] != packet) return;
    switch (receiver.state()) {
        case TcpState::kFinWait1: receiver.enter(TcpState::kFinWait2, time(packet), cause); break;
        case TcpState::kClosing: receiver.enter(TcpState::kTimeWait, time(packet), cause); break;
        case TcpState::kLastAck: receiver.enter(TcpState::kClosed, time(packet), cause); break;
        default: break;
    }
}

// tcp_close_state() (net/ipv4/tcp.c) changes the state in the call, also when the FIN has to wait behind unsent bytes.
void FlowStates::send_fin(std::uint32_t packet, Side side) {
    TimeNs when = time(packet);
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
                end(side).enter(TcpState::kClosing, time(packet), cause);
            } else {
                end(side).enter(TcpState::kLastAck, when, cause);
            }
            break;
        default: break;
    }
}

void FlowStates::receive_fin(std::uint32_t packet, Side side) {
    const EventRef cause{EventKind::kPacket, packet};
    switch (end(side).state()) {
        case TcpState::kSynReceived:
        case TcpState::kEstablished: end(side).enter(TcpState::kCloseWait, time(packet), cause); break;
        case TcpState::kFinWait1: end(side).enter(TcpState::kClosing, time(packet), cause); break;
        case TcpState::kFinWait2: end(side).enter(TcpState::kTimeWait, time(packet), cause); break;
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

std::vector<StateSpan> infer_states(const CallIndex& calls, const PacketColumns& packets,
                                    const std::vector<Flow>& flows, DetailScope scope) {
    std::vector<StateSpan> states;
    const TimeNs end = calls.recording().last_time_ns();
    for (FlowId id = 0; id < flows.size(); ++id) {
        if (flows[id].transport != capture::Transport::kTcp || !scope.covers(flows[id])) continue;
        FlowStates(calls, packets, flows[id], id).run(end, states);
    }
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
