// Words of the findings that hold calls against segments and datagrams.
#include <array>

#include "analysis/findings/words.hpp"

namespace wirestory::analysis {
namespace {

using Kind = FindingKind;
using Cause = FindingCause;

constexpr std::array kRows{
    FindingWords{Kind::kNagleHold,
                 Cause::kPlain,
                 "nagle-hold",
                 {"Nagle hold", "Nagle 等待"},
                 {"Nagle holds {n} byte{ns} for {took}", "Nagle 扣留 {n} 字节，达 {took}"},
                 {"held {took}", "扣留 {took}"},
                 {"{actor}'s {sends} ({bytes}) waited {took} in the send buffer: Nagle's algorithm holds a segment "
                  "smaller than one MSS while earlier data is unacknowledged (RFC 9293 3.7.4).",
                  "{actor} 的 {count} 次 send（共 {bytes}）在发送缓冲区中等待了 {took}：还有数据未被确认时，Nagle "
                  "算法不发送不足一个 MSS 的报文段（RFC 9293 第 3.7.4 节）。"}},
    FindingWords{
        Kind::kDelayedAck,
        Cause::kPlain,
        "delayed-ack",
        {"Delayed ACK", "延迟确认"},
        {"ACK delayed by {took}", "ACK 延迟 {took}"},
        {"ACK +{took}", "ACK +{took}"},
        {"{receiver} acknowledged {bytes} from {sender} only after {took}: a receiver may hold an ACK back, "
         "hoping to send it along with data (RFC 9293 3.8.6.3); Linux waits 40 ms or more.",
         "{receiver} 在 {took} 之后才确认来自 {sender} 的 {bytes}：接收方可以推迟 ACK，以便随数据一起发送（RFC "
         "9293 第 3.8.6.3 节）；Linux 至少推迟 40 ms。"}},
    FindingWords{
        Kind::kDelayedAck,
        Cause::kFin,
        "delayed-ack",
        {"Delayed ACK", "延迟确认"},
        {"ACK delayed by {took}", "ACK 延迟 {took}"},
        {"ACK +{took}", "ACK +{took}"},
        {"{receiver} acknowledged {sender}'s FIN only after {took}: a receiver may hold an ACK back, hoping to "
         "send it along with data (RFC 9293 3.8.6.3); Linux waits 40 ms or more.",
         "{receiver} 在 {took} 之后才确认 {sender} 的 FIN：接收方可以推迟 ACK，以便随数据一起发送（RFC 9293 "
         "第 3.8.6.3 节）；Linux 至少推迟 40 ms。"}},
    FindingWords{Kind::kCoalescedWrite,
                 Cause::kPlain,
                 "coalesced-write",
                 {"Coalesced writes", "写入合并"},
                 {"{count} sends leave in one segment", "{count} 次 send 合入一个报文段"},
                 {"{count} sends, 1 segment", "{count} 次 send 合一"},
                 {"One segment carries {bytes} of {count} sends by {actor}: TCP keeps no boundaries between writes "
                  "(RFC 9293 3.7.4).",
                  "一个报文段携带了 {actor} 的 {count} 次 send 写入的 {bytes}：TCP 不保留各次写入之间的边界（RFC 9293 "
                  "第 3.7.4 节）。"}},
    FindingWords{Kind::kStickyRead,
                 Cause::kPlain,
                 "sticky-read",
                 {"Sticky read", "粘包读取"},
                 {"one recv takes {count} messages", "一次 recv 取走 {count} 条消息"},
                 {"1 recv, {count} messages", "一读 {count} 条"},
                 {"One recv by {actor} took {bytes}, bytes of {count} sends: TCP is a stream of bytes and does not "
                  "keep messages apart (RFC 9293 2.2).",
                  "{actor} 的一次 recv 取走了 {bytes}，来自 {count} 次 send：TCP "
                  "是字节流，不区分消息，这就是“粘包”（RFC 9293 第 2.2 节）。"}},
    FindingWords{Kind::kCorkHold,
                 Cause::kPlain,
                 "cork-hold",
                 {"Held by the cork", "TCP_CORK 扣留"},
                 {"the cork holds {n} byte{ns} for {took}", "TCP_CORK 扣留 {n} 字节，达 {took}"},
                 {"corked {took}", "塞住 {took}"},
                 {"{actor}'s {sends} ({bytes}) waited {took} in the send buffer: TCP_CORK or MSG_MORE keeps back what "
                  "does not fill a segment until the program has all of it together (tcp(7)).",
                  "{actor} 的 {count} 次 send（共 {bytes}）在发送缓冲区中等待了 {took}：设置了 TCP_CORK 或 MSG_MORE "
                  "时，不满一个报文段的数据留到程序凑齐后才发送（tcp(7)）。"}},
    FindingWords{Kind::kCorkHold,
                 Cause::kNobodyUncorked,
                 "cork-hold",
                 {"Held by the cork", "TCP_CORK 扣留"},
                 {"the cork holds {n} byte{ns} for {took}", "TCP_CORK 扣留 {n} 字节，达 {took}"},
                 {"corked {took}", "塞住 {took}"},
                 {"{actor}'s {sends} ({bytes}) waited {took} in the send buffer: TCP_CORK or MSG_MORE keeps back what "
                  "does not fill a segment, and nobody took it off. Linux sends such data after 200 ms (tcp(7)).",
                  "{actor} 的 {count} 次 send（共 {bytes}）在发送缓冲区中等待了 {took}：设置了 TCP_CORK 或 MSG_MORE "
                  "而一直没有取消，不满一个报文段的数据被扣留；Linux 在 200 ms 后将其发出（tcp(7)）。"}},
    FindingWords{Kind::kSplitWrite,
                 Cause::kPlain,
                 "split-write",
                 {"Split write", "写入拆分"},
                 {"one send leaves in {count} segments", "一次 send 拆成 {count} 个报文段"},
                 {"1 send, {count} segments", "一次 send 拆 {count} 段"},
                 {"One send of {bytes} by {actor} left in {count} segments: a segment carries no more than one MSS, "
                  "and no more than the windows allow (RFC 9293 3.7.1).",
                  "{actor} 一次 send 写入的 {bytes} 分成 {count} 个报文段发出：一个报文段不超过一个 "
                  "MSS，也不超过窗口允许的大小（RFC 9293 第 3.7.1 节）。"}},
    FindingWords{Kind::kPartialRead,
                 Cause::kPlain,
                 "partial-read",
                 {"Partial read", "部分读取"},
                 {"one message of {amount} takes {count} recvs", "一条 {amount} 的消息用了 {count} 次 recv"},
                 {"{count} recvs, 1 message", "一条 {count} 读"},
                 {"{actor} needed {count} recvs for one message of {amount}; the first took {bytes}. A read ends where "
                  "its buffer ends or where the bytes that have arrived end, not where a message does (RFC 9293 2.2).",
                  "{actor} 用了 {count} 次 recv 才取完一条 {amount} 的消息，第一次取走 "
                  "{bytes}。读取在缓冲区用完或已到达的字节用完时结束，与消息的边界无关（RFC 9293 第 2.2 节）。"}},
    FindingWords{
        Kind::kPartialRead,
        Cause::kRestUnread,
        "partial-read",
        {"Partial read", "部分读取"},
        {"recv takes {bytes} of a message of {amount}", "recv 只取走 {amount} 消息中的 {bytes}"},
        {"{bytes} of {amount}", "{amount} 取 {bytes}"},
        {"{actor} took {bytes} of a message of {amount} and never read the rest: a read ends where its buffer "
         "ends or where the bytes that have arrived end, not where a message does (RFC 9293 2.2).",
         "{actor} 取走了一条 {amount} 消息中的 {bytes}，其余部分一直没有读取：读取在缓冲区用完或已到达的字节用完时"
         "结束，与消息的边界无关（RFC 9293 第 2.2 节）。"}},
    FindingWords{Kind::kBlockedSend,
                 Cause::kPlain,
                 "blocked-send",
                 {"Blocked send", "send 阻塞"},
                 {"send sleeps {took}: send buffer full", "send 睡眠 {took}：发送缓冲区已满"},
                 {"slept {took}", "睡眠 {took}"},
                 {"{actor}'s send of {bytes} slept for up to {took}: its send buffer (SO_SNDBUF) was full, and a "
                  "blocking send returns only when all its bytes have found room there (send(2)).",
                  "{actor} 写入 {bytes} 的 send 睡眠了最多 {took}：发送缓冲区（SO_SNDBUF）已满，阻塞的 send "
                  "要等全部字节都放进缓冲区才返回（send(2)）。"}},
    FindingWords{Kind::kBlockedSend,
                 Cause::kPeerWindow,
                 "blocked-send",
                 {"Blocked send", "send 阻塞"},
                 {"send sleeps {took}: the peer does not read", "send 睡眠 {took}：对方没有读取"},
                 {"slept {took}", "睡眠 {took}"},
                 {"{actor}'s send of {bytes} slept for up to {took}: {sender} announced no more window, because its "
                  "program did not read, and so {actor}'s send buffer stayed full (send(2), RFC 9293 3.8.6).",
                  "{actor} 写入 {bytes} 的 send 睡眠了最多 {took}：{sender} "
                  "的程序没有读取，接收窗口关闭，{actor} 的发送缓冲区一直是满的（send(2)；RFC 9293 第 3.8.6 节）。"}},
    FindingWords{Kind::kShortWrite,
                 Cause::kPlain,
                 "short-write",
                 {"Short write", "部分写入"},
                 {"send takes {bytes} of {amount}", "send 只接受 {amount} 中的 {bytes}"},
                 {"{bytes} of {amount}", "{amount} 写 {bytes}"},
                 {"{actor} asked to send {amount}, and the kernel took {bytes}: the send buffer had no more room and "
                  "the call does not wait (send(2)). The program must send the rest itself.",
                  "{actor} 要发送 {amount}，内核只接受了 {bytes}：发送缓冲区没有更多空间，而这次调用不等待（send(2)）。"
                  "剩下的部分要由程序自己再发。"}},
    FindingWords{Kind::kShortWrite,
                 Cause::kNothingTaken,
                 "short-write",
                 {"Short write", "部分写入"},
                 {"send takes nothing: buffer full", "send 什么也没有写入：缓冲区已满"},
                 {"no room", "没有空间"},
                 {"{actor} asked to send {amount}, and the kernel took nothing (EAGAIN): the send buffer was full and "
                  "the call does not wait (send(2)).",
                  "{actor} 要发送 {amount}，内核一个字节也没有接受（EAGAIN）：发送缓冲区已满，而这次调用不等待（send(2)"
                  "）。"}},
    FindingWords{Kind::kDatagramDroppedInReceiveBuffer,
                 Cause::kPlain,
                 "datagram-dropped-in-receive-buffer",
                 {"Datagrams dropped", "数据报被丢弃"},
                 {"{count} datagram{s} dropped: receive buffer full", "丢弃 {count} 个数据报：接收缓冲区已满"},
                 {"{count} dropped", "丢弃 {count} 个"},
                 {"{count} datagram{s} from {sender} reached {receiver} and {was} dropped there: the receive buffer "
                  "was full. UDP tells nobody (RFC 768).",
                  "{sender} 发出的 {count} 个数据报到达了 {receiver}，却因接收缓冲区已满而被丢弃。UDP "
                  "不通知任何一方（RFC 768）。"}},
    FindingWords{
        Kind::kDatagramLostOnWire,
        Cause::kPlain,
        "datagram-lost-on-wire",
        {"Lost on the wire", "在线路上丢失"},
        {"{count} datagram{s} lost on the wire", "{count} 个数据报在线路上丢失"},
        {"{count} lost", "丢失 {count} 个"},
        {"{count} datagram{s} from {sender} to {receiver} {was} lost on the wire. UDP neither tells anybody "
         "nor sends again (RFC 768).",
         "{sender} 发给 {receiver} 的 {count} 个数据报在线路上丢失。UDP 既不通知任何一方，也不重传（RFC 768）。"}},
    FindingWords{Kind::kDatagramTruncated,
                 Cause::kPlain,
                 "datagram-truncated",
                 {"Truncated datagram", "数据报被截断"},
                 {"recv takes {bytes} of {amount}, the rest is gone", "recv 取走 {amount} 中的 {bytes}，其余丢失"},
                 {"{bytes} of {amount}", "{amount} 取 {bytes}"},
                 {"{actor}'s recv had room for {bytes} of a datagram of {amount}: the rest was thrown away, and only "
                  "the flag MSG_TRUNC of recvmsg would have told (recv(2)).",
                  "{actor} 的 recv 只有 {bytes} 的空间，而数据报有 {amount}：其余部分被丢弃，只有 recvmsg 的 MSG_TRUNC "
                  "标志会说明这一点（recv(2)）。"}},
};

}  // namespace

std::span<const FindingWords> call_words() { return kRows; }

}  // namespace wirestory::analysis
