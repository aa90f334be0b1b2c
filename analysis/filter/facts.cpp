#include "analysis/filter/facts.hpp"

#include <algorithm>

#include "analysis/flow_table.hpp"

namespace wirestory::analysis::filter {

namespace {

using capture::DecodedPacket;
using capture::Transport;

// Messages that quote the packet they are about (RFC 792; RFC 4443 2.1: errors have types below 128).
bool quotes_a_packet(const DecodedPacket& packet) {
    if (packet.transport == Transport::kIcmpv6) return packet.icmp.type >= 1 && packet.icmp.type <= 4;
    if (packet.transport != Transport::kIcmp) return false;
    const std::uint8_t type = packet.icmp.type;
    return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

// RFC 792 asks for 8 bytes of the quoted packet's payload only: too few for decode() to call it a TCP header, enough
// for ports and number.
void read_quoted_ports(ByteView quoted, DecodedPacket& inner) {
    if (inner.offsets.transport == capture::LayerOffsets::kAbsent || inner.offsets.transport >= quoted.size()) return;
    ByteReader in(quoted.subspan(inner.offsets.transport));
    const std::uint16_t source = in.be16();
    const std::uint16_t destination = in.be16();
    if (in.failed()) return;
    if (inner.transport == Transport::kTcp && inner.tcp.header_bytes == 0) {
        inner.tcp.source_port = source;
        inner.tcp.destination_port = destination;
        inner.tcp.seq = in.be32();
    }
    if (inner.transport == Transport::kUdp) {
        inner.udp.source_port = source;
        inner.udp.destination_port = destination;
    }
}

}  // namespace

void Facts::look_at(EventRef event) {
    event_ = event;
    decoded_ = false;
}

TimeNs Facts::time_ns() const {
    if (const Call* of = call()) return of->enter_ns;
    return is_packet() ? recording_->packets.time_ns(event_.index) : 0;
}

ByteView Facts::frame() const { return is_packet() ? recording_->packets.frame(event_.index) : ByteView{}; }

std::uint32_t Facts::link_type() const {
    const TapId tap = recording_->packets.tap(event_.index);
    return tap < recording_->taps.size() ? recording_->taps[tap].link_type : capture::kLinkEthernet;
}

std::span<const DecodedPacket> Facts::layers() {
    if (!is_packet()) return {};
    if (!decoded_) {
        decoded_ = true;
        layers_[0] = decode_packet(*recording_, event_.index);
        layer_count_ = 1;
        if (quotes_a_packet(layers_[0]) && !layers_[0].payload.empty()) {
            const ByteView quoted = layers_[0].payload;
            layers_[1] = capture::decode(quoted, capture::kLinkRaw, static_cast<std::uint32_t>(quoted.size()));
            read_quoted_ports(quoted, layers_[1]);
            layer_count_ = 2;
        }
    }
    return {layers_.data(), layer_count_};
}

FlowId Facts::flow_id() const {
    if (const Call* of = call()) {
        const auto ends = analysis_->ends_of(of->socket);
        return ends.size() == 1 ? ends.front().flow : kNoFlow;
    }
    return is_packet() && event_.index < analysis_->packets.size() ? analysis_->packets.flow[event_.index] : kNoFlow;
}

const Flow* Facts::flow() const {
    const FlowId id = flow_id();
    return id < analysis_->flows.size() ? &analysis_->flows[id] : nullptr;
}

Side Facts::from() const { return analysis_->packets.from[event_.index]; }
std::uint32_t Facts::window_bytes() const { return analysis_->packets.window_bytes[event_.index]; }

void Facts::number_streams() {
    std::uint32_t tcp = 0;
    std::uint32_t udp = 0;
    stream_numbers_.reserve(analysis_->flows.size());
    for (const Flow& flow : analysis_->flows) {
        stream_numbers_.push_back(flow.transport == Transport::kTcp ? tcp++ : udp++);
    }
}

std::uint32_t Facts::stream_number(FlowId flow) {
    if (stream_numbers_.size() != analysis_->flows.size()) number_streams();
    return stream_numbers_[flow];
}

Facts::Bytes Facts::bytes_of_call() const {
    Bytes bytes;
    bytes.datagram = analysis_->datagram_of_call(event_.index);
    const Call& of = *call();
    const auto ends = analysis_->ends_of(of.socket);
    if (bytes.datagram != nullptr || ends.size() != 1) return bytes;
    const bool writes = writes_data(of.kind);
    const SocketEnd& end = ends.front();
    bytes.stream = analysis_->stream({end.flow, writes ? end.side : other(end.side)});
    if (bytes.stream == nullptr) return bytes;
    // Both lists are in the order of calls on one socket, hence of call numbers too.
    const auto range_in = [this](const auto& parts) {
        const auto found = std::lower_bound(parts.begin(), parts.end(), event_.index,
                                            [](const auto& part, std::uint32_t index) { return part.call < index; });
        return found != parts.end() && found->call == event_.index ? found->range : ByteRange{};
    };
    bytes.range = writes ? range_in(bytes.stream->written) : range_in(bytes.stream->read);
    return bytes;
}

Facts::Bytes Facts::carried_bytes() const {
    if (call() != nullptr) return bytes_of_call();
    Bytes bytes;
    const FlowId id = flow_id();
    if (id == kNoFlow || recording_->calls.empty()) return bytes;  // without calls nobody wrote messages
    bytes.datagram = analysis_->datagram_of_packet(event_.index);
    if (bytes.datagram != nullptr || analysis_->packets.payload_bytes[event_.index] == 0) return bytes;
    bytes.stream = analysis_->stream({id, from()});
    const StreamOffset begin = analysis_->packets.offset[event_.index];
    bytes.range = {begin, begin + analysis_->packets.payload_bytes[event_.index]};
    return bytes;
}

void Facts::list_findings() {
    findings_listed_ = true;
    for (std::uint32_t i = 0; i < analysis_->findings.size(); ++i) {
        for (const EventRef event : analysis_->findings[i].events) findings_.push_back({event, i});
    }
    std::sort(findings_.begin(), findings_.end());
}

std::span<const FindingOf> Facts::findings() {
    if (!findings_listed_) list_findings();
    const auto begin = std::lower_bound(findings_.begin(), findings_.end(), FindingOf{event_, 0});
    auto end = begin;
    while (end != findings_.end() && end->event == event_) ++end;
    if (only_finding_ == kNoIndex) return {begin, end};
    const auto only = std::find(begin, end, FindingOf{event_, only_finding_});
    return only == end ? std::span<const FindingOf>{} : std::span<const FindingOf>{only, only + 1};
}

}  // namespace wirestory::analysis::filter
