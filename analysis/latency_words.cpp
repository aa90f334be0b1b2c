// The words of the latency ledger's parts, in both languages side by side.
#include <array>

#include "analysis/latency.hpp"

namespace wirestory::analysis {
namespace {

struct PartWords {
    std::string_view id;
    const char* name_en;
    const char* name_zh;
    const char* why_en;
    const char* why_zh;
};

constexpr std::array<PartWords, kLatencyPartCount> kWords{{
    {"sender-busy", "sender not done", "发送方未写完", "The sending program had not written the whole message yet.",
     "发送方的程序还没有写完整条消息。"},
    {"send-buffer-full", "send buffer full", "发送缓冲区已满",
     "send slept until its bytes found room in the send buffer.", "send 睡眠，直到发送缓冲区有空间放下它的字节。"},
    {"sending", "sending", "发送处理", "The kernel at work: inside send, or between release and departure.",
     "内核在处理：在 send 之中，或从放行到发出之间。"},
    {"cork", "held by the cork", "TCP_CORK 扣留", "TCP_CORK or MSG_MORE kept the bytes in the send buffer.",
     "TCP_CORK 或 MSG_MORE 把字节留在发送缓冲区中。"},
    {"nagle", "Nagle", "Nagle 等待", "Nagle's algorithm waited for an ACK: the way to the peer and back.",
     "Nagle 算法在等待 ACK：到对方往返所需的时间。"},
    {"delayed-ack", "delayed ACK", "延迟确认", "Nagle's algorithm waited for an ACK, and the peer held that ACK back.",
     "Nagle 算法在等待 ACK，而对方推迟了这个 ACK。"},
    {"receive-window", "peer's window full", "对方窗口已满",
     "The peer's receive window had no room for the next segment.", "对方的接收窗口容不下下一个报文段。"},
    {"congestion-window", "congestion window full", "拥塞窗口已满",
     "As many segments were in flight as the congestion window allows.", "在途的报文段已达到拥塞窗口允许的数量。"},
    {"wire-queue", "queue of the wire", "线路排队", "In the queue of the wire, until its last bit had left it.",
     "在线路的队列中，直到最后一位离开。"},
    {"wire-delay", "way through the wire", "线路传播", "On the way through the wire.", "在线路上传播。"},
    {"loss", "loss and recovery", "丢失与恢复",
     "Lost or out of order: until it, and all bytes before it, had arrived after all.",
     "丢失或乱序：直到它和它之前的所有字节终于到达。"},
    {"not-reading", "nobody called recv", "没有调用 recv", "In the receive buffer: the program had not called recv.",
     "在接收缓冲区中：程序还没有调用 recv。"},
    {"receiver-busy", "reader in other calls", "读取方忙于其他调用",
     "In the receive buffer: the reading thread was inside another call.",
     "在接收缓冲区中：读取的线程正在执行另一个调用。"},
    {"waits-for-more", "recv waits for more", "recv 等待更多",
     "recv had been told to wait for more bytes (MSG_WAITALL).", "recv 被要求等待更多字节（MSG_WAITALL）。"},
    {"wake-up", "wake-up of the reader", "唤醒读取方", "The reader slept in recv: waking it up and copying the bytes.",
     "读取方在 recv 中睡眠：唤醒它并复制字节。"},
    {"reading", "inside recv", "读取", "Inside recv, which found the bytes there.", "在 recv 之中，字节已经在那里。"},
    {"unexplained", "unexplained", "原因不明", "Nothing recorded explains this part.",
     "记录中没有能解释这一部分的内容。"},
}};

const PartWords& words(LatencyPart part) { return kWords.at(static_cast<std::size_t>(part)); }

}  // namespace

std::string_view to_string(LatencyPart part) { return words(part).id; }

const char* name_of(LatencyPart part, Language language) {
    return language == Language::kChinese ? words(part).name_zh : words(part).name_en;
}

const char* explain(LatencyPart part, Language language) {
    return language == Language::kChinese ? words(part).why_zh : words(part).why_en;
}

}  // namespace wirestory::analysis
