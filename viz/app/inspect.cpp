#include "viz/app/inspect.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "base/text.hpp"
#include "capture/wire/packet.hpp"
#include "viz/app/event_text.hpp"
#include "viz/app/ui_strings.hpp"

namespace wirestory::viz {

namespace {

using capture::LayerOffsets;

std::string mac(ByteView frame, std::size_t at) {
    if (frame.size() < at + 6) return "?";
    const auto byte = [&](std::size_t i) { return std::to_integer<unsigned>(frame[at + i]); };
    return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", byte(0), byte(1), byte(2), byte(3), byte(4),
                       byte(5));
}

// Where a layer ends: where the next one that is there begins.
std::size_t end_of(std::size_t size, std::initializer_list<std::uint16_t> followers) {
    for (const std::uint16_t offset : followers) {
        if (offset != LayerOffsets::kAbsent) return std::min<std::size_t>(offset, size);
    }
    return size;
}

FieldGroup link_layer(ByteView frame, const capture::DecodedPacket& packet, std::uint32_t link_type,
                      Language language) {
    FieldGroup group;
    group.title =
        link_type == capture::kLinkEthernet ? text(Text::kLinkLayer, language) : fmt::format("LINKTYPE {}", link_type);
    group.end = end_of(frame.size(), {packet.offsets.network});
    if (link_type == capture::kLinkEthernet) {
        group.fields = {{"destination", mac(frame, 0)}, {"source", mac(frame, 6)}};
    }
    group.fields.push_back({"type", fmt::format("0x{:04x}", packet.ether_type)});
    return group;
}

FieldGroup ip_layer(ByteView frame, const capture::DecodedPacket& packet) {
    const bool v6 = packet.source.version == IpVersion::kV6;
    FieldGroup group;
    group.title =
        fmt::format("{}  {} → {}", v6 ? "IPv6" : "IPv4", packet.source.to_string(), packet.destination.to_string());
    group.begin = packet.offsets.network;
    group.end = end_of(frame.size(), {packet.offsets.transport, packet.offsets.payload});
    group.fields = {{"source", packet.source.to_string()},
                    {"destination", packet.destination.to_string()},
                    {"total length", fmt::format("{}", packet.ip_total_bytes)},
                    {v6 ? "hop limit" : "TTL", fmt::format("{}", packet.ttl)},
                    {v6 ? "next header" : "protocol", fmt::format("{}", packet.ip_protocol)}};
    if (!v6) group.fields.push_back({"identification", fmt::format("0x{:04x}", packet.ip_id)});
    if (packet.more_fragments || packet.fragment_offset_bytes != 0) {
        group.fields.push_back(
            {"fragment offset", fmt::format("{}{}", packet.fragment_offset_bytes,
                                            packet.more_fragments ? ", more follow" : ", the last")});
    }
    return group;
}

void add_tcp_options(FieldGroup& group, const capture::TcpOptions& options) {
    auto& fields = group.fields;
    if (options.has_mss) fields.push_back({"option MSS", fmt::format("{}", options.mss)});
    if (options.has_window_scale) {
        fields.push_back({"option window scale", fmt::format("{} (× {})", options.window_scale,
                                                             1U << std::min<unsigned>(options.window_scale, 14))});
    }
    if (options.sack_permitted) fields.push_back({"option SACK", "permitted"});
    for (std::size_t i = 0; i < std::min<std::size_t>(options.sack_count, options.sack.size()); ++i) {
        fields.push_back({"option SACK", fmt::format("{}-{}", options.sack.at(i).left, options.sack.at(i).right)});
    }
    if (options.has_timestamps) {
        fields.push_back(
            {"option time stamps", fmt::format("{} (echo {})", options.timestamp_value, options.timestamp_echo)});
    }
    if (options.malformed) fields.push_back({"options", "malformed"});
}

FieldGroup tcp_layer(ByteView frame, const capture::DecodedPacket& packet, const analysis::Analysis& analysis,
                     std::uint32_t index) {
    const capture::TcpHeader& tcp = packet.tcp;
    FieldGroup group;
    group.title = fmt::format("TCP  {} → {}", tcp.source_port, tcp.destination_port);
    group.begin = packet.offsets.transport;
    group.end = end_of(frame.size(), {packet.offsets.payload});
    std::string relative_seq;
    std::string relative_ack;
    std::string window = fmt::format("{}", tcp.window);
    if (index < analysis.packets.size() && analysis.packets.flow[index] != analysis::kNoFlow) {
        relative_seq = fmt::format(" ({})", analysis.packets.offset[index] + (tcp.has(capture::kSyn) ? 0 : 1));
        relative_ack = fmt::format(" ({})", analysis.packets.ack_offset[index] + 1);
        const std::uint32_t scaled = analysis.packets.window_bytes[index];
        if (scaled != tcp.window) window += fmt::format(" (= {})", format_bytes(scaled));
    }
    group.fields = {{"flags", capture::tcp_flags_text(tcp.flags)},
                    {"sequence number", fmt::format("{}{}", tcp.seq, relative_seq)},
                    {"acknowledgment", tcp.has(capture::kAck) ? fmt::format("{}{}", tcp.ack, relative_ack) : "-"},
                    {"window", window},
                    {"header length", fmt::format("{}", tcp.header_bytes)},
                    {"checksum", fmt::format("0x{:04x}", tcp.checksum)}};
    if (tcp.has(capture::kUrg)) group.fields.push_back({"urgent pointer", fmt::format("{}", tcp.urgent)});
    add_tcp_options(group, tcp.options);
    return group;
}

FieldGroup udp_layer(ByteView frame, const capture::DecodedPacket& packet) {
    FieldGroup group;
    group.title = fmt::format("UDP  {} → {}", packet.udp.source_port, packet.udp.destination_port);
    group.begin = packet.offsets.transport;
    group.end = end_of(frame.size(), {packet.offsets.payload});
    group.fields = {{"length", fmt::format("{}", packet.udp.length_bytes)},
                    {"checksum", fmt::format("0x{:04x}", packet.udp.checksum)}};
    return group;
}

}  // namespace

std::vector<FieldGroup> packet_layers(const Recording& recording, const analysis::Analysis& analysis,
                                      std::uint32_t index, Language language) {
    const ByteView frame = recording.packets.frame(index);
    const capture::DecodedPacket packet = decode_packet(recording, index);
    const TapId tap = recording.packets.tap(index);
    std::vector<FieldGroup> groups;
    FieldGroup whole;
    whole.title = text(Text::kFrame, language);
    whole.end = frame.size();
    whole.fields = {{text(Text::kTime, language), since_start(recording, recording.packets.time_ns(index))},
                    {text(Text::kLength, language),
                     fmt::format("{} ({} {})", recording.packets.original_bytes(index),
                                 recording.packets.captured_bytes(index), text(Text::kCaptured, language))}};
    if (tap < recording.taps.size()) whole.fields.push_back({"tap", recording.taps[tap].name});
    if (packet.issue != capture::DecodeIssue::kNone) {
        whole.fields.push_back({"decoding", capture::to_string(packet.issue)});
    }
    groups.push_back(std::move(whole));
    if (FieldGroup wire = wire_fields(recording, analysis, index, language); !wire.title.empty()) {
        groups.push_back(std::move(wire));
    }
    const std::uint32_t link = tap < recording.taps.size() ? recording.taps[tap].link_type : capture::kLinkEthernet;
    if (packet.offsets.network != 0) groups.push_back(link_layer(frame, packet, link, language));
    if (packet.source.version != IpVersion::kNone && packet.offsets.network != LayerOffsets::kAbsent) {
        groups.push_back(ip_layer(frame, packet));
    }
    if (packet.issue == capture::DecodeIssue::kNone && packet.offsets.transport != LayerOffsets::kAbsent) {
        if (packet.transport == capture::Transport::kTcp) groups.push_back(tcp_layer(frame, packet, analysis, index));
        if (packet.transport == capture::Transport::kUdp) groups.push_back(udp_layer(frame, packet));
    }
    if (!packet.payload.empty() && packet.offsets.payload != LayerOffsets::kAbsent) {
        FieldGroup payload;
        payload.title = fmt::format("{}  {}", text(Text::kPayload, language), format_bytes(packet.payload_bytes));
        payload.begin = packet.offsets.payload;
        payload.end = std::min(frame.size(), payload.begin + packet.payload.size());
        payload.fields = {{text(Text::kContent, language), quote_bytes(packet.payload, 64)}};
        groups.push_back(std::move(payload));
    }
    return groups;
}

FieldGroup call_fields(const Recording& recording, const Call& call, Language language) {
    FieldGroup group;
    group.title = format_call(recording, call);
    auto& fields = group.fields;
    fields.push_back({text(Text::kEntered, language), since_start(recording, call.enter_ns)});
    if (call.returned_at_all()) {
        fields.push_back({text(Text::kDuration, language), format_duration(call.exit_ns - call.enter_ns)});
    }
    fields.push_back({"", text(!call.returned_at_all() ? Text::kNeverReturned
                               : call.slept            ? Text::kSlept
                                                       : Text::kNotSlept,
                               language)});
    if (writes_data(call.kind) || reads_data(call.kind)) {
        fields.push_back({text(Text::kAsked, language), fmt::format("{} B", call.requested_bytes)});
    }
    if (call.returned_at_all()) {
        std::string returned = fmt::format("{}", call.returned);
        if (call.failed()) returned += " " + errno_name(call.error_number);
        fields.push_back({text(Text::kGot, language), returned});
    }
    if (!call.returned_text.empty()) fields.push_back({"", call.returned_text});
    if (call.socket < recording.sockets.size()) {
        const SocketInfo& socket = recording.sockets[call.socket];
        fields.push_back(
            {text(Text::kSocket, language),
             fmt::format("{}{}{}", socket.name, socket.name.empty() ? "" : "  ", to_string(socket.family))});
    }
    if (call.local.port != 0) fields.push_back({text(Text::kLocal, language), call.local.to_string()});
    if (call.peer.port != 0) fields.push_back({text(Text::kPeer, language), call.peer.to_string()});
    if (!call.payload.empty()) fields.push_back({text(Text::kContent, language), quote_bytes(call.payload, 64)});
    return group;
}

std::vector<SocketId> sockets_of(const Recording& recording, const analysis::Analysis& analysis, EventRef event) {
    std::vector<SocketId> sockets;
    if (event.kind == EventKind::kCall && event.index < recording.calls.size()) {
        const Call& call = recording.calls[event.index];
        if (call.socket != kNoSocket) sockets.push_back(call.socket);
    } else if (event.kind == EventKind::kPacket && event.index < analysis.packets.size() &&
               analysis.packets.flow[event.index] < analysis.flows.size()) {
        for (const analysis::FlowEnd& end : analysis.flows[analysis.packets.flow[event.index]].ends) {
            if (end.socket != kNoSocket) sockets.push_back(end.socket);
        }
    }
    return sockets;
}

std::vector<std::uint32_t> findings_of(const std::vector<analysis::Finding>& findings, EventRef event,
                                       const analysis::ByteTrace& bytes) {
    std::vector<std::uint32_t> found;
    for (std::uint32_t i = 0; i < findings.size(); ++i) {
        const analysis::Finding& finding = findings[i];
        const bool rests =
            event && std::find(finding.events.begin(), finding.events.end(), event) != finding.events.end();
        const bool same_bytes = !bytes.range.empty() && bytes.stream.flow == finding.flow &&
                                bytes.stream.from == finding.from && bytes.range.overlaps(finding.range);
        if (rests || same_bytes || event == EventRef{EventKind::kFinding, i}) found.push_back(i);
    }
    return found;
}

std::vector<std::string> hex_lines(ByteView bytes, std::size_t first_offset, std::size_t per_line) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < bytes.size(); at += per_line) {
        std::string line = fmt::format("{:04x}  ", first_offset + at);
        std::string readable;
        for (std::size_t i = at; i < at + per_line; ++i) {
            if (i >= bytes.size()) {
                line += "   ";
                continue;
            }
            const auto value = std::to_integer<unsigned>(bytes[i]);
            line += fmt::format("{:02x} ", value);
            readable += value >= 0x20 && value < 0x7f ? static_cast<char>(value) : '.';
        }
        lines.push_back(line + " " + readable);
    }
    return lines;
}

}  // namespace wirestory::viz
