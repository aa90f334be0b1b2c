// Words of the findings about segments: sent again, lost, out of order; windows and probes.
#include <array>

#include "analysis/findings/words.hpp"

namespace wirestory::analysis {
namespace {

using Kind = FindingKind;
using Cause = FindingCause;

constexpr std::array kRows{
    FindingWords{Kind::kRetransmission,
                 Cause::kPlain,
                 "retransmission",
                 {"Retransmission", "重传"},
                 {"{count} segment{s} sent again", "重传 {count} 个报文段"},
                 {"sent again", "重传"},
                 {"{sender} sent {count} segment{s} ({bytes}) again: no acknowledgement of the first copy had come "
                  "(RFC 9293 3.8.1).",
                  "{sender} 重传了 {count} 个报文段（{bytes}）：没有收到对第一次发送的确认（RFC 9293 第 3.8.1 节）。"}},
    FindingWords{Kind::kFastRetransmission,
                 Cause::kPlain,
                 "fast-retransmission",
                 {"Fast retransmission", "快速重传"},
                 {"fast retransmission of {bytes}", "快速重传 {bytes}"},
                 {"fast again", "快速重传"},
                 {"{sender} sent {count} segment{s} ({bytes}) again without waiting for a time-out: {receiver}'s "
                  "duplicate and selective ACKs had shown the gap (RFC 5681 3.2, RFC 6675, RFC 8985).",
                  "{sender} 不等超时就重传了 {count} 个报文段（{bytes}）：{receiver} "
                  "的重复确认和选择确认表明了缺口（RFC 5681 第 3.2 节；RFC 6675；RFC 8985）。"}},
    FindingWords{Kind::kSpuriousRetransmission,
                 Cause::kPlain,
                 "spurious-retransmission",
                 {"Spurious retransmission", "虚假重传"},
                 {"{count} segment{s} sent again in vain", "多余地重传 {count} 个报文段"},
                 {"in vain", "多余"},
                 {"{sender} sent {count} segment{s} ({bytes}) again that {receiver} had acknowledged already: the data "
                  "was not lost, its ACK was late or lost (RFC 3522).",
                  "{sender} 重传了 {count} 个报文段（{bytes}），而 {receiver} 已经确认过它们：数据没有丢失，只是 ACK "
                  "迟到或丢失（RFC 3522）。"}},
    FindingWords{
        Kind::kTailLossProbe,
        Cause::kPlain,
        "tail-loss-probe",
        {"Tail loss probe", "尾部丢失探测"},
        {"tail loss probe after {took}", "{took} 后的尾部丢失探测"},
        {"TLP {took}", "TLP {took}"},
        {"{sender} sent its last {bytes} again after {took} without an ACK: a tail loss probe. It makes the "
         "receiver answer, so that a loss at the end shows before the retransmission time-out (RFC 8985 7).",
         "{sender} 在 {took} 没有收到 ACK 之后再次发送最后的 {bytes}：这是尾部丢失探测（TLP）。它促使接收方应答，"
         "从而在重传超时之前发现末尾的丢失（RFC 8985 第 7 节）。"}},
    FindingWords{Kind::kRetransmissionTimeout,
                 Cause::kPlain,
                 "retransmission-timeout",
                 {"Retransmission time-out", "重传超时"},
                 {"time-out: sent again after {took}", "超时：{took} 后重传"},
                 {"RTO {took}", "RTO {took}"},
                 {"{sender} sent {bytes} again, {count} time{s} within {took}, each time because the retransmission "
                  "time-out ran out without an ACK; it doubles with every time (RFC 6298 5).",
                  "{sender} 在 {took} 内 {count} 次重传 {bytes}，每次都是因为直到重传超时也没有收到 "
                  "ACK；超时时间每次加倍（RFC 6298 第 5 节）。"}},
    FindingWords{Kind::kOutOfOrder,
                 Cause::kPlain,
                 "out-of-order",
                 {"Out of order", "乱序"},
                 {"{count} segment{s} out of order", "{count} 个报文段乱序"},
                 {"out of order", "乱序"},
                 {"{count} segment{s} of {sender}'s came after segments with later bytes: the path changed the order. "
                  "{receiver} keeps those until the gap is filled; only then its program may read on "
                  "(RFC 9293 3.10.7.4).",
                  "{sender} 的 {count} 个报文段比后发送的报文段到得更晚：路径改变了顺序。{receiver} "
                  "要等缺口补上，程序才能继续读取（RFC 9293 第 3.10.7.4 节）。"}},
    FindingWords{
        Kind::kDuplicateAck,
        Cause::kPlain,
        "duplicate-ack",
        {"Duplicate ACKs", "重复确认"},
        {"{count} duplicate ACK{s}", "{count} 个重复确认"},
        {"{count} dup ACK{s}", "重复 ACK {count}"},
        {"{sender} repeated an ACK {count} time{s}: segments arrive, but not the one it waits for; each of "
         "them is answered at once (RFC 5681 4.2).",
         "{sender} 把同一个 ACK 重复了 {count} 次：有报文段到达，但不是它等待的那个；每个这样的报文段都立即应答"
         "（RFC 5681 第 4.2 节）。"}},
    FindingWords{
        Kind::kLostSegment,
        Cause::kPlain,
        "lost-segment",
        {"Segment missing", "报文段缺失"},
        {"{bytes} missing before this", "此前缺少 {bytes}"},
        {"gap", "缺口"},
        {"Before this segment of {sender}'s the capture lacks {bytes}: they were lost before the point of "
         "capture, come later, or were not captured.",
         "在 {sender} 的这个报文段之前，捕获缺少 {bytes}：它们在到达捕获点之前丢失，或稍后才到，或没有被捕获。"}},
    FindingWords{
        Kind::kZeroWindow,
        Cause::kPlain,
        "zero-window",
        {"Zero window", "零窗口"},
        {"window closed for {took}", "窗口关闭 {took}"},
        {"window 0, {took}", "窗口 0，{took}"},
        {"{sender} announced a receive window of 0 for {took}: its receive buffer is full, because its program "
         "does not read. {receiver} may send nothing but probes (RFC 9293 3.8.6).",
         "{sender} 在 {took} 内通告接收窗口为 0：程序没有读取，接收缓冲区已满。{receiver} "
         "除了探测什么也不能发送（RFC 9293 第 3.8.6 节）。"}},
    FindingWords{Kind::kWindowFull,
                 Cause::kPlain,
                 "window-full",
                 {"Window filled", "窗口填满"},
                 {"the peer's window is full", "对方的窗口已满"},
                 {"window full", "窗口已满"},
                 {"{sender} has sent as much as {receiver}'s receive window allows: it must wait for an ACK that moves "
                  "the window on (RFC 9293 3.8.6).",
                  "{sender} 已经发满了 {receiver} 的接收窗口：必须等待 ACK 使窗口前移（RFC 9293 第 3.8.6 节）。"}},
    FindingWords{Kind::kWindowUpdate,
                 Cause::kPlain,
                 "window-update",
                 {"Window update", "窗口更新"},
                 {"window opens: {amount}", "窗口打开：{amount}"},
                 {"window {amount}", "窗口 {amount}"},
                 {"{sender} tells {receiver} that its receive window has grown to {amount}: its program has read, and "
                  "there is room again (RFC 9293 3.8.6).",
                  "{sender} 告诉 {receiver}：接收窗口增大到 {amount}。程序读取了数据，缓冲区又有了空间（RFC 9293 第 "
                  "3.8.6 节）。"}},
    FindingWords{Kind::kKeepAlive,
                 Cause::kPlain,
                 "keep-alive",
                 {"Keep-alive", "保活"},
                 {"{count} keep-alive probe{s}", "{count} 次保活探测"},
                 {"keep-alive", "保活"},
                 {"{sender} sent {count} keep-alive probe{s} on the idle connection: with the sequence number before "
                  "the next byte, so that {receiver} must answer if it is still there (RFC 9293 3.8.4, tcp(7)).",
                  "{sender} 在空闲的连接上发送了 {count} 次保活探测：序列号比下一个字节小 1，只要 {receiver} "
                  "还在就必须应答（RFC 9293 第 3.8.4 节；tcp(7)）。"}},
    FindingWords{Kind::kZeroWindowProbe,
                 Cause::kPlain,
                 "zero-window-probe",
                 {"Zero-window probe", "零窗口探测"},
                 {"{count} zero-window probe{s}", "{count} 次零窗口探测"},
                 {"{count} probe{s}", "{count} 次探测"},
                 {"{sender} probed {receiver}'s closed window {count} time{s}: were the window update lost, both would "
                  "wait for ever without it (RFC 9293 3.8.6.1).",
                  "{sender} 探测了 {count} 次 {receiver} 关闭的窗口：如果窗口更新丢失，没有探测双方就会永远等下去（RFC "
                  "9293 第 3.8.6.1 节）。"}},
};

}  // namespace

std::span<const FindingWords> segment_words() { return kRows; }

}  // namespace wirestory::analysis
