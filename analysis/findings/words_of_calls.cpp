// Words of the findings that hold calls against segments and datagrams.
#include <array>

#include "analysis/findings/words.hpp"

namespace wirestory::analysis {
namespace {

using Kind = FindingKind;
using Cause = FindingCause;

constexpr std::array kRows{
    FindingWords{
        Kind::kNagleHold, Cause::kPlain, "nagle-hold", tr_later("Nagle hold"),
        tr_later("Nagle holds {n} byte{ns} for {took}"), tr_later("held {took}"),
        tr_later("{actor}'s {sends} ({bytes}) waited {took} in the send buffer: Nagle's algorithm holds a segment "
                 "smaller than one MSS while earlier data is unacknowledged (RFC 9293 3.7.4).")},
    FindingWords{
        Kind::kDelayedAck, Cause::kPlain, "delayed-ack", tr_later("Delayed ACK"), tr_later("ACK delayed by {took}"),
        tr_later("ACK +{took}"),
        tr_later("{receiver} acknowledged {bytes} from {sender} only after {took}: a receiver may hold an ACK back, "
                 "hoping to send it along with data (RFC 9293 3.8.6.3); Linux waits 40 ms or more.")},
    FindingWords{
        Kind::kDelayedAck, Cause::kFin, "delayed-ack", tr_later("Delayed ACK"), tr_later("ACK delayed by {took}"),
        tr_later("ACK +{took}"),
        tr_later("{receiver} acknowledged {sender}'s FIN only after {took}: a receiver may hold an ACK back, hoping to "
                 "send it along with data (RFC 9293 3.8.6.3); Linux waits 40 ms or more.")},
    FindingWords{
        Kind::kCoalescedWrite, Cause::kPlain, "coalesced-write", tr_later("Coalesced writes"),
        tr_later("{count} sends leave in one segment"), tr_later("{count} sends, 1 segment"),
        tr_later("One segment carries {bytes} of {count} sends by {actor}: TCP keeps no boundaries between writes "
                 "(RFC 9293 3.7.4).")},
    FindingWords{
        Kind::kStickyRead, Cause::kPlain, "sticky-read", tr_later("Sticky read"),
        tr_later("one recv takes {count} messages"), tr_later("1 recv, {count} messages"),
        tr_later("One recv by {actor} took {bytes}, bytes of {count} messages: TCP is a stream of bytes and does not "
                 "keep messages apart (RFC 9293 2.2).")},
    FindingWords{
        Kind::kCorkHold, Cause::kPlain, "cork-hold", tr_later("Held by the cork"),
        tr_later("the cork holds {n} byte{ns} for {took}"), tr_later("corked {took}"),
        tr_later("{actor}'s {sends} ({bytes}) waited {took} in the send buffer: TCP_CORK or MSG_MORE keeps back what "
                 "does not fill a segment until the program has all of it together (tcp(7)).")},
    FindingWords{
        Kind::kCorkHold, Cause::kNobodyUncorked, "cork-hold", tr_later("Held by the cork"),
        tr_later("the cork holds {n} byte{ns} for {took}"), tr_later("corked {took}"),
        tr_later("{actor}'s {sends} ({bytes}) waited {took} in the send buffer: TCP_CORK or MSG_MORE keeps back what "
                 "does not fill a segment, and nobody took it off. Linux sends such data after 200 ms (tcp(7)).")},
    FindingWords{
        Kind::kSplitWrite, Cause::kPlain, "split-write", tr_later("Split write"),
        tr_later("one send leaves in {count} segments"), tr_later("1 send, {count} segments"),
        tr_later("One send of {bytes} by {actor} left in {count} segments: a segment carries no more than one MSS, "
                 "and no more than the windows allow (RFC 9293 3.7.1).")},
    FindingWords{
        Kind::kPartialRead, Cause::kPlain, "partial-read", tr_later("Partial read"),
        tr_later("one message of {amount} takes {count} recvs"), tr_later("{count} recvs, 1 message"),
        tr_later("{actor} needed {count} recvs for one message of {amount}; the first took {bytes}. A read ends where "
                 "its buffer ends or where the bytes that have arrived end, not where a message does (RFC 9293 2.2).")},
    FindingWords{
        Kind::kPartialRead, Cause::kRestUnread, "partial-read", tr_later("Partial read"),
        tr_later("recv takes {bytes} of a message of {amount}"), tr_later("{bytes} of {amount}"),
        tr_later("{actor} took {bytes} of a message of {amount} and never read the rest: a read ends where its buffer "
                 "ends or where the bytes that have arrived end, not where a message does (RFC 9293 2.2).")},
    FindingWords{
        Kind::kBlockedSend, Cause::kPlain, "blocked-send", tr_later("Blocked send"),
        tr_later("send sleeps {took}: send buffer full"), tr_later("slept {took}"),
        tr_later("{actor}'s send of {bytes} slept for up to {took}: its send buffer (SO_SNDBUF) was full, and a "
                 "blocking send returns only when all its bytes have found room there (send(2)).")},
    FindingWords{
        Kind::kBlockedSend, Cause::kPeerWindow, "blocked-send", tr_later("Blocked send"),
        tr_later("send sleeps {took}: the peer does not read"), tr_later("slept {took}"),
        tr_later("{actor}'s send of {bytes} slept for up to {took}: {sender} announced no more window, because its "
                 "program did not read, and so {actor}'s send buffer stayed full (send(2), RFC 9293 3.8.6).")},
    FindingWords{
        Kind::kShortWrite, Cause::kPlain, "short-write", tr_later("Short write"),
        tr_later("send takes {bytes} of {amount}"), tr_later("{bytes} of {amount}"),
        tr_later("{actor} asked to send {amount}, and the kernel took {bytes}: the send buffer had no more room and "
                 "the call does not wait (send(2)). The program must send the rest itself.")},
    FindingWords{
        Kind::kShortWrite, Cause::kNothingTaken, "short-write", tr_later("Short write"),
        tr_later("send takes nothing: buffer full"), tr_later("no room"),
        tr_later("{actor} asked to send {amount}, and the kernel took nothing (EAGAIN): the send buffer was full and "
                 "the call does not wait (send(2)).")},
    FindingWords{
        Kind::kDatagramDroppedInReceiveBuffer, Cause::kPlain, "datagram-dropped-in-receive-buffer",
        tr_later("Datagrams dropped"), tr_later("{count} datagram{s} dropped: receive buffer full"),
        tr_later("{count} dropped"),
        tr_later("{count} datagram{s} from {sender} reached {receiver} and {was} dropped there: the receive buffer "
                 "was full. UDP tells nobody (RFC 768).")},
    FindingWords{
        Kind::kDatagramLostOnWire, Cause::kPlain, "datagram-lost-on-wire", tr_later("Lost on the wire"),
        tr_later("{count} datagram{s} lost on the wire"), tr_later("{count} lost"),
        tr_later("{count} datagram{s} from {sender} to {receiver} {was} lost on the wire. UDP neither tells anybody "
                 "nor sends again (RFC 768).")},
    FindingWords{
        Kind::kDatagramTruncated, Cause::kPlain, "datagram-truncated", tr_later("Truncated datagram"),
        tr_later("recv takes {bytes} of {amount}, the rest is gone"), tr_later("{bytes} of {amount}"),
        tr_later("{actor}'s recv had room for {bytes} of a datagram of {amount}: the rest was thrown away, and only "
                 "the flag MSG_TRUNC of recvmsg would have told (recv(2)).")},
};

}  // namespace

std::span<const FindingWords> call_words() { return kRows; }

}  // namespace wirestory::analysis
