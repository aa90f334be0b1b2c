// From one event to all that carries the same bytes, and, for what carries none, to the rest of its step of the
// connection: handshake or close.
#include <algorithm>

#include "analysis/analysis.hpp"
#include "analysis/call_index.hpp"

namespace wirestory::analysis {
namespace {

class Tracer {
public:
    Tracer(const Recording& recording, const Analysis& analysis) : recording_(recording), analysis_(analysis) {}

    void bytes(StreamId stream, ByteRange range);
    void call(std::uint32_t index);
    void packet(std::uint32_t index);
    void report(std::uint32_t index);
    void finding(std::uint32_t index);

    // Sorted, each once, and the event asked about among them.
    ByteTrace result(EventRef asked) {
        if (asked) add(asked);
        std::sort(trace_.events.begin(), trace_.events.end());
        trace_.events.erase(std::unique(trace_.events.begin(), trace_.events.end()), trace_.events.end());
        return std::move(trace_);
    }

private:
    void add(EventRef event) { trace_.events.push_back(event); }
    void add_call(std::uint32_t index) {
        if (index != kNoIndex) add({EventKind::kCall, index});
    }
    void add_packet(std::uint32_t index) {
        if (index != kNoPacket) add({EventKind::kPacket, index});
    }
    void datagram(const Datagram& datagram);
    void handshake(FlowId flow);
    void close(StreamId stream);
    bool data_call(std::uint32_t index, StreamId end);
    bool peek(const Call& call, const StreamLedger& ledger);
    void calls_on(const FlowEnd& end, CallKind kind);

    const Recording& recording_;
    const Analysis& analysis_;
    ByteTrace trace_;
};

void Tracer::bytes(StreamId stream, ByteRange range) {
    trace_.stream = stream;
    trace_.range = range;
    const StreamLedger* ledger = analysis_.stream(stream);
    if (ledger == nullptr || range.empty()) return;
    for (const Written& written : writes_in(*ledger, range)) add_call(written.call);
    for (const std::uint32_t index : carriers_of(*ledger, range)) add_packet(ledger->carried[index].packet);
    for (const Read& read : reads_in(*ledger, range)) add_call(read.call);
    const auto& acks = ledger->acknowledged;
    auto ack = std::partition_point(acks.begin(), acks.end(),
                                    [&](const Acknowledged& each) { return each.up_to <= range.begin; });
    for (; ack != acks.end(); ++ack) {
        add_packet(ack->packet);
        if (ack->up_to >= range.end) break;
    }
}

void Tracer::datagram(const Datagram& datagram) {
    trace_.stream = {datagram.flow, datagram.from};
    add_call(datagram.send_call);
    add_packet(datagram.packet);
    add_call(datagram.recv_call);
}

void Tracer::calls_on(const FlowEnd& end, CallKind kind) {
    // Calls of one kind on one socket; accept stands on the listener and is known by what it returned.
    if (end.socket == kNoSocket) return;
    for (std::uint32_t i = 0; i < recording_.calls.size(); ++i) {
        const Call& call = recording_.calls[i];
        const SocketId socket = kind == CallKind::kAccept ? call.accepted : call.socket;
        if (call.kind == kind && socket == end.socket) add_call(i);
    }
}

void Tracer::handshake(FlowId id) {
    const Flow& flow = analysis_.flows[id];
    trace_.stream = {id, Side::kInitiator};
    add_packet(flow.marks.syn);
    add_packet(flow.marks.syn_ack);
    add_packet(flow.marks.established);
    calls_on(flow.end(Side::kInitiator), CallKind::kConnect);
    calls_on(flow.end(Side::kResponder), CallKind::kAccept);
}

// The FIN that ends a stream, its ACK, the calls that asked for it and the recv that saw the stream's end.
void Tracer::close(StreamId stream) {
    const Flow& flow = analysis_.flows[stream.flow];
    trace_.stream = stream;
    const std::uint32_t fin = flow.marks.fin[index_of(stream.from)];
    add_packet(fin);
    add_packet(flow.marks.fin_acked[index_of(stream.from)]);
    calls_on(flow.end(stream.from), CallKind::kShutdown);
    calls_on(flow.end(stream.from), CallKind::kClose);
    const SocketId reader = flow.end(other(stream.from)).socket;
    if (fin == kNoPacket || reader == kNoSocket) return;
    for (std::uint32_t i = 0; i < recording_.calls.size(); ++i) {
        const Call& call = recording_.calls[i];
        const bool end_seen = call.socket == reader && reads_data(call.kind) && call.returned == 0 &&
                              call.requested_bytes > 0 && call.returned_at_all() &&
                              call.exit_ns >= recording_.packets.time_ns(fin);
        if (!end_seen) continue;
        add_call(i);
        return;
    }
}

// Whether this send or recv on that end of a flow moved bytes of a stream; then they are traced.
bool Tracer::data_call(std::uint32_t index, StreamId end) {
    const bool writes = writes_data(recording_.calls[index].kind);
    const StreamLedger* ledger = analysis_.stream(writes ? end : StreamId{end.flow, other(end.from)});
    if (ledger == nullptr) return false;
    // Writes stand in order of their calls, reads in order of return.
    if (writes) {
        const auto found = std::partition_point(ledger->written.begin(), ledger->written.end(),
                                                [&](const Written& written) { return written.call < index; });
        if (found == ledger->written.end() || found->call != index) return false;
        bytes(ledger->id, found->range);
        return true;
    }
    if (peek(recording_.calls[index], *ledger)) return true;
    const TimeNs exit = recording_.calls[index].exit_ns;
    auto found = std::partition_point(ledger->read.begin(), ledger->read.end(),
                                      [&](const Read& read) { return read.exit_ns < exit; });
    while (found != ledger->read.end() && found->exit_ns == exit && found->call != index) ++found;
    if (found == ledger->read.end() || found->call != index) return false;
    bytes(ledger->id, found->range);
    return true;
}

// A read that left its bytes there (recv(2), MSG_PEEK) saw those behind what had been read before it.
bool Tracer::peek(const Call& call, const StreamLedger& ledger) {
    if (consumes(call) || call.returned <= 0 || call.arguments.find("MSG_PEEK") == std::string::npos) return false;
    const auto after = std::partition_point(ledger.read.begin(), ledger.read.end(),
                                            [&](const Read& read) { return read.exit_ns <= call.enter_ns; });
    const StreamOffset begin = after == ledger.read.begin() ? 0 : (after - 1)->range.end;
    const ByteRange seen{begin, std::min(begin + static_cast<StreamOffset>(call.returned), ledger.total_bytes)};
    bytes(ledger.id, seen);
    return !seen.empty();
}

void Tracer::call(std::uint32_t index) {
    const Call& asked = recording_.calls[index];
    if (const Datagram* found = analysis_.datagram_of_call(index)) {
        datagram(*found);
        return;
    }
    const SocketId socket = asked.kind == CallKind::kAccept ? asked.accepted : asked.socket;
    for (const SocketEnd& end : analysis_.ends_of(socket)) {
        const StreamId stream{end.flow, end.side};
        if (analysis_.flows[end.flow].transport != capture::Transport::kTcp) return;
        if ((writes_data(asked.kind) || reads_data(asked.kind)) && data_call(index, stream)) return;
        if (asked.kind == CallKind::kConnect || asked.kind == CallKind::kAccept) return handshake(end.flow);
        if (asked.kind == CallKind::kShutdown || asked.kind == CallKind::kClose) return close(stream);
        if (reads_data(asked.kind) && asked.returned == 0) return close({end.flow, other(end.side)});
    }
}

void Tracer::packet(std::uint32_t index) {
    const FlowId id = analysis_.packets.flow[index];
    if (id == kNoFlow) return;
    if (const Datagram* found = analysis_.datagram_of_packet(index)) {
        datagram(*found);
        return;
    }
    const Flow& flow = analysis_.flows[id];
    if (flow.transport != capture::Transport::kTcp) return;
    const Side from = analysis_.packets.from[index];
    const StreamOffset offset = analysis_.packets.offset[index];
    const std::uint32_t payload = analysis_.packets.payload_bytes[index];
    if (payload > 0) return bytes({id, from}, {offset, offset + payload});
    const std::uint16_t flags = analysis_.packets.tcp_flags[index];
    if ((flags & capture::kSyn) != 0 || index == flow.marks.established) return handshake(id);
    if ((flags & capture::kFin) != 0) return close({id, from});
    if (flow.marks.fin_acked[index_of(other(from))] == index) return close({id, other(from)});
    // An ACK without data speaks of the bytes that it acknowledged first.
    const StreamLedger* ledger = analysis_.stream({id, other(from)});
    if (ledger == nullptr) return;
    const auto& acks = ledger->acknowledged;
    const auto ack =
        std::partition_point(acks.begin(), acks.end(), [&](const Acknowledged& each) { return each.packet < index; });
    if (ack == acks.end() || ack->packet != index) {
        // One that acknowledges nothing new asks for the next byte.
        const StreamOffset wanted = analysis_.packets.ack_offset[index];
        if ((flags & capture::kAck) != 0 && wanted < ledger->total_bytes) bytes(ledger->id, {wanted, wanted + 1});
        return;
    }
    bytes(ledger->id, {ack == acks.begin() ? 0 : (ack - 1)->up_to, ack->up_to});
}

void Tracer::report(std::uint32_t index) {
    const TxReport& asked = recording_.tx_reports[index];
    for (const SocketEnd& end : analysis_.ends_of(asked.socket)) {
        const StreamLedger* ledger = analysis_.stream({end.flow, end.side});
        if (ledger == nullptr) continue;
        // The id has the low 32 bits of the offset only.
        for (StreamOffset offset = asked.id; offset < ledger->total_bytes; offset += StreamOffset{1} << 32U) {
            const auto writes = writes_in(*ledger, {offset, offset + 1});
            if (!writes.empty() && writes.front().range.end - 1 == offset) {
                return bytes(ledger->id, writes.front().range);
            }
        }
    }
}

void Tracer::finding(std::uint32_t index) {
    const Finding& asked = analysis_.findings[index];
    trace_.stream = {asked.flow, asked.from};
    trace_.range = asked.range;
    trace_.events = asked.events;
}

}  // namespace

ByteTrace trace(const Recording& recording, const Analysis& analysis, EventRef event) {
    Tracer tracer(recording, analysis);
    const auto within = [&](std::size_t size) { return event.index < size; };
    switch (event.kind) {
        case EventKind::kCall:
            if (within(recording.calls.size())) tracer.call(event.index);
            break;
        case EventKind::kPacket:
            if (within(analysis.packets.size())) tracer.packet(event.index);
            break;
        case EventKind::kTxReport:
            if (within(recording.tx_reports.size())) tracer.report(event.index);
            break;
        case EventKind::kFinding:
            if (within(analysis.findings.size())) tracer.finding(event.index);
            break;
        case EventKind::kSample:
        case EventKind::kNone: break;
    }
    return tracer.result(event);
}

ByteTrace trace_range(const Recording& recording, const Analysis& analysis, StreamId stream, ByteRange range) {
    Tracer tracer(recording, analysis);
    tracer.bytes(stream, range);
    return tracer.result({});
}

}  // namespace wirestory::analysis
