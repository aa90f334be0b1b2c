// Words of the findings about segments: sent again, lost, out of order; windows and probes.
#include <array>

#include "analysis/findings/words.hpp"

namespace wirestory::analysis {
namespace {

using Kind = FindingKind;
using Cause = FindingCause;

constexpr std::array kRows{
    FindingWords{
        Kind::kRetransmission, Cause::kPlain, "retransmission", tr_later("Retransmission"),
        tr_later("{count} segment{s} sent again"), tr_later("sent again"),
        tr_later("{sender} sent {count} segment{s} ({bytes}) again: no acknowledgement of the first copy had come "
                 "(RFC 9293 3.8.1).")},
    FindingWords{
        Kind::kFastRetransmission, Cause::kPlain, "fast-retransmission", tr_later("Fast retransmission"),
        tr_later("fast retransmission of {bytes}"), tr_later("fast again"),
        tr_later("{sender} sent {count} segment{s} ({bytes}) again without waiting for a time-out: {receiver}'s "
                 "duplicate and selective ACKs had shown the gap (RFC 5681 3.2, RFC 6675, RFC 8985).")},
    FindingWords{
        Kind::kSpuriousRetransmission, Cause::kPlain, "spurious-retransmission", tr_later("Spurious retransmission"),
        tr_later("{count} segment{s} sent again in vain"), tr_later("in vain"),
        tr_later("{sender} sent {count} segment{s} ({bytes}) again that {receiver} had acknowledged already: the data "
                 "was not lost, its ACK was late or lost (RFC 3522).")},
    FindingWords{
        Kind::kTailLossProbe, Cause::kPlain, "tail-loss-probe", tr_later("Tail loss probe"),
        tr_later("tail loss probe after {took}"), tr_later("TLP {took}"),
        tr_later("{sender} sent its last {bytes} again after {took} without an ACK: a tail loss probe. It makes the "
                 "receiver answer, so that a loss at the end shows before the retransmission time-out (RFC 8985 7).")},
    FindingWords{
        Kind::kRetransmissionTimeout, Cause::kPlain, "retransmission-timeout", tr_later("Retransmission time-out"),
        tr_later("time-out: sent again after {took}"), tr_later("RTO {took}"),
        tr_later("{sender} sent {bytes} again, {count} time{s} within {took}, each time because the retransmission "
                 "time-out ran out without an ACK; it doubles with every time (RFC 6298 5).")},
    FindingWords{
        Kind::kOutOfOrder, Cause::kPlain, "out-of-order", tr_later("Out of order"),
        tr_later("{count} segment{s} out of order"), tr_later("out of order"),
        tr_later("{count} segment{s} of {sender}'s came after segments with later bytes: the path changed the order. "
                 "{receiver} keeps those until the gap is filled; only then its program may read on "
                 "(RFC 9293 3.10.7.4).")},
    FindingWords{
        Kind::kDuplicateAck, Cause::kPlain, "duplicate-ack", tr_later("Duplicate ACKs"),
        tr_later("{count} duplicate ACK{s}"), tr_later("{count} dup ACK{s}"),
        tr_later("{sender} repeated an ACK {count} time{s}: what arrived was not what it waits for, but lies behind a "
                 "gap or has come before; both are answered at once (RFC 5681 4.2, RFC 2883).")},
    FindingWords{
        Kind::kLostSegment, Cause::kPlain, "lost-segment", tr_later("Segment missing"),
        tr_later("{bytes} missing before this"), tr_later("gap"),
        tr_later("Before this segment of {sender}'s the capture lacks {bytes}: they were lost before the point of "
                 "capture, come later, or were not captured.")},
    FindingWords{
        Kind::kOverlapConflict, Cause::kPlain, "overlap-conflict", tr_later("Conflicting bytes"),
        tr_later("other bytes than packet {number} had"), tr_later("conflict"),
        tr_later("This segment of {sender}'s carries other bytes than packet {number} did at the same place of the "
                 "stream. TCP sends the same bytes again, never others (RFC 9293 3.8.1): something on the way changed "
                 "or forged one of the two, and which of them {receiver}'s program got is its kernel's choice.")},
    FindingWords{
        Kind::kZeroWindow, Cause::kPlain, "zero-window", tr_later("Zero window"), tr_later("window closed for {took}"),
        tr_later("window 0, {took}"),
        tr_later("{sender} announced a receive window of 0 for {took}: its receive buffer is full, because its program "
                 "does not read. {receiver} may send nothing but probes (RFC 9293 3.8.6).")},
    FindingWords{
        Kind::kWindowFull, Cause::kPlain, "window-full", tr_later("Window filled"),
        tr_later("the peer's window is full"), tr_later("window full"),
        tr_later("{sender} has sent as much as {receiver}'s receive window allows: it must wait for an ACK that moves "
                 "the window on (RFC 9293 3.8.6).")},
    FindingWords{
        Kind::kWindowUpdate, Cause::kPlain, "window-update", tr_later("Window update"),
        tr_later("window opens: {amount}"), tr_later("window {amount}"),
        tr_later("{sender} tells {receiver} that its receive window is {amount} now: its program has read, and "
                 "there is room again (RFC 9293 3.8.6).")},
    FindingWords{
        Kind::kKeepAlive, Cause::kPlain, "keep-alive", tr_later("Keep-alive"), tr_later("{count} keep-alive probe{s}"),
        tr_later("keep-alive"),
        tr_later("{sender} sent {count} keep-alive probe{s} on the idle connection: with the sequence number before "
                 "the next byte, so that {receiver} must answer if it is still there (RFC 9293 3.8.4, tcp(7)).")},
    FindingWords{
        Kind::kZeroWindowProbe, Cause::kPlain, "zero-window-probe", tr_later("Zero-window probe"),
        tr_later("{count} zero-window probe{s}"), tr_later("{count} probe{s}"),
        tr_later("{sender} probed {receiver}'s closed window {count} time{s}: were the window update lost, both would "
                 "wait for ever without it (RFC 9293 3.8.6.1).")},
};

}  // namespace

std::span<const FindingWords> segment_words() { return kRows; }

}  // namespace wirestory::analysis
