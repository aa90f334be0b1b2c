// Words of the findings about how connections begin and end, and about ICMP and fragments.
#include <array>

#include "analysis/findings/words.hpp"

namespace wirestory::analysis {
namespace {

using Kind = FindingKind;
using Cause = FindingCause;

constexpr std::array kRows{
    FindingWords{
        Kind::kHalfClose, Cause::kPlain, "half-close", tr_later("Half close"), tr_later("half closed for {took}"),
        tr_later("half closed"),
        tr_later("{sender} closed its direction with a FIN, yet {receiver} went on sending: {bytes} in the {took} "
                 "after it. Each direction of a connection is closed by itself (RFC 9293 3.6).")},
    FindingWords{
        Kind::kSynRetry, Cause::kPlain, "syn-retry", tr_later("SYN retried"),
        tr_later("SYN sent again {count} time{s}"), tr_later("SYN again"),
        tr_later("{sender} sent its SYN {count} more time{s} within {took}: no answer had come. Linux waits about 1 "
                 "s for the first answer and then twice as long each time, since 6.5 only after a few more tries of "
                 "1 s (RFC 6298 2 and 5.5, tcp_syn_linear_timeouts).")},
    FindingWords{
        Kind::kSynRetry, Cause::kLostOnWire, "syn-retry", tr_later("SYN retried"),
        tr_later("SYN sent again {count} time{s}"), tr_later("SYN again"),
        tr_later("{sender} sent its SYN {count} more time{s} within {took}: the wire had lost a packet of the "
                 "handshake. Linux waits about 1 s for the first answer and then twice as long each time, since 6.5 "
                 "only after a few more tries of 1 s (RFC 6298 2 and 5.5, tcp_syn_linear_timeouts).")},
    FindingWords{
        Kind::kSynRetry, Cause::kAcceptQueueFull, "syn-retry", tr_later("SYN retried"),
        tr_later("SYN sent again {count} time{s}"), tr_later("SYN again"),
        tr_later("{sender} sent its SYN {count} more time{s} within {took}: {receiver} had dropped it, for its "
                 "accept queue was full. Linux waits about 1 s for the first answer and then twice as long each "
                 "time, since 6.5 only after a few more tries of 1 s (RFC 6298 2 and 5.5, tcp_syn_linear_timeouts).")},
    FindingWords{
        Kind::kSynDropped, Cause::kPlain, "syn-dropped", tr_later("SYN dropped"),
        tr_later("SYN dropped: accept queue full"), tr_later("dropped"),
        tr_later("{receiver} dropped {sender}'s SYN without a word: {number} connections waited for accept, more than "
                 "the backlog of listen allows. Linux counts on the SYN being sent again (listen(2)).")},
    FindingWords{Kind::kConnectTimeout, Cause::kPlain, "connect-timeout", tr_later("Connect timed out"),
                 tr_later("connect gives up after {took}"), tr_later("gave up"),
                 tr_later("{actor}'s connect gave up after {took} (ETIMEDOUT): none of {count} SYN{s} was answered. "
                          "tcp_syn_retries and TCP_USER_TIMEOUT decide how long it tries (tcp(7)).")},
    FindingWords{
        Kind::kConnectionRefused, Cause::kPlain, "connection-refused", tr_later("Connection refused"),
        tr_later("refused: nobody listens"), tr_later("refused"),
        tr_later("{sender} answered {receiver}'s SYN with a RST: no socket listens on that port (RFC 9293 3.10.7.1).")},
    FindingWords{
        Kind::kResetUnreadData, Cause::kPlain, "reset-unread-data", tr_later("Reset: unread data"),
        tr_later("RST: closed with {bytes} unread"), tr_later("RST, unread"),
        tr_later("{sender} closed its socket with {bytes} unread in the receive buffer: those bytes are lost, and the "
                 "kernel says so with a RST instead of a FIN (RFC 1122 4.2.2.13, RFC 2525 2.17).")},
    FindingWords{
        Kind::kResetLingerZero, Cause::kPlain, "reset-linger-zero", tr_later("Reset: linger 0"),
        tr_later("RST: closed with SO_LINGER 0"), tr_later("RST, linger 0"),
        tr_later("{sender} closed with SO_LINGER set to 0 seconds: the kernel throws the send buffer away, sends a RST "
                 "and keeps no TIME_WAIT (socket(7), RFC 9293 3.9.1.5).")},
    FindingWords{
        Kind::kResetDataAfterClose, Cause::kPlain, "reset-data-after-close", tr_later("Reset: data after close"),
        tr_later("RST: data came after close"), tr_later("RST, closed"),
        tr_later(
            "{receiver} sent data to a socket that {sender} had closed: nobody can read it any more, so {sender}'s "
            "kernel answers with a RST (RFC 1122 4.2.2.13).")},
    FindingWords{
        Kind::kResetUnknownConnection, Cause::kPlain, "reset-unknown-connection", tr_later("Reset: unknown connection"),
        tr_later("RST: no such connection here"), tr_later("RST, unknown"),
        tr_later("{sender} answered a segment of {receiver}'s with a RST: it has no such connection (any more), while "
                 "{receiver} believed in one. That is a half-open connection (RFC 9293 3.5.1).")},
    FindingWords{
        Kind::kReset, Cause::kPlain, "reset", tr_later("Reset"), tr_later("connection reset"), tr_later("RST"),
        tr_later("{sender} broke the connection off with a RST. What was recorded does not tell why; a program that "
                 "closes with unread data or with SO_LINGER 0 does that (RFC 9293 3.5.2).")},
    FindingWords{
        Kind::kSimultaneousOpen, Cause::kPlain, "simultaneous-open", tr_later("Simultaneous open"),
        tr_later("both ends send SYN"), tr_later("both open"),
        tr_later("{sender} and {receiver} each sent a SYN before the other's had arrived: one connection comes of it, "
                 "and no listener is needed (RFC 9293 3.5, Figure 7).")},
    FindingWords{
        Kind::kSimultaneousClose, Cause::kPlain, "simultaneous-close", tr_later("Simultaneous close"),
        tr_later("both ends send FIN"), tr_later("both close"),
        tr_later("{sender} and {receiver} each sent a FIN before the other's had arrived: both pass through CLOSING, "
                 "and both end in TIME_WAIT (RFC 9293 3.6, Figure 13).")},
    FindingWords{
        Kind::kPortReuse, Cause::kPlain, "port-reuse", tr_later("Ports reused"), tr_later("same ports, new connection"),
        tr_later("ports reused"),
        tr_later("{sender} opens a new connection to {receiver} with the addresses and ports of an earlier one; the "
                 "initial sequence number keeps their segments apart (RFC 9293 3.4.1).")},
    FindingWords{
        Kind::kFragmented, Cause::kPlain, "fragmented", tr_later("Fragmented"),
        tr_later("{count} fragment{s} of one packet"), tr_later("{count} fragment{s}"),
        tr_later("A packet from {sender} to {receiver} travels in {count} fragment{s}, for it is larger than the MTU "
                 "(RFC 791 3.2). The receiver joins them again; the loss of one loses them all.")},
    FindingWords{
        Kind::kIcmpUnreachable, Cause::kPlain, "icmp-unreachable", tr_later("Port unreachable"),
        tr_later("ICMP: nobody has this port"), tr_later("unreachable"),
        tr_later("{sender} answered {receiver}'s datagram with ICMP \"port unreachable\": no socket has that port. A "
                 "connected socket hears of it as ECONNREFUSED at its next call (RFC 1122 4.1.3.3, udp(7)).")},
    FindingWords{
        Kind::kIcmpUnreachable, Cause::kHostOrNetwork, "icmp-unreachable", tr_later("Unreachable"),
        tr_later("ICMP: unreachable, code {number}"), tr_later("unreachable"),
        tr_later("{sender} tells {receiver} by ICMP that its packet could not be delivered (destination unreachable, "
                 "code {number}; RFC 792, RFC 4443 3.1).")},
    FindingWords{
        Kind::kIcmpUnreachable, Cause::kTooBig, "icmp-unreachable", tr_later("Packet too big"),
        tr_later("ICMP: packet too big"), tr_later("too big"),
        tr_later("{sender} tells {receiver} by ICMP that its packet is larger than the next link's MTU and may not be "
                 "fragmented: that is how the path's MTU is learned (RFC 1191, RFC 8201).")},
};

}  // namespace

std::span<const FindingWords> connection_words() { return kRows; }

}  // namespace wirestory::analysis
