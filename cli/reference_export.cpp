#include "cli/reference_export.hpp"

#include <array>
#include <filesystem>
#include <iterator>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "analysis/flow_table.hpp"
#include "analysis/packet_facts.hpp"
#include "analysis/tcp/segment_details.hpp"
#include "analysis/tcp/segment_flags.hpp"
#include "capture/wire/reassembly.hpp"
#include "cli/reference_extras.hpp"

namespace wirestory::cli {

namespace {

using analysis::Analysis;
using capture::DecodedPacket;
using capture::Transport;

constexpr std::size_t kFlushBytes = 64U << 10U;

std::string json_text(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

class Exporter {
public:
    Exporter(const Recording& recording, const Analysis& analysis, const ReferenceSink& sink)
        : recording_(recording),
          analysis_(analysis),
          sink_(sink),
          conversations_(analysis.flows.size()),
          followers_(analysis.flows.size()) {}

    bool run() {
        capture_line();
        const std::vector<std::uint32_t> order = recording_.packets.file_order();
        for (std::uint32_t i = 0; i < recording_.packets.size() && open_; ++i) {
            packet_line(order.empty() ? i : order[i]);
        }
        for (analysis::FlowId id = 0; id < analysis_.flows.size() && open_; ++id) conversation_line(id);
        flush();
        return open_;
    }

private:
    struct Conversation {
        std::array<std::uint64_t, 2> frames{};  // by Side
        std::array<std::uint64_t, 2> bytes{};
    };

    template <class... Arguments>
    void put(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
    }
    void end_line() {
        put("}}\n");
        if (out_.size() >= kFlushBytes) flush();
    }
    void flush() {
        open_ = open_ && sink_({out_.data(), out_.size()});
        out_.clear();
    }
    void capture_line();
    [[nodiscard]] std::string fault_text() const;
    void packet_line(std::uint32_t index);
    DecodedPacket whole_packet(std::uint32_t index);
    void flow_fields(std::uint32_t index, const DecodedPacket& packet);
    void add_flags(std::uint16_t flags);
    void conversation_line(analysis::FlowId id);

    const Recording& recording_;
    const Analysis& analysis_;
    const ReferenceSink& sink_;
    std::vector<Conversation> conversations_;                // by flow
    std::vector<analysis::tcp::SegmentFollower> followers_;  // likewise
    capture::Reassembler reassembler_;
    fmt::memory_buffer out_;
    bool open_ = true;
};

void Exporter::capture_line() {
    std::set<std::uint32_t> links;
    for (const Tap& tap : recording_.taps) links.insert(tap.link_type);
    const std::string name = std::filesystem::path(recording_.path).filename().string();
    put(R"({{"type":"capture","name":{},"opens":true)", json_text(name));
    const FileFault fault = recording_.fault();
    if (fault == FileFault::kNone) {
        put(R"(,"error":null,"error_kind":"none")");
    } else {
        put(R"(,"error":{},"error_kind":"{}")", json_text(fault_text()), to_string(fault));
    }
    put(R"(,"packets":{},"linktypes":[{}],"format":"{}")", recording_.packets.size(), fmt::join(links, ","),
        recording_.file_format);
    end_line();
}

std::string Exporter::fault_text() const {
    for (const Damage& damage : recording_.damages) {
        if (damage.fault != FileFault::kNone) return damage.what;
    }
    return {};
}

// Decoded; of a datagram in fragments, the completing one has the transport header and payload of the whole.
DecodedPacket Exporter::whole_packet(std::uint32_t index) {
    const DecodedPacket packet = analysis::decode_packet(recording_, index);
    if (!packet.fragment) return packet;
    const ByteView frame = recording_.packets.frame(index);
    const bool complete =
        reassembler_.add(frame, packet, recording_.packets.time_ns(index)) == capture::Reassembly::kComplete;
    return complete ? reassembler_.datagram() : packet;
}

void Exporter::packet_line(std::uint32_t index) {
    const PacketTable& packets = recording_.packets;
    const DecodedPacket packet = whole_packet(index);
    put(R"({{"type":"packet","n":{},"t":{},"cap":{},"len":{},"proto":"{}")", packets.number(index),
        packets.time_ns(index), packets.captured_bytes(index), packets.original_bytes(index),
        reference_protocol(packet));
    if (packet.source.version != IpVersion::kNone) {
        // A source route moves tshark's destination in IPv4 only.
        const bool v6 = packet.source.version == IpVersion::kV6 && !packet.reassembled;
        const IpAddress destination =
            v6 ? capture::header_destination(packets.frame(index), packet) : packet.destination;
        put(R"(,"src":"{}","dst":"{}")", packet.source.to_string(), destination.to_string());
    }
    if (packet.fragment) put(R"(,"frag":true)");
    if (recording_.taps.size() > 1) put(R"(,"if":{})", packets.tap(index));
    add_transport(out_, packet);
    add_layers(out_, packet.reassembled ? reassembler_.datagram_bytes() : packets.frame(index), packet);
    flow_fields(index, packet);
    end_line();
}

void Exporter::flow_fields(std::uint32_t index, const DecodedPacket& packet) {
    const analysis::FlowId flow = analysis_.packets.flow[index];
    if (flow == analysis::kNoFlow) return;
    put(R"(,"stream":{})", flow);
    Conversation& conversation = conversations_[flow];
    const std::size_t side = analysis::index_of(analysis_.packets.from[index]);
    ++conversation.frames[side];
    conversation.bytes[side] += recording_.packets.original_bytes(index);
    add_flags(analysis_.packets.segment_flags[index]);
    if (packet.transport != Transport::kTcp) return;
    const analysis::PacketFacts facts = analysis::facts_of_decoded(packet, recording_.packets.time_ns(index));
    const auto details = followers_[flow].follow(index, side, facts.segment, packet.tcp.options);
    add_extras(out_, recording_.packets, packet, details, analysis_.packets.window_bytes[index]);
}

void Exporter::add_flags(std::uint16_t flags) {
    if (flags == 0) return;
    const char* separator = R"(,"a":[)";
    for (const auto& [flag, name] : analysis::kSegmentFlagNames) {
        if ((flags & flag) == 0) continue;
        put(R"({}"{}")", separator, name);
        separator = ",";
    }
    put("]");
}

void Exporter::conversation_line(analysis::FlowId id) {
    const analysis::Flow& flow = analysis_.flows[id];
    const Conversation& sums = conversations_[id];
    const char* protocol = flow.transport == Transport::kTcp ? "tcp" : "udp";
    const Endpoint& a = flow.ends[0].endpoint;
    const Endpoint& b = flow.ends[1].endpoint;
    const auto seconds = [](DurationNs ns) { return static_cast<double>(ns) / static_cast<double>(kSecondNs); };
    const TimeNs begin = recording_.packets.time_ns(0);
    put(R"({{"type":"conv","proto":"{}","a":"{}","ap":{},"b":"{}","bp":{},"ab_frames":{},"ba_frames":{},"frames":{})",
        protocol, a.address.to_string(), a.port, b.address.to_string(), b.port, sums.frames[0], sums.frames[1],
        sums.frames[0] + sums.frames[1]);
    put(R"(,"ab_bytes":{},"ba_bytes":{},"bytes":{},"start":{:.9f},"duration":{:.4f},"stream":{})", sums.bytes[0],
        sums.bytes[1], sums.bytes[0] + sums.bytes[1], seconds(flow.first_ns - begin),
        seconds(flow.last_ns - flow.first_ns), id);
    end_line();
}

}  // namespace

bool export_reference(const Recording& recording, const Analysis& analysis, const ReferenceSink& sink) {
    return Exporter(recording, analysis, sink).run();
}

void export_unopened_reference(const std::string& path, const OpenError& error, const ReferenceSink& sink) {
    const std::string name = std::filesystem::path(path).filename().string();
    sink(fmt::format(R"({{"type":"capture","name":{},"opens":false,"error":{},"error_kind":"{}","packets":0}})"
                     "\n",
                     json_text(name), json_text(error.message), to_string(error.fault)));
}

}  // namespace wirestory::cli
