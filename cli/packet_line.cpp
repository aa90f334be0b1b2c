#include "cli/packet_line.hpp"

#include <fmt/format.h>

#include "analysis/flow_table.hpp"
#include "analysis/tcp/segment_flags.hpp"
#include "base/text.hpp"
#include "cli/show_views.hpp"

namespace wirestory::cli {

namespace {

using analysis::Analysis;
using capture::DecodedPacket;
using capture::Transport;

constexpr std::size_t kExcerptBytes = 32;

std::string bracketed_flags(std::uint16_t flags) {
    std::string out = "[";
    for (const char c : capture::tcp_flags_text(flags)) {
        out += c == ' ' ? ',' : c;
    }
    return out + "]";
}

// Relative numbers where the flow has a begin, as Wireshark counts.
std::string numbers(const Analysis& analysis, std::uint32_t packet, const DecodedPacket& decoded) {
    const capture::TcpHeader& tcp = decoded.tcp;
    if (packet >= analysis.packets.size() || analysis.packets.flow[packet] == analysis::kNoFlow) {
        return fmt::format("Seq={} Ack={} Len={} Win={}", tcp.seq, tcp.ack, decoded.payload_bytes, tcp.window);
    }
    const analysis::Flow& flow = analysis.flows[analysis.packets.flow[packet]];
    const analysis::Side from = analysis.packets.from[packet];
    const auto relative = [](const analysis::FlowEnd& end, WireSeq number) {
        return end.initial_seq_known ? number - end.initial_seq : WireSeq{1};
    };
    std::string out = fmt::format("Seq={}", relative(flow.end(from), tcp.seq));
    if (tcp.has(capture::kAck)) out += fmt::format(" Ack={}", relative(flow.end(analysis::other(from)), tcp.ack));
    return out + fmt::format(" Len={} Win={}", decoded.payload_bytes, analysis.packets.window_bytes[packet]);
}

std::string tcp_info(const Analysis& analysis, std::uint32_t packet, const DecodedPacket& decoded) {
    const capture::TcpHeader& tcp = decoded.tcp;
    std::string out = analysis_words(analysis, packet);
    if (!out.empty()) out = fmt::format("[{}] ", out);
    out += fmt::format("{}→{} {} {}", tcp.source_port, tcp.destination_port, bracketed_flags(tcp.flags),
                       numbers(analysis, packet, decoded));
    if (tcp.options.has_mss) out += fmt::format(" MSS={}", tcp.options.mss);
    if (tcp.options.has_window_scale) {
        constexpr unsigned kMostShift = 14;  // RFC 7323, 2.3
        out += fmt::format(" WS={}", 1U << std::min<unsigned>(tcp.options.window_scale, kMostShift));
    }
    if (tcp.options.sack_permitted) out += " SACK_PERM";
    return out;
}

std::string info_of(const Analysis& analysis, std::uint32_t packet, const DecodedPacket& decoded) {
    const bool headed = decoded.transport == Transport::kTcp && decoded.tcp.header_bytes != 0;
    std::string out;
    switch (decoded.transport) {
        case Transport::kTcp:
            if (headed) out = tcp_info(analysis, packet, decoded);
            break;
        case Transport::kUdp:
            out = fmt::format("{}→{} Len={}", decoded.udp.source_port, decoded.udp.destination_port,
                              decoded.payload_bytes);
            break;
        case Transport::kIcmp:
        case Transport::kIcmpv6: out = fmt::format("type {} code {}", decoded.icmp.type, decoded.icmp.code); break;
        case Transport::kOther: out = capture::ip_protocol_text(decoded.ip_protocol); break;
        case Transport::kNone: break;
    }
    const bool ported = headed || decoded.transport == Transport::kUdp;
    if (ported && !decoded.payload.empty()) out += " " + quote_bytes(decoded.payload, kExcerptBytes);
    if (decoded.issue == capture::DecodeIssue::kNone || decoded.issue == capture::DecodeIssue::kNotIp) return out;
    return out + fmt::format("{}({})", out.empty() ? "" : " ", capture::to_string(decoded.issue));
}

std::string protocol_of(const DecodedPacket& decoded) {
    switch (decoded.transport) {
        case Transport::kTcp: return "TCP";
        case Transport::kUdp: return "UDP";
        case Transport::kIcmp: return "ICMP";
        case Transport::kIcmpv6: return "ICMPv6";
        case Transport::kOther: return "IP";
        case Transport::kNone: break;
    }
    if (decoded.source.version != IpVersion::kNone) {
        return decoded.source.version == IpVersion::kV6 ? "IPv6" : "IPv4";
    }
    constexpr std::uint16_t kArp = 0x0806;
    if (decoded.ether_type == kArp) return "ARP";
    return decoded.ether_type != 0 ? fmt::format("0x{:04x}", decoded.ether_type) : "-";
}

}  // namespace

std::string analysis_words(const Analysis& analysis, std::uint32_t packet) {
    if (packet >= analysis.packets.size()) return {};
    const std::uint16_t bits = analysis.packets.segment_flags[packet];
    std::string out;
    for (const auto& [flag, name] : analysis::kSegmentFlagNames) {
        if ((bits & flag) == 0) continue;
        // The two special ones say it all.
        const bool plain = flag == analysis::kRetransmission;
        if (plain && (bits & (analysis::kFastRetransmission | analysis::kSpuriousRetransmission)) != 0) continue;
        if (!out.empty()) out += ", ";
        for (const char c : name) out += c == '_' ? ' ' : c;
    }
    return out;
}

PacketLine packet_line(const Recording& recording, const Analysis& analysis, std::uint32_t packet) {
    const DecodedPacket decoded = analysis::decode_packet(recording, packet);
    PacketLine line;
    if (decoded.source.version != IpVersion::kNone) {
        line.source = endpoint_text(recording, {decoded.source, 0});
        line.destination = endpoint_text(recording, {decoded.destination, 0});
    }
    line.protocol = protocol_of(decoded);
    line.info = info_of(analysis, packet, decoded);
    return line;
}

}  // namespace wirestory::cli
