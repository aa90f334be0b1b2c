#include "viz/app/finding_text.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "viz/app/event_text.hpp"

namespace wirestory::viz {

namespace {

std::string in_chinese(const Recording& recording, const analysis::Finding& finding) {
    const std::string duration = format_duration(finding.end_ns - finding.begin_ns);
    const std::uint64_t bytes = finding.range.size();
    const std::string who = finding.actor == kNoActor ? std::string() : actor_name(recording, finding.actor) + " ";
    switch (finding.kind) {
        case analysis::FindingKind::kNagleHold:
            return fmt::format(
                "{}的 {} 字节在发送缓冲区中等待了 {}：还有未确认的数据，而这些字节不足一个 MSS，Nagle "
                "算法要等到确认才发送。",
                who, bytes, duration);
        case analysis::FindingKind::kDelayedAck:
            return fmt::format("{}收到数据后 {} 才发送确认：接收方延迟确认，希望与应答数据一起发送。", who, duration);
        case analysis::FindingKind::kCoalescedWrite:
            return fmt::format("{} 次 send 写入的 {} 字节合并在同一个报文段中发送。", finding.count, bytes);
        case analysis::FindingKind::kStickyRead:
            return fmt::format("{}一次 recv 读出了 {} 条消息({} 字节):TCP 是字节流，不保留消息边界，即“粘包”。", who,
                               finding.count, bytes);
        case analysis::FindingKind::kHalfClose:
            return fmt::format("半关闭持续 {}：一方已发送 FIN,另一方仍可继续发送数据。", duration);
        case analysis::FindingKind::kDatagramDroppedInReceiveBuffer:
            return fmt::format("{}的接收缓冲区已满，内核丢弃了 {} 个数据报，发送方得不到任何通知。", who,
                               finding.count);
    }
    return {};
}

}  // namespace

std::string finding_sentence(const Recording& recording, const analysis::Finding& finding, Language language) {
    return language == Language::kChinese ? in_chinese(recording, finding) : analysis::describe(recording, finding);
}

std::string finding_characters() {
    std::string all;
    for (std::size_t kind = 0; kind < analysis::kFindingKindCount; ++kind) {
        analysis::Finding finding;
        finding.kind = static_cast<analysis::FindingKind>(kind);
        all += in_chinese({}, finding);
    }
    return all;
}

}  // namespace wirestory::viz
