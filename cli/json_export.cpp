#include "cli/json_export.hpp"

#include <nlohmann/json.hpp>

#include "analysis/fate_words.hpp"
#include "base/text.hpp"
#include "capture/wire/packet.hpp"
#include "cli/flow_json.hpp"

namespace wirestory::cli {

namespace {

using analysis::Analysis;
using analysis::kNoIndex;
using nlohmann::json;

json index_or_null(std::uint32_t index) { return index == kNoIndex ? json(nullptr) : json(index); }
json actor_or_null(const Recording& recording, ActorId actor) {
    return actor < recording.actors.size() ? json(recording.actors[actor].name) : json(nullptr);
}
json range_of(analysis::ByteRange range) { return json::array({range.begin, range.end}); }
const char* side_name(analysis::Side side) { return side == analysis::Side::kInitiator ? "initiator" : "responder"; }

const char* transport_name(capture::Transport transport) {
    switch (transport) {
        case capture::Transport::kTcp: return "tcp";
        case capture::Transport::kUdp: return "udp";
        case capture::Transport::kIcmp: return "icmp";
        case capture::Transport::kIcmpv6: return "icmpv6";
        case capture::Transport::kOther: return "other";
        case capture::Transport::kNone: break;
    }
    return "none";
}

const char* evidence_name(analysis::Evidence evidence) {
    switch (evidence) {
        case analysis::Evidence::kMeasured: return "measured";
        case analysis::Evidence::kDerived: return "derived";
        case analysis::Evidence::kInferred: break;
    }
    return "inferred";
}

const char* fate_name(analysis::DatagramFate fate) {
    switch (fate) {
        case analysis::DatagramFate::kRead: return "read";
        case analysis::DatagramFate::kUnread: return "unread";
        case analysis::DatagramFate::kDroppedInReceiveBuffer: return "dropped-in-receive-buffer";
        case analysis::DatagramFate::kNoListener: return "no-listener";
        case analysis::DatagramFate::kLostOnWire: return "lost-on-wire";
        case analysis::DatagramFate::kUnknown: break;
    }
    return "unknown";
}

json event_of(EventRef event) {
    switch (event.kind) {
        case EventKind::kCall: return {{"call", event.index}};
        case EventKind::kPacket: return {{"packet", event.index}};
        case EventKind::kSample: return {{"sample", event.index}};
        case EventKind::kTxReport: return {{"tx_report", event.index}};
        case EventKind::kFinding: return {{"finding", event.index}};
        case EventKind::kNone: break;
    }
    return nullptr;
}

json events_of(const std::vector<EventRef>& events) {
    json list = json::array();
    for (const EventRef event : events) list.push_back(event_of(event));
    return list;
}

// On a wire: which packet a further sighting is of; where each copy of a packet arrived; what the wire did to it.
void add_sightings(json& out, const Recording& recording, const Analysis& analysis, std::uint32_t packet) {
    const analysis::Sightings& sightings = analysis.sightings;
    if (!sightings.is_logical(packet)) {
        out["sighting_of"] = sightings.logical(packet);
        return;
    }
    json arrivals = json::array();
    for (const analysis::Arrival& arrival : sightings.arrivals(packet)) {
        json& item =
            arrivals.emplace_back(json{{"to", actor_or_null(recording, arrival.to)}, {"time_ns", arrival.time_ns}});
        if (arrival.duplicate) item["duplicate"] = true;
        if (arrival.corrupted) item["corrupted"] = true;
    }
    out["arrivals"] = std::move(arrivals);
    if (const WireFate* loss = sightings.loss(packet)) out["lost"] = to_string(loss->cause);
    std::string fate = analysis::describe_fate(recording, sightings, packet);
    if (!fate.empty()) out["fate"] = std::move(fate);
}

json packet_json(const Recording& recording, const Analysis& analysis, std::uint32_t i) {
    const TapId tap = recording.packets.tap(i);
    const std::uint32_t link_type = tap < recording.taps.size() ? recording.taps[tap].link_type : 1;
    const capture::DecodedPacket packet =
        capture::decode(recording.packets.frame(i), link_type, recording.packets.original_bytes(i));
    json out{{"time_ns", recording.packets.time_ns(i)},
             {"tap", tap},
             {"protocol", transport_name(packet.transport)},
             {"frame_bytes", recording.packets.original_bytes(i)},
             {"captured_bytes", recording.packets.captured_bytes(i)}};
    if (packet.issue != capture::DecodeIssue::kNone) out["issue"] = capture::to_string(packet.issue);
    const bool ported = packet.transport == capture::Transport::kTcp || packet.transport == capture::Transport::kUdp;
    if (ported) {
        out["from"] = packet.source_endpoint().to_string();
        out["to"] = packet.destination_endpoint().to_string();
    } else if (packet.source.version != IpVersion::kNone) {
        out["from"] = packet.source.to_string();
        out["to"] = packet.destination.to_string();
    }
    if (analysis.sightings.any()) add_sightings(out, recording, analysis, i);
    if (i >= analysis.packets.size() || analysis.packets.flow[i] == analysis::kNoFlow) return out;
    out["flow"] = analysis.packets.flow[i];
    out["len"] = analysis.packets.payload_bytes[i];
    if (packet.transport != capture::Transport::kTcp) return out;
    out["flags"] = capture::tcp_flags_text(analysis.packets.tcp_flags[i]);
    out["seq"] = packet.tcp.seq;
    out["ack"] = packet.tcp.ack;
    out["offset"] = analysis.packets.offset[i];
    out["ack_offset"] = analysis.packets.ack_offset[i];
    out["window_bytes"] = analysis.packets.window_bytes[i];
    return out;
}

json call_json(const Recording& recording, const Call& call) {
    json out{{"actor", actor_or_null(recording, call.actor)},
             {"thread", call.thread},
             {"call", to_string(call.kind)},
             {"text", format_call(recording, call)},
             {"enter_ns", call.enter_ns},
             {"exit_ns", call.returned_at_all() ? json(call.exit_ns) : json(nullptr)},
             {"slept", call.slept},
             {"socket", call.socket == kNoSocket ? json(nullptr) : json(call.socket)},
             {"requested_bytes", call.requested_bytes}};
    if (call.returned_at_all()) out["returned"] = call.returned;
    if (call.failed()) out["errno"] = errno_name(call.error_number);
    if (call.local.port != 0) out["local"] = call.local.to_string();
    if (call.peer.port != 0) out["peer"] = call.peer.to_string();
    return out;
}

json flow_json(const Recording& recording, const Analysis& analysis, analysis::FlowId id) {
    const analysis::Flow& flow = analysis.flows[id];
    json ends = json::array();
    for (const analysis::FlowEnd& end : flow.ends) {
        ends.push_back({{"endpoint", end.endpoint.to_string()},
                        {"actor", actor_or_null(recording, end.actor)},
                        {"socket", end.socket == kNoSocket ? json(nullptr) : json(end.socket)},
                        {"mss_bytes", end.mss_bytes}});
    }
    json out{{"protocol", transport_name(flow.transport)},
             {"first_ns", flow.first_ns},
             {"last_ns", flow.last_ns},
             {"packets", flow.packets.size()},
             {"ends", std::move(ends)}};
    if (flow.transport == capture::Transport::kTcp)
        out["summary"] = flow_summary_json(summarise(recording, analysis, id));
    return out;
}

// The members carry their index, for with a filter their place in the list is another.
json numbered(json object, std::size_t index) {
    object["index"] = index;
    return object;
}

template <class Items, class Make>
json list_of(const Items& items, const Make& make) {
    json list = json::array();
    for (const auto& item : items) list.push_back(make(item));
    return list;
}

json stream_json(const analysis::StreamLedger& stream) {
    const auto by_call = [](const auto& part) {
        return json{{"range", range_of(part.range)}, {"call", index_or_null(part.call)}};
    };
    return {{"flow", stream.id.flow},
            {"from", side_name(stream.id.from)},
            {"total_bytes", stream.total_bytes},
            {"written", list_of(stream.written, by_call)},
            {"carried", list_of(stream.carried,
                                [](const analysis::Carried& part) {
                                    return json{{"range", range_of(part.range)},
                                                {"packet", index_or_null(part.packet)},
                                                {"retransmission", part.retransmission}};
                                })},
            {"acknowledged", list_of(stream.acknowledged,
                                     [](const analysis::Acknowledged& part) {
                                         return json{{"up_to", part.up_to}, {"packet", index_or_null(part.packet)}};
                                     })},
            {"read", list_of(stream.read, by_call)}};
}

json datagram_json(const analysis::Datagram& datagram) {
    return {{"flow", datagram.flow},
            {"from", side_name(datagram.from)},
            {"number", datagram.number},
            {"len", datagram.payload_bytes},
            {"send_call", index_or_null(datagram.send_call)},
            {"packet", index_or_null(datagram.packet)},
            {"recv_call", index_or_null(datagram.recv_call)},
            {"fate", fate_name(datagram.fate)},
            {"evidence", evidence_name(datagram.fate_evidence)}};
}

json state_json(const analysis::StateSpan& span) {
    return {{"flow", span.flow},         {"side", side_name(span.side)}, {"state", to_string(span.state)},
            {"begin_ns", span.begin_ns}, {"end_ns", span.end_ns},        {"evidence", evidence_name(span.evidence)}};
}

json finding_json(const Recording& recording, const analysis::Finding& finding) {
    return {{"kind", to_string(finding.kind)},
            {"text", analysis::describe(recording, finding)},
            {"flow", finding.flow == analysis::kNoFlow ? json(nullptr) : json(finding.flow)},
            {"actor", actor_or_null(recording, finding.actor)},
            {"begin_ns", finding.begin_ns},
            {"end_ns", finding.end_ns},
            {"range", range_of(finding.range)},
            {"count", finding.count},
            {"evidence", evidence_name(finding.evidence)},
            {"events", events_of(finding.events)}};
}

json latency_json(const analysis::MessageLatency& latency) {
    json slices = json::array();
    for (const analysis::LatencySlice& slice : latency.slices) {
        slices.push_back({{"part", to_string(slice.part)},
                          {"begin_ns", slice.begin_ns},
                          {"end_ns", slice.end_ns},
                          {"cause", event_of(slice.cause)}});
    }
    return {{"flow", latency.stream.flow},
            {"from", side_name(latency.stream.from)},
            {"message", latency.number},
            {"bytes", latency.bytes},
            {"send_call", index_or_null(latency.send_call)},
            {"recv_call", index_or_null(latency.recv_call)},
            {"begin_ns", latency.begin_ns},
            {"end_ns", latency.end_ns},
            {"parts", std::move(slices)}};
}

json tap_json(const Tap& tap) {
    json out{{"name", tap.name}, {"link_type", tap.link_type}, {"snap_bytes", tap.snap_bytes}};
    if (tap.has_statistics) {
        out["received"] = tap.received;
        out["dropped"] = tap.dropped;
    }
    return out;
}

json verdict_json(const Verdict& verdict) {
    return {{"passed", verdict.passed},
            {"name", verdict.name},
            {"expected", verdict.expected},
            {"seen", verdict.seen},
            {"line", verdict.line}};
}

// One object, member by member; stops writing when the sink has had enough.
class Writer {
public:
    explicit Writer(const JsonSink& sink) : sink_(sink) { put("{"); }

    void member(std::string_view name, const json& value) {
        key(name);
        put(text(value));
    }
    template <class Make>
    void list(std::string_view name, std::size_t count, const Make& make) {
        list(
            name, count, [](std::uint32_t) { return true; }, make);
    }
    // Those that `wanted` selects.
    template <class Wanted, class Make>
    void list(std::string_view name, std::size_t count, const Wanted& wanted, const Make& make) {
        key(name);
        put("[");
        bool empty = true;
        for (std::size_t i = 0; i < count && open_; ++i) {
            if (!wanted(static_cast<std::uint32_t>(i))) continue;
            put(empty ? "\n    " : ",\n    ");
            put(text(make(i)));
            empty = false;
        }
        put(empty ? "]" : "\n  ]");
    }
    bool end() {
        put("\n}\n");
        return open_;
    }

private:
    // Names and arguments come from files: what is no UTF-8 is replaced, never thrown about.
    static std::string text(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }
    void key(std::string_view name) {
        put(first_ ? "\n  \"" : ",\n  \"");
        put(name);
        put("\": ");
        first_ = false;
    }
    void put(std::string_view piece) { open_ = open_ && sink_(piece); }

    const JsonSink& sink_;
    bool open_ = true;
    bool first_ = true;
};

}  // namespace

bool export_json(const Recording& recording, const Analysis& analysis, analysis::FilterMatcher& matcher,
                 const JsonSink& sink) {
    Writer out(sink);
    out.member("file", recording.path);
    out.member("complete", recording.complete);
    out.list("damages", recording.damages.size(), [&](std::size_t i) {
        return json{{"file_offset", recording.damages[i].file_offset}, {"what", recording.damages[i].what}};
    });
    if (recording.story.present()) {
        out.member("title", {{"en", recording.story.title.en}, {"zh", recording.story.title.zh}});
    }
    out.list("actors", recording.actors.size(), [&](std::size_t i) {
        return json{{"name", recording.actors[i].name}, {"address", recording.actors[i].address.to_string()}};
    });
    out.list("taps", recording.taps.size(), [&](std::size_t i) { return tap_json(recording.taps[i]); });
    out.list("sockets", recording.sockets.size(), [&](std::size_t i) {
        const SocketInfo& socket = recording.sockets[i];
        return json{{"actor", actor_or_null(recording, socket.actor)},
                    {"name", socket.name},
                    {"family", to_string(socket.family)}};
    });
    out.list(
        "calls", recording.calls.size(), [&](std::uint32_t i) { return matcher.call(i); },
        [&](std::size_t i) { return numbered(call_json(recording, recording.calls[i]), i); });
    out.list(
        "packets", recording.packets.size(), [&](std::uint32_t i) { return matcher.packet(i); },
        [&](std::size_t i) { return numbered(packet_json(recording, analysis, static_cast<std::uint32_t>(i)), i); });
    out.member("samples", recording.samples.size());
    out.member("tx_reports", recording.tx_reports.size());
    out.list("flows", analysis.flows.size(),
             [&](std::size_t i) { return flow_json(recording, analysis, static_cast<analysis::FlowId>(i)); });
    out.list("streams", analysis.streams.size(), [&](std::size_t i) { return stream_json(analysis.streams[i]); });
    out.list("datagrams", analysis.datagrams.size(),
             [&](std::size_t i) { return datagram_json(analysis.datagrams[i]); });
    out.list("latencies", analysis.latencies.size(),
             [&](std::size_t i) { return latency_json(analysis.latencies[i]); });
    out.list("states", analysis.states.size(), [&](std::size_t i) { return state_json(analysis.states[i]); });
    out.list(
        "findings", analysis.findings.size(), [&](std::uint32_t i) { return matcher.finding(i); },
        [&](std::size_t i) { return numbered(finding_json(recording, analysis.findings[i]), i); });
    out.list("verdicts", recording.story.verdicts.size(),
             [&](std::size_t i) { return verdict_json(recording.story.verdicts[i]); });
    return out.end();
}

std::string json_line(const Recording& recording, const Analysis& analysis, EventRef event) {
    json object;
    switch (event.kind) {
        case EventKind::kCall: object = call_json(recording, recording.calls[event.index]); break;
        case EventKind::kPacket: object = packet_json(recording, analysis, event.index); break;
        case EventKind::kFinding: object = finding_json(recording, analysis.findings[event.index]); break;
        default: break;
    }
    object["type"] = event.kind == EventKind::kCall ? "call" : event.kind == EventKind::kPacket ? "packet" : "finding";
    return numbered(std::move(object), event.index).dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace wirestory::cli
