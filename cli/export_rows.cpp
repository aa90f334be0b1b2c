#include "cli/export_rows.hpp"

#include <array>
#include <limits>

#include <fmt/format.h>

#include "analysis/flow_table.hpp"
#include "cli/json_export.hpp"
#include "cli/packet_line.hpp"
#include "cli/show_views.hpp"

namespace wirestory::cli {

namespace {

constexpr const char* kColumns =
    "kind,number,time_ns,time_s,source,source_port,destination,destination_port,protocol,frame_bytes,flow,tcp_flags,"
    "seq,ack,window_bytes,payload_bytes,analysis,info\n";

// Calls (by entry), packets and findings (by begin), merged; at one time a call stands before what it caused.
template <class Use>
void each_in_time_order(const ExportSource& source, const Use& use) {
    const Recording& recording = source.recording;
    const auto& findings = source.analysis.findings;
    analysis::FilterMatcher matcher(source.filter, recording, source.analysis);
    constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();
    std::uint32_t call = 0;
    std::uint32_t packet = 0;
    std::uint32_t finding = 0;
    for (bool more = true; more;) {
        const TimeNs call_ns = call < recording.calls.size() ? recording.calls[call].enter_ns : kNever;
        const TimeNs packet_ns = packet < recording.packets.size() ? recording.packets.time_ns(packet) : kNever;
        const TimeNs finding_ns = finding < findings.size() ? findings[finding].begin_ns : kNever;
        EventRef event;
        if (call < recording.calls.size() && call_ns <= packet_ns && call_ns <= finding_ns) {
            event = {EventKind::kCall, call++};
        } else if (packet < recording.packets.size() && packet_ns <= finding_ns) {
            event = {EventKind::kPacket, packet++};
        } else if (finding < findings.size()) {
            event = {EventKind::kFinding, finding++};
        } else {
            return;
        }
        more = !matcher.event(event) || use(event);
    }
}

std::string quoted(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + '"';
}

struct Row {
    const char* kind = "";
    std::uint32_t number = 0;
    TimeNs time_ns = 0;
    std::string source{};
    std::string source_port{};
    std::string destination{};
    std::string destination_port{};
    std::string protocol{};
    std::string frame_bytes{};
    std::string flow{};
    std::string tcp_flags{};
    std::string seq{};
    std::string ack{};
    std::string window{};
    std::string payload{};
    std::string analysis{};
    std::string info{};
};

std::string text_of(const Row& row, TimeNs start_ns) {
    const DurationNs since = row.time_ns - start_ns;
    std::string out = fmt::format("{},{},{},{:.9f}", row.kind, row.number, row.time_ns,
                                  static_cast<double>(since) / static_cast<double>(kSecondNs));
    for (const std::string* cell :
         {&row.source, &row.source_port, &row.destination, &row.destination_port, &row.protocol, &row.frame_bytes,
          &row.flow, &row.tcp_flags, &row.seq, &row.ack, &row.window, &row.payload, &row.analysis, &row.info}) {
        out += ',';
        out += quoted(*cell);
    }
    return out + '\n';
}

std::string number(std::uint64_t value) { return fmt::format("{}", value); }

Row packet_row(const ExportSource& source, std::uint32_t i) {
    const Recording& recording = source.recording;
    const capture::DecodedPacket decoded = analysis::decode_packet(recording, i);
    const PacketLine line = packet_line(recording, source.analysis, i);
    Row row{"packet", i + 1, recording.packets.time_ns(i)};
    row.source = line.source;
    row.destination = line.destination;
    row.protocol = line.protocol;
    row.frame_bytes = number(recording.packets.original_bytes(i));
    row.info = line.info;
    row.analysis = analysis_words(source.analysis, i);
    if (decoded.transport == capture::Transport::kTcp || decoded.transport == capture::Transport::kUdp) {
        row.source_port = number(decoded.source_endpoint().port);
        row.destination_port = number(decoded.destination_endpoint().port);
    }
    const analysis::PacketColumns& columns = source.analysis.packets;
    if (i >= columns.size() || columns.flow[i] == analysis::kNoFlow) return row;
    row.flow = number(columns.flow[i]);
    row.payload = number(columns.payload_bytes[i]);
    if (decoded.transport != capture::Transport::kTcp) return row;
    row.tcp_flags = capture::tcp_flags_text(decoded.tcp.flags);
    row.seq = number(decoded.tcp.seq);
    if (decoded.tcp.has(capture::kAck)) row.ack = number(decoded.tcp.ack);
    row.window = number(columns.window_bytes[i]);
    return row;
}

Row call_row(const ExportSource& source, std::uint32_t i) {
    const Recording& recording = source.recording;
    const Call& call = recording.calls[i];
    Row row{"call", i + 1, call.enter_ns};
    if (call.actor < recording.actors.size()) row.source = recording.actors[call.actor].name;
    if (call.local.port != 0) row.source_port = number(call.local.port);
    if (call.peer.port != 0) {
        row.destination = endpoint_text(recording, {call.peer.address, 0});
        row.destination_port = number(call.peer.port);
    }
    if (call.socket < recording.sockets.size()) row.protocol = to_string(recording.sockets[call.socket].family);
    const auto ends = source.analysis.ends_of(call.socket);
    if (ends.size() == 1) row.flow = number(ends.front().flow);
    if (!call.payload.empty()) row.payload = number(call.payload.size());
    row.info = format_call(recording, call);
    return row;
}

Row finding_row(const ExportSource& source, std::uint32_t i) {
    const analysis::Finding& finding = source.analysis.findings[i];
    Row row{"finding", i + 1, finding.begin_ns};
    if (finding.actor < source.recording.actors.size()) row.source = source.recording.actors[finding.actor].name;
    if (finding.flow != analysis::kNoFlow) row.flow = number(finding.flow);
    row.analysis = to_string(finding.kind);
    row.info = analysis::describe(source.recording, finding, source.language);
    return row;
}

}  // namespace

void write_csv(const ExportSource& source, OutputFile& file) {
    file.write(kColumns);
    const TimeNs start_ns = source.recording.first_time_ns();
    each_in_time_order(source, [&](EventRef event) {
        const Row row = event.kind == EventKind::kPacket ? packet_row(source, event.index)
                        : event.kind == EventKind::kCall ? call_row(source, event.index)
                                                         : finding_row(source, event.index);
        return file.write(text_of(row, start_ns));
    });
}

void write_json_lines(const ExportSource& source, OutputFile& file) {
    each_in_time_order(
        source, [&](EventRef event) { return file.write(json_line(source.recording, source.analysis, event) + "\n"); });
}

}  // namespace wirestory::cli
