#include "analysis/tcp_follower.hpp"

#include <algorithm>

namespace wirestory::analysis {

using capture::kAck;
using capture::kFin;
using capture::kRst;
using capture::kSyn;

// A SYN with a number of its own begins a new connection on the same addresses and ports (RFC 9293, 3.6.1). A SYN ACK
// does so only when the capture has one end's segments alone; else it stands beside the SYN that it answers.
bool TcpFollower::other_flow_begins(Side from, const tcp::Segment& syn, bool& reuses_ports) const {
    const tcp::Sender& sender = connection_.senders[index_of(from)];
    if (!sender.first_seq_known) return false;
    const bool answers = (syn.flags & kAck) != 0;
    if (sender.first_seq == syn.seq) return false;
    reuses_ports = syn.payload_length_known;
    if (!answers) return true;
    const SideCounter& peer = counter(other(from));
    return counter(from).syn_seen && !peer.syn_seen && syn.ack != peer.base;
}

TcpRow TcpFollower::follow(std::uint32_t packet, Flow& flow, Side from, const PacketFacts& facts) {
    const tcp::Segment& segment = facts.segment;
    if ((segment.flags & kSyn) != 0 && !counter(from).syn_seen) note_syn(flow, from, facts);
    if (!counter(from).base_known && (segment.flags & kRst) == 0) note_base(flow, from, segment.seq);
    mark(packet, flow.marks, from, segment.flags);
    TcpRow row;
    row.offset = carry(packet, flow, from, segment);
    row.ack_offset = acknowledge(packet, flow, from, segment);
    row.segment_flags = tcp::analyse_segment(connection_, index_of(from), segment);
    row.window_bytes = tcp::scaled_window(connection_.senders[index_of(from)], segment.flags, segment.window);
    return row;
}

void TcpFollower::note_syn(Flow& flow, Side from, const PacketFacts& facts) {
    counter(from).syn_seen = true;
    note_base(flow, from, facts.segment.seq + 1);
    FlowEnd& end = flow.ends[index_of(from)];
    if (facts.mss_bytes != 0) end.mss_bytes = facts.mss_bytes;
    if (facts.segment.window_scale >= 0) end.window_scale = facts.segment.window_scale;
}

void TcpFollower::note_base(Flow& flow, Side side, WireSeq seq) {
    counter(side).set_base(seq);
    FlowEnd& end = flow.ends[index_of(side)];
    end.initial_seq = seq - 1;
    end.initial_seq_known = true;
}

void TcpFollower::mark_turn(std::uint32_t packet, FlowMarks& marks, Side from, std::uint16_t tcp_flags) {
    const bool syn = (tcp_flags & kSyn) != 0;
    const bool ack = (tcp_flags & kAck) != 0;
    if ((tcp_flags & kRst) != 0) {
        if (marks.rst == kNoPacket) marks.rst = packet;
    } else if (syn && ack) {
        if (marks.syn_ack == kNoPacket) {
            marks.syn_ack = packet;
            counter(Side::kInitiator).ack_awaited = true;
        }
    } else if (syn) {
        if (from == Side::kInitiator && marks.syn_ack == kNoPacket) marks.syn = packet;
    } else if (counter(from).ack_awaited && ack) {
        counter(from).ack_awaited = false;
        marks.established = packet;
    }
}

StreamOffset TcpFollower::carry(std::uint32_t packet, Flow& flow, Side from, const tcp::Segment& segment) {
    SideCounter& own = counter(from);
    if (!own.base_known) return 0;
    const StreamOffset offset = own.unwrap(segment.seq + ((segment.flags & kSyn) != 0 ? 1U : 0U));
    if ((segment.flags & kRst) != 0) return offset;
    const StreamOffset end = offset + segment.payload_bytes;
    own.highest = std::max(own.highest, end);
    if ((segment.flags & kFin) != 0 && !own.fin_seen) {
        own.fin_seen = true;
        own.fin_offset = end;
        flow.marks.fin[index_of(from)] = packet;
    }
    return offset;
}

StreamOffset TcpFollower::acknowledge(std::uint32_t packet, Flow& flow, Side from, const tcp::Segment& segment) {
    if ((segment.flags & kAck) == 0) return 0;
    SideCounter& peer = counter(other(from));
    const bool reset = (segment.flags & kRst) != 0;
    if (!peer.base_known) {
        if (reset) return 0;
        note_base(flow, other(from), segment.ack);
    }
    StreamOffset offset = peer.unwrap(segment.ack);
    if (peer.fin_seen && offset > peer.fin_offset) {
        offset = peer.fin_offset;  // the number that the FIN takes is no byte of the stream
        std::uint32_t& acked = flow.marks.fin_acked[index_of(other(from))];
        if (acked == kNoPacket) acked = packet;
    }
    if (!reset) peer.highest = std::max(peer.highest, offset);
    return offset;
}

}  // namespace wirestory::analysis
