// The words all layouts use for packets and findings.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "capture/wire/packet.hpp"
#include "viz/layout/event_index.hpp"

namespace wirestory::viz {

namespace {

// Relative numbers as Wireshark counts them: the SYN is 0, the first byte 1. The low 32 bits come from the header, the
// rest from the unwrapped offset, so a FIN's place is counted and numbers go on past 4 GiB.
std::uint64_t relative(WireSeq on_wire, WireSeq initial, StreamOffset offset) {
    const std::uint64_t near = offset + 1;
    const auto off = static_cast<std::int32_t>(on_wire - initial - static_cast<std::uint32_t>(near));
    const auto value = static_cast<std::int64_t>(near) + off;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
}

// "sack 2897-4345": what has arrived behind a hole, in the same relative numbers; "d-sack 1-6": what has come twice. A
// first block below the acknowledged number, or inside the second block, is a report of a duplicate (RFC 2883, 4).
std::string sack_words(const capture::TcpHeader& tcp, std::uint64_t relative_ack) {
    const auto& blocks = tcp.options.sack;
    const auto distance = [](WireSeq from, WireSeq to) { return static_cast<std::int32_t>(to - from); };
    const auto number = [&](WireSeq edge) {
        return std::max<std::int64_t>(static_cast<std::int64_t>(relative_ack) + distance(tcp.ack, edge), 0);
    };
    const std::size_t count = std::min<std::size_t>(tcp.options.sack_count, blocks.size());
    const bool inside_next =
        count > 1 && distance(blocks[1].left, blocks[0].left) >= 0 && distance(blocks[0].right, blocks[1].right) >= 0;
    const bool duplicate = inside_next || (count > 0 && distance(tcp.ack, blocks[0].left) < 0);
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        if (i == 0) text += duplicate ? "d-sack" : "sack";
        if (i == 1 && duplicate) text += "  sack";
        text += fmt::format(" {}-{}", number(blocks[i].left), number(blocks[i].right));
    }
    return text;
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
        const std::uint64_t ack = relative(decoded.tcp.ack, peer.initial_seq, analysis.packets.ack_offset[packet]);
        words.numbers += fmt::format(" ack {}", ack);
        words.extras = sack_words(decoded.tcp, ack);
    }
    // A SACK block says more than the window, and there is seldom room for both.
    if (!decoded.tcp.has(capture::kRst) && words.extras.empty())
        words.extras = fmt::format("win {}", analysis.packets.window_bytes[packet]);
    if (decoded.tcp.options.has_mss) words.extras += fmt::format(" mss {}", decoded.tcp.options.mss);
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
                              ? capture::ip_protocol_text(decoded.ip_protocol)
                              : fmt::format("frame: {}", capture::to_string(decoded.issue));
            words.payload_bytes = packets.original_bytes(packet);
            words.payload = {};
    }
    return words;
}

std::string finding_note(const analysis::Finding& finding, Language language) {
    return analysis::note_of(finding, language);
}

std::string short_finding_note(const analysis::Finding& finding, Language language) {
    return analysis::short_note_of(finding, language);
}

}  // namespace wirestory::viz
