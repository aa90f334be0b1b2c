// The names of findings and the sentences for people, each whole in both languages side by side, so that whoever
// changes one sees the other.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "analysis/finding.hpp"
#include "analysis/flow_table.hpp"
#include "base/text.hpp"
#include "recording/actor_address.hpp"

namespace wirestory::analysis {
namespace {

constexpr std::array<std::string_view, kFindingKindCount> kNames = {
    "nagle-hold", "delayed-ack", "coalesced-write", "sticky-read", "half-close", "datagram-dropped-in-receive-buffer"};

struct Sentence {
    const char* en;
    const char* zh;
};

constexpr Sentence kNagleOne{
    "{0}'s send ({1}) waited {2} in the send buffer: Nagle's algorithm holds a segment smaller than one MSS while "
    "earlier data is unacknowledged (RFC 9293 3.7.4).",
    "{0} 的一次 send（{1}）在发送缓冲区中等待了 {2}：还有数据未被确认时，Nagle 算法不发送不足一个 MSS "
    "的报文段（RFC 9293 第 3.7.4 节）。"};
constexpr Sentence kNagleMany{
    "{0}'s {3} sends ({1}) waited {2} in the send buffer: Nagle's algorithm holds a segment smaller than one MSS while "
    "earlier data is unacknowledged (RFC 9293 3.7.4).",
    "{0} 的 {3} 次 send（共 {1}）在发送缓冲区中等待了 {2}：还有数据未被确认时，Nagle 算法不发送不足一个 MSS "
    "的报文段（RFC 9293 第 3.7.4 节）。"};
constexpr Sentence kDelayedFin{
    "{0} acknowledged {1}'s FIN only after {2}: a receiver may hold an ACK back, hoping to send it along with data "
    "(RFC 9293 3.8.6.3); Linux waits 40 ms or more.",
    "{0} 在 {2} 之后才确认 {1} 的 FIN：接收方可以推迟 ACK，以便随数据一起发送（RFC 9293 第 3.8.6.3 节）；Linux "
    "至少推迟 40 ms。"};
constexpr Sentence kDelayedData{
    "{0} acknowledged {3} from {1} only after {2}: a receiver may hold an ACK back, hoping to send it along with data "
    "(RFC 9293 3.8.6.3); Linux waits 40 ms or more.",
    "{0} 在 {2} 之后才确认来自 {1} 的 {3}：接收方可以推迟 ACK，以便随数据一起发送（RFC 9293 第 3.8.6.3 节）；Linux "
    "至少推迟 40 ms。"};
constexpr Sentence kHalfClosed{
    "{0} closed its direction with a FIN, yet {1} went on sending: {2} in the {3} after it. Each direction of a "
    "connection is closed by itself (RFC 9293 3.6).",
    "{0} 用 FIN 关闭了自己的发送方向，{1} 仍继续发送：此后 {3} 内发送了 {2}。连接的两个方向各自关闭（RFC 9293 第 3.6 "
    "节）。"};
constexpr Sentence kCoalesced{
    "One segment carries {1} of {2} sends by {0}: TCP keeps no boundaries between writes (RFC 9293 3.7.4).",
    "一个报文段携带了 {0} 的 {2} 次 send 写入的 {1}：TCP 不保留各次写入之间的边界（RFC 9293 第 3.7.4 节）。"};
constexpr Sentence kSticky{
    "One recv by {0} took {1}, bytes of {2} sends: TCP is a stream of bytes and does not keep messages apart "
    "(RFC 9293 2.2).",
    "{0} 的一次 recv 取走了 {1}，来自 {2} 次 send：TCP 是字节流，不区分消息，这就是“粘包”（RFC 9293 第 2.2 节）。"};
constexpr Sentence kDroppedOne{
    "One datagram from {0} reached {1} and was dropped there: the receive buffer was full. UDP tells nobody (RFC 768).",
    "{0} 发出的 1 个数据报到达了 {1}，却因接收缓冲区已满而被丢弃。UDP 不通知任何一方（RFC 768）。"};
constexpr Sentence kDroppedMany{
    "{2} datagrams from {0} reached {1} and were dropped there: the receive buffer was full. UDP tells nobody "
    "(RFC 768).",
    "{0} 发出的 {2} 个数据报到达了 {1}，却因接收缓冲区已满而被丢弃。UDP 不通知任何一方（RFC 768）。"};
constexpr Sentence kConcluded{"Concluded from what {0} read later.", "这是根据 {0} 后来读到的内容推断的。"};
constexpr Sentence kCounted{"The kernel's drop counter says so.", "内核的丢包计数证实了这一点。"};
constexpr Sentence kCountedOfBuffer{"The kernel's drop counter says so; the buffer holds {0} with bookkeeping.",
                                    "内核的丢包计数证实了这一点；缓冲区连同管理开销共 {0}。"};

template <class... Values>
std::string say(Language language, const Sentence& sentence, const Values&... values) {
    return fmt::format(fmt::runtime(language == Language::kChinese ? sentence.zh : sentence.en), values...);
}

std::string actor_name(const Recording& recording, ActorId actor) {
    return actor < recording.actors.size() ? recording.actors[actor].name : std::string();
}

std::string name_of(const Recording& recording, const Endpoint& endpoint) {
    const ActorId actor = actor_at(recording.actors, endpoint.address);
    return actor == kNoActor ? endpoint.to_string() : actor_name(recording, actor);
}

// Both parties, by the first packet among the finding's events; the actor where it names none.
struct Parties {
    std::string sender;    // of that packet
    std::string receiver;  // of that packet
};
Parties parties(const Recording& recording, const Finding& finding) {
    for (const EventRef& event : finding.events) {
        if (event.kind != EventKind::kPacket || event.index >= recording.packets.size()) continue;
        const capture::DecodedPacket packet = decode_packet(recording, event.index);
        return {name_of(recording, packet.source_endpoint()), name_of(recording, packet.destination_endpoint())};
    }
    const std::string name = actor_name(recording, finding.actor);
    return {name, name};
}

std::string describe_nagle(const Recording& recording, const Finding& finding, Language language) {
    return say(language, finding.count == 1 ? kNagleOne : kNagleMany, actor_name(recording, finding.actor),
               format_bytes(finding.range.size()), format_duration(finding.end_ns - finding.begin_ns), finding.count);
}

std::string describe_delayed_ack(const Recording& recording, const Finding& finding, Language language) {
    const Parties packet = parties(recording, finding);
    return say(language, finding.range.empty() ? kDelayedFin : kDelayedData, packet.receiver, packet.sender,
               format_duration(finding.end_ns - finding.begin_ns), format_bytes(finding.range.size()));
}

std::string describe_half_close(const Recording& recording, const Finding& finding, Language language) {
    const Parties fin = parties(recording, finding);
    return say(language, kHalfClosed, fin.sender, fin.receiver, format_bytes(finding.range.size()),
               format_duration(finding.end_ns - finding.begin_ns));
}

// SO_RCVBUF of the receiver as the kernel gave it with the drop counter; 0 when it was not sampled.
std::uint32_t receive_buffer_bytes(const Recording& recording, const Finding& finding) {
    for (const EventRef& event : finding.events) {
        if (event.kind == EventKind::kSample && event.index < recording.samples.size()) {
            return recording.samples[event.index].memory.rcvbuf_bytes;
        }
    }
    return 0;
}

std::string describe_dropped(const Recording& recording, const Finding& finding, Language language) {
    const Parties packet = parties(recording, finding);
    const std::string space = language == Language::kChinese ? "" : " ";
    const std::string said =
        say(language, finding.count == 1 ? kDroppedOne : kDroppedMany, packet.sender, packet.receiver, finding.count) +
        space;
    if (finding.evidence != Evidence::kMeasured) return said + say(language, kConcluded, packet.receiver);
    const std::uint32_t buffer = receive_buffer_bytes(recording, finding);
    return said + (buffer == 0 ? say(language, kCounted) : say(language, kCountedOfBuffer, format_bytes(buffer)));
}

}  // namespace

std::string_view to_string(FindingKind kind) {
    const auto at = static_cast<std::size_t>(kind);
    return at < kNames.size() ? kNames[at] : "?";
}

std::optional<FindingKind> finding_kind_named(std::string_view name) {
    const auto found = std::find(kNames.begin(), kNames.end(), name);
    if (found == kNames.end()) return std::nullopt;
    return static_cast<FindingKind>(found - kNames.begin());
}

std::string describe(const Recording& recording, const Finding& finding, Language language) {
    const std::string actor = actor_name(recording, finding.actor);
    const std::string bytes = format_bytes(finding.range.size());
    switch (finding.kind) {
        case FindingKind::kNagleHold: return describe_nagle(recording, finding, language);
        case FindingKind::kDelayedAck: return describe_delayed_ack(recording, finding, language);
        case FindingKind::kCoalescedWrite: return say(language, kCoalesced, actor, bytes, finding.count);
        case FindingKind::kStickyRead: return say(language, kSticky, actor, bytes, finding.count);
        case FindingKind::kHalfClose: return describe_half_close(recording, finding, language);
        case FindingKind::kDatagramDroppedInReceiveBuffer: return describe_dropped(recording, finding, language);
    }
    return std::string(to_string(finding.kind));
}

std::string describing_characters(Language language) {
    std::string all;
    for (const Sentence& sentence : {kNagleOne, kNagleMany, kDelayedFin, kDelayedData, kHalfClosed, kCoalesced, kSticky,
                                     kDroppedOne, kDroppedMany, kConcluded, kCounted, kCountedOfBuffer}) {
        all += language == Language::kChinese ? sentence.zh : sentence.en;
    }
    return all;
}

}  // namespace wirestory::analysis
