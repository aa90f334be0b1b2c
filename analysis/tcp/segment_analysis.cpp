#include "analysis/tcp/segment_analysis.hpp"

#include "capture/wire/tcp.hpp"

namespace wirestory::analysis::tcp {
namespace {

using capture::kAck;
using capture::kFin;
using capture::kRst;
using capture::kSyn;

constexpr DurationNs kFastRetransmissionNs = 20 * kMillisecondNs;   // after the last duplicate ACK
constexpr DurationNs kOutOfOrderWithoutRttNs = 3 * kMillisecondNs;  // when the handshake was not captured
constexpr std::int32_t kDuplicatesForFast = 2;                      // two, for one may be missing in the capture

// Sequence numbers are compared modulo 2^32 (RFC 9293, 3.4).
bool after(WireSeq a, WireSeq b) { return static_cast<std::int32_t>(a - b) > 0; }
bool before(WireSeq a, WireSeq b) { return static_cast<std::int32_t>(a - b) < 0; }

// One segment against the two ends.
class Analysis {
public:
    Analysis(Connection& connection, Sender& own, Sender& peer, const Segment& segment)
        : connection_(connection), own_(own), peer_(peer), segment_(segment) {}

    std::uint16_t run() {
        if (is_usual()) {
            note_new_ack();
        } else {
            judge();
        }
        move_on();
        return flags_;
    }

private:
    void judge() {
        note_first_seq();
        if (is_window_probe()) {
            flags_ |= kZeroWindowProbe;
        } else {
            judge_sending();
        }
        note_new_ack();
        judge_acknowledgement();
        if (takes_numbers()) judge_repetition();
    }
    [[nodiscard]] bool is_usual() const;
    void note_new_ack() {
        if (segment_.ack == own_.last_ack) return;
        own_.duplicate_acks = 0;
        own_.unseen_told = false;
    }
    void note_first_seq();
    [[nodiscard]] bool is_window_probe() const;
    void judge_sending();
    void judge_pure_ack();
    [[nodiscard]] bool fills_window() const;
    void judge_acknowledgement();
    void judge_repetition();
    [[nodiscard]] std::uint16_t kind_of_repetition() const;
    void move_on();

    [[nodiscard]] bool has(unsigned flags) const { return (segment_.flags & flags) != 0; }
    [[nodiscard]] bool takes_numbers() const { return segment_.payload_bytes > 0 || has(kSyn | kFin); }
    [[nodiscard]] WireSeq payload_end() const { return segment_.seq + segment_.payload_bytes; }
    [[nodiscard]] bool continues() const { return segment_.seq == own_.next_seq; }

    Connection& connection_;
    Sender& own_;
    Sender& peer_;
    const Segment& segment_;
    std::uint16_t flags_ = 0;
};

// Most segments are: data that goes on where its sender stopped, or an ACK of something new, and judge() would find
// nothing. A shortcut only; what it is not sure of it leaves to judge().
bool Analysis::is_usual() const {
    if ((segment_.flags & (kSyn | kFin | kRst | kAck)) != kAck || !continues() || own_.next_seq == 0 ||
        segment_.window == 0 || !own_.first_seq_known || !peer_.first_seq_known) {
        return false;
    }
    if (peer_.acked_limit != 0 && after(segment_.ack, peer_.acked_limit)) return false;
    if (segment_.payload_bytes == 0) return segment_.ack != own_.last_ack;
    const bool new_to_peer = peer_.last_ack == 0 || after(payload_end(), peer_.last_ack);
    return segment_.payload_bytes > 1 && new_to_peer && !fills_window();
}

void Analysis::note_first_seq() {
    if (!own_.first_seq_known) {
        own_.first_seq = has(kSyn) ? segment_.seq : segment_.seq - 1;
        own_.first_seq_known = true;
    }
    if (!peer_.first_seq_known && has(kAck)) {
        peer_.first_seq = segment_.ack - 1;
        peer_.first_seq_known = true;
    }
}

// One byte in sequence against a closed window (RFC 9293, 3.8.6.1).
bool Analysis::is_window_probe() const { return segment_.payload_bytes == 1 && continues() && peer_.window == 0; }

void Analysis::judge_sending() {
    const bool plain = !has(kSyn | kFin | kRst);
    if (segment_.window == 0 && plain) flags_ |= kZeroWindow;
    if (own_.next_seq != 0 && after(segment_.seq, own_.next_seq) && !has(kRst)) flags_ |= kLostSegment;
    if (!plain) return;
    // Keep-alives repeat the last number, with or without that byte (RFC 9293, 3.8.4).
    if (segment_.payload_bytes <= 1 && segment_.seq == own_.next_seq - 1) flags_ |= kKeepAlive;
    if (fills_window()) flags_ |= kWindowFull;
    if (segment_.payload_bytes == 0 && continues() && segment_.ack == own_.last_ack) judge_pure_ack();
}

// Nothing but an ACK of what was acknowledged before: what it says is in its window, or in what it answers.
void Analysis::judge_pure_ack() {
    if (segment_.window != own_.window) {
        if (segment_.window != 0) flags_ |= kWindowUpdate;
        return;
    }
    if (segment_.window == 0) {
        if ((peer_.last_flags & kZeroWindowProbe) != 0) flags_ |= kZeroWindowProbeAck;
        return;
    }
    if ((peer_.last_flags & kKeepAlive) != 0) {
        flags_ |= kKeepAliveAck;
        return;
    }
    flags_ |= kDuplicateAck;
    ++own_.duplicate_acks;
}

bool Analysis::fills_window() const {
    if (segment_.payload_bytes == 0 || peer_.window_scale == kScaleUnknown) return false;
    const bool scaled = !peer_.window_of_syn && peer_.window_scale > 0;
    const std::uint32_t window = scaled ? peer_.window << static_cast<unsigned>(peer_.window_scale) : peer_.window;
    return payload_end() == peer_.last_ack + window;
}

// An ACK of more than the capture has: told once, not again for every ACK that follows.
void Analysis::judge_acknowledgement() {
    if (!has(kAck) || peer_.acked_limit == 0 || !after(segment_.ack, peer_.acked_limit)) return;
    if (after(peer_.next_seq, peer_.acked_limit)) {
        peer_.acked_limit = peer_.next_seq;
        flags_ |= kAckLostSegment;
        return;
    }
    if (peer_.duplicate_acks == 0 && !peer_.unseen_told) flags_ |= kAckLostSegment;
    peer_.unseen_told = true;
}

void Analysis::judge_repetition() {
    if ((flags_ & kKeepAlive) != 0) return;
    const std::uint32_t bytes = segment_.payload_bytes;
    if (bytes > 0 && peer_.last_ack != 0 && !after(payload_end(), peer_.last_ack)) {
        flags_ |= kSpuriousRetransmission | kRetransmission;
        return;
    }
    // What begins one before the next number and adds to it follows a window probe.
    const bool after_probe = bytes > 1 && segment_.seq == own_.next_seq - 1;
    if (own_.next_seq == 0 || !before(segment_.seq, own_.next_seq) || after_probe) return;
    flags_ |= kind_of_repetition();
}

std::uint16_t Analysis::kind_of_repetition() const {
    // Who sees it leave knows that nothing overtook it; duplicate ACKs may still be on their way here.
    const bool leaves_here = segment_.arrives_ns != 0;
    const DurationNs since_ack = segment_.time_ns - peer_.last_ack_ns;
    if (peer_.duplicate_acks >= kDuplicatesForFast && peer_.last_ack == segment_.seq &&
        (since_ack >= 0 || leaves_here) && since_ack < kFastRetransmissionNs) {
        return kFastRetransmission | kRetransmission;
    }
    if (leaves_here) return kRetransmission;
    // Soon after the highest number, and not a repetition of that very segment: it was overtaken.
    const DurationNs since_highest = segment_.time_ns - own_.next_seq_ns;
    const DurationNs limit = connection_.handshake_rtt_ns != 0 ? connection_.handshake_rtt_ns : kOutOfOrderWithoutRttNs;
    const WireSeq end = payload_end() + (has(kSyn | kFin) ? 1U : 0U);
    if (since_highest >= 0 && since_highest < limit && end != own_.next_seq) return kOutOfOrder;
    return kRetransmission;
}

void Analysis::move_on() {
    const WireSeq end = payload_end() + (has(kSyn | kFin) ? 1U : 0U);
    const bool probe = (flags_ & kZeroWindowProbe) != 0;  // its byte is refused and comes again
    if (!probe && (own_.next_seq == 0 || after(end, own_.next_seq))) {
        own_.next_seq = end;
        own_.next_seq_ns = segment_.time_ns;
    }
    if (!probe && (own_.acked_limit == 0 || segment_.seq == own_.acked_limit)) own_.acked_limit = own_.next_seq;
    own_.window = segment_.window;
    own_.last_ack = segment_.ack;
    own_.last_ack_ns = segment_.arrives_ns != 0 ? segment_.arrives_ns : segment_.time_ns;
    own_.last_flags = flags_;
    if (has(kSyn)) {
        own_.window_of_syn = true;
        if (!has(kAck)) connection_.last_syn_ns = segment_.time_ns;
    } else if (has(kAck)) {
        own_.window_of_syn = false;
        if (connection_.last_syn_ns != 0 && connection_.handshake_rtt_ns == 0) {
            connection_.handshake_rtt_ns = segment_.time_ns - connection_.last_syn_ns;
        }
    }
}

// RFC 7323, 2.2: scaling is in force only when both SYNs carry the option.
void note_scale(Sender& own, Sender& peer, const Segment& segment) {
    if (segment.window_scale >= 0) own.window_scale = segment.window_scale;
    if ((segment.flags & kSyn) == 0) return;
    if (own.window_scale == kScaleUnknown) {
        own.window_scale = peer.window_scale = kScaleUnused;
    } else if ((segment.flags & kAck) != 0 && peer.window_scale == kScaleUnused) {
        own.window_scale = kScaleUnused;
    }
}

}  // namespace

std::uint16_t analyse_segment(Connection& connection, std::size_t from, const Segment& segment) {
    Sender& own = connection.senders[from];
    Sender& peer = connection.senders[1 - from];
    std::uint16_t flags = 0;
    // A SYN again, with the same number: what came between (a RST in answer) does not count.
    const bool first_half = (segment.flags & (kSyn | kAck)) == kSyn;
    if (first_half && own.first_seq_known && own.first_seq == segment.seq) own.next_seq = own.acked_limit;
    if (segment.payload_length_known) flags = Analysis(connection, own, peer, segment).run();
    note_scale(own, peer, segment);
    return flags;
}

}  // namespace wirestory::analysis::tcp
