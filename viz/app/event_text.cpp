#include "viz/app/event_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace wirestory::viz {

std::string party_name(const Recording& recording, const Endpoint& endpoint) {
    const Actor* found = nullptr;
    for (const Actor& actor : recording.actors) {
        if (actor.address != endpoint.address || actor.name.empty()) continue;
        if (found != nullptr) return endpoint.address.to_string();
        found = &actor;
    }
    return found != nullptr ? found->name : endpoint.address.to_string();
}

std::string actor_name(const Recording& recording, ActorId actor) {
    return actor < recording.actors.size() ? recording.actors[actor].name : std::string("?");
}

const char* transport_name(capture::Transport transport) {
    switch (transport) {
        case capture::Transport::kTcp: return "TCP";
        case capture::Transport::kUdp: return "UDP";
        case capture::Transport::kIcmp: return "ICMP";
        case capture::Transport::kIcmpv6: return "ICMPv6";
        case capture::Transport::kOther: return "IP";
        case capture::Transport::kNone: break;
    }
    return "-";
}

capture::DecodedPacket decode_packet(const Recording& recording, std::uint32_t packet) {
    const TapId tap = recording.packets.tap(packet);
    const std::uint32_t link_type =
        tap < recording.taps.size() ? recording.taps[tap].link_type : capture::kLinkEthernet;
    return capture::decode(recording.packets.frame(packet), link_type, recording.packets.original_bytes(packet));
}

std::string packet_info(const Recording& recording, const analysis::Analysis& analysis, std::uint32_t packet) {
    const capture::DecodedPacket decoded = decode_packet(recording, packet);
    const std::string excerpt = decoded.payload.empty() ? std::string() : "  " + quote_bytes(decoded.payload, 24);
    if (decoded.issue != capture::DecodeIssue::kNone) return capture::to_string(decoded.issue);
    switch (decoded.transport) {
        case capture::Transport::kTcp: break;
        case capture::Transport::kUdp:
            return fmt::format("{} → {}  len {}{}", decoded.udp.source_port, decoded.udp.destination_port,
                               decoded.payload_bytes, excerpt);
        case capture::Transport::kIcmp:
        case capture::Transport::kIcmpv6: return fmt::format("type {} code {}", decoded.icmp.type, decoded.icmp.code);
        default: return fmt::format("protocol {}", decoded.ip_protocol);
    }
    std::string text = capture::tcp_flags_text(decoded.tcp.flags);
    if (packet < analysis.packets.size() && analysis.packets.flow[packet] != analysis::kNoFlow) {
        // The stream's first byte has relative number 1, as Wireshark counts, for the SYN takes number 0.
        const bool syn = decoded.tcp.has(capture::kSyn);
        text += fmt::format("  seq {}", analysis.packets.offset[packet] + (syn ? 0 : 1));
        if (decoded.tcp.has(capture::kAck)) text += fmt::format("  ack {}", analysis.packets.ack_offset[packet] + 1);
    }
    const std::uint32_t window =
        packet < analysis.packets.size() ? analysis.packets.window_bytes[packet] : decoded.tcp.window;
    return text + fmt::format("  win {}  len {}{}", window, decoded.payload_bytes, excerpt);
}

std::string event_text(const Recording& recording, const analysis::Analysis& analysis, EventRef event,
                       Language language) {
    if (event.kind == EventKind::kCall && event.index < recording.calls.size()) {
        const Call& call = recording.calls[event.index];
        return actor_name(recording, call.actor) + ": " + format_call(recording, call);
    }
    if (event.kind == EventKind::kPacket && event.index < recording.packets.size()) {
        const capture::DecodedPacket decoded = decode_packet(recording, event.index);
        return fmt::format("{} → {}: {}", party_name(recording, decoded.source_endpoint()),
                           party_name(recording, decoded.destination_endpoint()),
                           packet_info(recording, analysis, event.index));
    }
    if (event.kind == EventKind::kFinding && event.index < analysis.findings.size()) {
        return analysis::describe(recording, analysis.findings[event.index], language);
    }
    return {};
}

std::string short_event_text(const Recording& recording, const analysis::Analysis& analysis, EventRef event) {
    if (event.kind != EventKind::kPacket || event.index >= recording.packets.size()) {
        return event_text(recording, analysis, event);
    }
    const capture::DecodedPacket decoded = decode_packet(recording, event.index);
    std::string words = decoded.transport == capture::Transport::kTcp ? capture::tcp_flags_text(decoded.tcp.flags)
                                                                      : transport_name(decoded.transport);
    if (decoded.payload_bytes > 0)
        words += fmt::format(" {} {}", decoded.payload_bytes, quote_bytes(decoded.payload, 12));
    return fmt::format("{} → {}: {}", party_name(recording, decoded.source_endpoint()),
                       party_name(recording, decoded.destination_endpoint()), words);
}

std::string stream_name(const Recording& recording, const analysis::Analysis& analysis, analysis::StreamId stream) {
    if (stream.flow >= analysis.flows.size()) return {};
    const analysis::Flow& flow = analysis.flows[stream.flow];
    return party_name(recording, flow.end(stream.from).endpoint) + " → " +
           party_name(recording, flow.end(analysis::other(stream.from)).endpoint);
}

std::string since_start(const Recording& recording, TimeNs time) {
    return fmt::format("{:.3f} ms", static_cast<double>(time - recording.first_time_ns()) / kMillisecondNs);
}

Bytes stream_bytes(const Recording& recording, const analysis::Analysis& analysis, analysis::StreamId stream,
                   std::size_t limit) {
    Bytes bytes;
    const analysis::StreamLedger* ledger = analysis.stream(stream);
    if (ledger == nullptr) return bytes;
    const auto put = [&bytes, limit](StreamOffset offset, ByteView content) {
        if (offset >= limit || content.empty()) return;
        const std::size_t count = std::min<std::size_t>(content.size(), limit - offset);
        if (bytes.size() < offset + count) bytes.resize(offset + count);
        std::copy_n(content.begin(), count, bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    };
    for (const analysis::Carried& carried : ledger->carried) {
        if (carried.range.begin < limit) put(carried.range.begin, decode_packet(recording, carried.packet).payload);
    }
    for (const analysis::Written& written : ledger->written) {
        if (written.range.begin < limit) put(written.range.begin, recording.calls[written.call].payload);
    }
    return bytes;
}

}  // namespace wirestory::viz
