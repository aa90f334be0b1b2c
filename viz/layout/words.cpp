// The words all layouts use for packets and findings.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "capture/wire/packet.hpp"
#include "viz/layout/event_index.hpp"

namespace wirestory::viz {

namespace {

using analysis::FindingKind;

// Relative numbers as Wireshark counts them: the SYN is 0, the first byte 1. The low 32 bits come from the header, the
// rest from the unwrapped offset, so a FIN's place is counted and numbers go on past 4 GiB.
std::uint64_t relative(WireSeq on_wire, WireSeq initial, StreamOffset offset) {
    const std::uint64_t near = offset + 1;
    const auto off = static_cast<std::int32_t>(on_wire - initial - static_cast<std::uint32_t>(near));
    const auto value = static_cast<std::int64_t>(near) + off;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
}

void tcp_words(PacketWords& words, const capture::DecodedPacket& decoded, const analysis::Analysis& analysis,
               std::uint32_t packet) {
    words.flags = capture::tcp_flags_text(decoded.tcp.flags);
    const analysis::FlowId flow_id = analysis.packets.flow[packet];
    if (flow_id >= analysis.flows.size()) return;
    const analysis::Flow& flow = analysis.flows[flow_id];
    const analysis::Side from = analysis.packets.from[packet];
    const bool syn = decoded.tcp.has(capture::kSyn);
    const std::uint64_t seq =
        syn ? 0 : relative(decoded.tcp.seq, flow.end(from).initial_seq, analysis.packets.offset[packet]);
    words.numbers = fmt::format("seq {}", seq);
    if (decoded.tcp.has(capture::kAck)) {
        const analysis::FlowEnd& peer = flow.end(analysis::other(from));
        words.numbers +=
            fmt::format(" ack {}", relative(decoded.tcp.ack, peer.initial_seq, analysis.packets.ack_offset[packet]));
    }
    if (!decoded.tcp.has(capture::kRst)) words.extras = fmt::format("win {}", analysis.packets.window_bytes[packet]);
    if (decoded.tcp.options.has_mss) words.extras += fmt::format(" mss {}", decoded.tcp.options.mss);
}

std::string_view plural(std::uint64_t count) { return count == 1 ? "" : "s"; }

std::string note_in_chinese(const analysis::Finding& finding) {
    const std::string took = format_duration(finding.end_ns - finding.begin_ns);
    const std::uint64_t bytes = finding.range.empty() ? 0 : finding.range.size();
    switch (finding.kind) {
        case FindingKind::kNagleHold: return fmt::format("Nagle 扣留 {} 字节，达 {}", bytes, took);
        case FindingKind::kDelayedAck: return fmt::format("ACK 延迟 {}", took);
        case FindingKind::kCoalescedWrite: return fmt::format("{} 次 send 合入一个报文段", finding.count);
        case FindingKind::kStickyRead: return fmt::format("一次 recv 取走 {} 条消息", finding.count);
        case FindingKind::kHalfClose: return fmt::format("半关闭 {}", took);
        case FindingKind::kDatagramDroppedInReceiveBuffer:
            return fmt::format("丢弃 {} 个数据报：接收缓冲区已满", finding.count);
    }
    return std::string{to_string(finding.kind)};
}

}  // namespace

PacketWords packet_words(const Recording& recording, const analysis::Analysis& analysis, std::uint32_t packet) {
    const PacketTable& packets = recording.packets;
    const TapId tap = packets.tap(packet);
    const std::uint32_t link_type = tap < recording.taps.size() ? recording.taps[tap].link_type : 1;
    const capture::DecodedPacket decoded =
        capture::decode(packets.frame(packet), link_type, packets.original_bytes(packet));
    PacketWords words;
    words.payload_bytes = decoded.payload_bytes;
    words.payload = decoded.payload;
    switch (decoded.transport) {
        case capture::Transport::kTcp: tcp_words(words, decoded, analysis, packet); break;
        case capture::Transport::kUdp: words.flags = "UDP"; break;
        case capture::Transport::kIcmp:
        case capture::Transport::kIcmpv6:
            words.flags = "ICMP";
            words.numbers = fmt::format("type {} code {}", decoded.icmp.type, decoded.icmp.code);
            break;
        default:
            words.flags = decoded.issue == capture::DecodeIssue::kNone
                              ? fmt::format("IP protocol {}", decoded.ip_protocol)
                              : fmt::format("frame: {}", capture::to_string(decoded.issue));
            words.payload_bytes = packets.original_bytes(packet);
            words.payload = {};
    }
    return words;
}

std::string finding_note(const analysis::Finding& finding, Language language) {
    if (language == Language::kChinese) return note_in_chinese(finding);
    const std::string took = format_duration(finding.end_ns - finding.begin_ns);
    const std::uint64_t bytes = finding.range.empty() ? 0 : finding.range.size();
    switch (finding.kind) {
        case FindingKind::kNagleHold: return fmt::format("Nagle holds {} byte{} for {}", bytes, plural(bytes), took);
        case FindingKind::kDelayedAck: return fmt::format("ACK delayed by {}", took);
        case FindingKind::kCoalescedWrite: return fmt::format("{} sends leave in one segment", finding.count);
        case FindingKind::kStickyRead: return fmt::format("one recv takes {} messages", finding.count);
        case FindingKind::kHalfClose: return fmt::format("half closed for {}", took);
        case FindingKind::kDatagramDroppedInReceiveBuffer:
            return finding.count > 1 ? fmt::format("{} datagrams dropped: receive buffer full", finding.count)
                                     : std::string{"dropped: receive buffer full"};
    }
    return std::string{to_string(finding.kind)};
}

std::string short_finding_note(const analysis::Finding& finding, Language language) {
    const bool zh = language == Language::kChinese;
    const std::string took = format_duration(finding.end_ns - finding.begin_ns);
    const std::string count = fmt::format("{}", finding.count);
    switch (finding.kind) {
        case FindingKind::kNagleHold: return (zh ? "扣留 " : "held ") + took;
        case FindingKind::kDelayedAck: return "ACK +" + took;
        case FindingKind::kCoalescedWrite: return count + (zh ? " 次 send 合一" : " sends, 1 segment");
        case FindingKind::kStickyRead: return zh ? "一读 " + count + " 条" : "1 recv, " + count + " messages";
        case FindingKind::kHalfClose: return zh ? "半关闭" : "half closed";
        case FindingKind::kDatagramDroppedInReceiveBuffer: return zh ? "丢弃 " + count + " 个" : count + " dropped";
    }
    return {};
}

}  // namespace wirestory::viz
