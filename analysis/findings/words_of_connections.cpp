// Words of the findings about how connections begin and end, and about ICMP and fragments.
#include <array>

#include "analysis/findings/words.hpp"

namespace wirestory::analysis {
namespace {

using Kind = FindingKind;
using Cause = FindingCause;

constexpr std::array kRows{
    FindingWords{Kind::kHalfClose,
                 Cause::kPlain,
                 "half-close",
                 {"Half close", "半关闭"},
                 {"half closed for {took}", "半关闭 {took}"},
                 {"half closed", "半关闭"},
                 {"{sender} closed its direction with a FIN, yet {receiver} went on sending: {bytes} in the {took} "
                  "after it. Each direction of a connection is closed by itself (RFC 9293 3.6).",
                  "{sender} 用 FIN 关闭了自己的发送方向，{receiver} 仍继续发送：此后 {took} 内发送了 "
                  "{bytes}。连接的两个方向各自关闭（RFC 9293 第 3.6 节）。"}},
    FindingWords{Kind::kSynRetry,
                 Cause::kPlain,
                 "syn-retry",
                 {"SYN retried", "SYN 重试"},
                 {"SYN sent again {count} time{s}", "SYN 重发 {count} 次"},
                 {"SYN again", "重发 SYN"},
                 {"{sender} sent its SYN {count} more time{s} within {took}: no answer had come. Linux waits about 1 s "
                  "for the first answer and twice as long each time (RFC 6298 2 and 5.5).",
                  "{sender} 在 {took} 内又重发了 {count} 次 SYN：一直没有收到应答。Linux 第一次等待约 1 "
                  "秒，以后每次加倍（RFC 6298 第 2、5.5 节）。"}},
    FindingWords{Kind::kSynRetry,
                 Cause::kLostOnWire,
                 "syn-retry",
                 {"SYN retried", "SYN 重试"},
                 {"SYN sent again {count} time{s}", "SYN 重发 {count} 次"},
                 {"SYN again", "重发 SYN"},
                 {"{sender} sent its SYN {count} more time{s} within {took}: the wire had lost a packet of the "
                  "handshake. Linux waits about 1 s for the first answer and twice as long each time (RFC 6298 2 and "
                  "5.5).",
                  "{sender} 在 {took} 内又重发了 {count} 次 SYN：握手的一个数据包在线路上丢失。Linux 第一次等待约 1 "
                  "秒，以后每次加倍（RFC 6298 第 2、5.5 节）。"}},
    FindingWords{Kind::kSynRetry,
                 Cause::kAcceptQueueFull,
                 "syn-retry",
                 {"SYN retried", "SYN 重试"},
                 {"SYN sent again {count} time{s}", "SYN 重发 {count} 次"},
                 {"SYN again", "重发 SYN"},
                 {"{sender} sent its SYN {count} more time{s} within {took}: {receiver} had dropped it, for its accept "
                  "queue was full. Linux waits about 1 s for the first answer and twice as long each time (RFC 6298 2 "
                  "and 5.5).",
                  "{sender} 在 {took} 内又重发了 {count} 次 SYN：{receiver} 的 accept 队列已满，SYN 被丢弃。Linux "
                  "第一次等待约 1 秒，以后每次加倍（RFC 6298 第 2、5.5 节）。"}},
    FindingWords{Kind::kSynDropped,
                 Cause::kPlain,
                 "syn-dropped",
                 {"SYN dropped", "SYN 被丢弃"},
                 {"SYN dropped: accept queue full", "SYN 被丢弃：accept 队列已满"},
                 {"dropped", "被丢弃"},
                 {"{receiver} dropped {sender}'s SYN without a word: {number} connections waited for accept, more than "
                  "the backlog of listen allows. Linux counts on the SYN being sent again (listen(2)).",
                  "{receiver} 悄悄丢弃了 {sender} 的 SYN：已有 {number} 个连接在等待 accept，超过了 listen 的 "
                  "backlog。Linux 指望对方重发 SYN（listen(2)）。"}},
    FindingWords{Kind::kConnectTimeout,
                 Cause::kPlain,
                 "connect-timeout",
                 {"Connect timed out", "connect 超时"},
                 {"connect gives up after {took}", "connect 在 {took} 后放弃"},
                 {"gave up", "放弃"},
                 {"{actor}'s connect gave up after {took} (ETIMEDOUT): none of {count} SYN{s} was answered. "
                  "tcp_syn_retries and TCP_USER_TIMEOUT decide how long it tries (tcp(7)).",
                  "{actor} 的 connect 在 {took} 后放弃（ETIMEDOUT）：{count} 个 SYN "
                  "都没有得到应答。尝试多久由 tcp_syn_retries 和 TCP_USER_TIMEOUT 决定（tcp(7)）。"}},
    FindingWords{Kind::kConnectionRefused,
                 Cause::kPlain,
                 "connection-refused",
                 {"Connection refused", "连接被拒绝"},
                 {"refused: nobody listens", "被拒绝：没有监听"},
                 {"refused", "被拒绝"},
                 {"{sender} answered {receiver}'s SYN with a RST: no socket listens on that port (RFC 9293 3.10.7.1).",
                  "{sender} 用 RST 应答 {receiver} 的 SYN：该端口上没有监听的套接字（RFC 9293 第 3.10.7.1 节）。"}},
    FindingWords{Kind::kResetUnreadData,
                 Cause::kPlain,
                 "reset-unread-data",
                 {"Reset: unread data", "重置：有数据未读"},
                 {"RST: closed with {bytes} unread", "RST：关闭时还有 {bytes} 未读"},
                 {"RST, unread", "RST，未读"},
                 {"{sender} closed its socket with {bytes} unread in the receive buffer: those bytes are lost, and the "
                  "kernel says so with a RST instead of a FIN (RFC 1122 4.2.2.13, RFC 2525 2.17).",
                  "{sender} 关闭套接字时接收缓冲区中还有 {bytes} 未读：这些字节丢失了，内核因此发送 RST 而不是 "
                  "FIN（RFC 1122 第 4.2.2.13 节；RFC 2525 第 2.17 节）。"}},
    FindingWords{
        Kind::kResetLingerZero,
        Cause::kPlain,
        "reset-linger-zero",
        {"Reset: linger 0", "重置：SO_LINGER 为 0"},
        {"RST: closed with SO_LINGER 0", "RST：以 SO_LINGER 0 关闭"},
        {"RST, linger 0", "RST，LINGER 0"},
        {"{sender} closed with SO_LINGER set to 0 seconds: the kernel throws the send buffer away, sends a RST "
         "and keeps no TIME_WAIT (socket(7), RFC 9293 3.9.1.5).",
         "{sender} 以 0 秒的 SO_LINGER 关闭：内核丢弃发送缓冲区，发送 RST，并且不进入 TIME_WAIT（socket(7)；"
         "RFC 9293 第 3.9.1.5 节）。"}},
    FindingWords{
        Kind::kResetDataAfterClose,
        Cause::kPlain,
        "reset-data-after-close",
        {"Reset: data after close", "重置：关闭后收到数据"},
        {"RST: data came after close", "RST：关闭后又来了数据"},
        {"RST, closed", "RST，已关闭"},
        {"{receiver} sent data to a socket that {sender} had closed: nobody can read it any more, so {sender}'s "
         "kernel answers with a RST (RFC 1122 4.2.2.13).",
         "{receiver} 向 {sender} 已关闭的套接字发送数据：不会再有人读取，{sender} 的内核以 RST 应答（RFC 1122 "
         "第 4.2.2.13 节）。"}},
    FindingWords{Kind::kResetUnknownConnection,
                 Cause::kPlain,
                 "reset-unknown-connection",
                 {"Reset: unknown connection", "重置：未知的连接"},
                 {"RST: no such connection here", "RST：这里没有这个连接"},
                 {"RST, unknown", "RST，未知"},
                 {"{sender} answered a segment of {receiver}'s with a RST: it has no such connection (any more), while "
                  "{receiver} believed in one. That is a half-open connection (RFC 9293 3.5.1).",
                  "{sender} 用 RST 应答 {receiver} 的报文段：它没有（或不再有）这个连接，而 {receiver} "
                  "以为连接还在。这就是半开连接（RFC 9293 第 3.5.1 节）。"}},
    FindingWords{Kind::kReset,
                 Cause::kPlain,
                 "reset",
                 {"Reset", "重置"},
                 {"connection reset", "连接被重置"},
                 {"RST", "RST"},
                 {"{sender} broke the connection off with a RST. What was recorded does not tell why; a program that "
                  "closes with unread data or with SO_LINGER 0 does that (RFC 9293 3.5.2).",
                  "{sender} 用 RST 中断了连接。记录没有说明原因；程序在有未读数据时关闭，或以 SO_LINGER 0 "
                  "关闭，都会这样（RFC 9293 第 3.5.2 节）。"}},
    FindingWords{Kind::kSimultaneousOpen,
                 Cause::kPlain,
                 "simultaneous-open",
                 {"Simultaneous open", "同时打开"},
                 {"both ends send SYN", "双方都发送 SYN"},
                 {"both open", "同时打开"},
                 {"{sender} and {receiver} each sent a SYN before the other's had arrived: one connection comes of it, "
                  "and no listener is needed (RFC 9293 3.5, Figure 7).",
                  "{sender} 和 {receiver} 都在对方的 SYN 到达之前发送了 "
                  "SYN：结果是同一个连接，而且不需要监听（RFC 9293 第 3.5 节，图 7）。"}},
    FindingWords{Kind::kSimultaneousClose,
                 Cause::kPlain,
                 "simultaneous-close",
                 {"Simultaneous close", "同时关闭"},
                 {"both ends send FIN", "双方都发送 FIN"},
                 {"both close", "同时关闭"},
                 {"{sender} and {receiver} each sent a FIN before the other's had arrived: both pass through CLOSING, "
                  "and both end in TIME_WAIT (RFC 9293 3.6, Figure 13).",
                  "{sender} 和 {receiver} 都在对方的 FIN 到达之前发送了 FIN：双方都经过 CLOSING，最后都进入 "
                  "TIME_WAIT（RFC 9293 第 3.6 节，图 13）。"}},
    FindingWords{Kind::kPortReuse,
                 Cause::kPlain,
                 "port-reuse",
                 {"Ports reused", "端口重用"},
                 {"same ports, new connection", "同样的端口，新的连接"},
                 {"ports reused", "端口重用"},
                 {"{sender} opens a new connection to {receiver} with the addresses and ports of an earlier one; the "
                  "initial sequence number keeps their segments apart (RFC 9293 3.4.1).",
                  "{sender} 用先前连接的地址和端口向 {receiver} "
                  "打开一个新连接；初始序列号把两者的报文段区分开（RFC 9293 第 3.4.1 节）。"}},
    FindingWords{Kind::kFragmented,
                 Cause::kPlain,
                 "fragmented",
                 {"Fragmented", "分片"},
                 {"{count} fragment{s} of one packet", "一个数据包分成 {count} 片"},
                 {"{count} fragment{s}", "{count} 片"},
                 {"A packet from {sender} to {receiver} travels in {count} fragment{s}, for it is larger than the MTU "
                  "(RFC 791 3.2). The receiver joins them again; the loss of one loses them all.",
                  "{sender} 发给 {receiver} 的一个数据包超过了 MTU，分成 {count} 片传送（RFC 791 第 3.2 "
                  "节）。接收方负责重组；丢失一片就等于全部丢失。"}},
    FindingWords{
        Kind::kIcmpUnreachable,
        Cause::kPlain,
        "icmp-unreachable",
        {"Port unreachable", "端口不可达"},
        {"ICMP: nobody has this port", "ICMP：该端口无人使用"},
        {"unreachable", "不可达"},
        {"{sender} answered {receiver}'s datagram with ICMP \"port unreachable\": no socket has that port. A "
         "connected socket hears of it as ECONNREFUSED at its next call (RFC 1122 4.1.3.3, udp(7)).",
         "{sender} 用 ICMP“端口不可达”应答 {receiver} 的数据报：没有套接字使用该端口。已连接的套接字在下一次调用时"
         "得到 ECONNREFUSED（RFC 1122 第 4.1.3.3 节；udp(7)）。"}},
    FindingWords{Kind::kIcmpUnreachable,
                 Cause::kHostOrNetwork,
                 "icmp-unreachable",
                 {"Unreachable", "不可达"},
                 {"ICMP: unreachable, code {number}", "ICMP：不可达，代码 {number}"},
                 {"unreachable", "不可达"},
                 {"{sender} tells {receiver} by ICMP that its packet could not be delivered (destination unreachable, "
                  "code {number}; RFC 792, RFC 4443 3.1).",
                  "{sender} 用 ICMP 告诉 {receiver}：它的数据包无法送达（目的地不可达，代码 {number}；RFC 792；RFC "
                  "4443 第 3.1 节）。"}},
    FindingWords{Kind::kIcmpUnreachable,
                 Cause::kTooBig,
                 "icmp-unreachable",
                 {"Packet too big", "数据包过大"},
                 {"ICMP: packet too big", "ICMP：数据包过大"},
                 {"too big", "过大"},
                 {"{sender} tells {receiver} by ICMP that its packet is larger than the next link's MTU and may not be "
                  "fragmented: that is how the path's MTU is learned (RFC 1191, RFC 8201).",
                  "{sender} 用 ICMP 告诉 {receiver}：它的数据包超过下一段链路的 MTU，又不允许分片。路径 MTU "
                  "就是这样得知的（RFC 1191；RFC 8201）。"}},
};

}  // namespace

std::span<const FindingWords> connection_words() { return kRows; }

}  // namespace wirestory::analysis
