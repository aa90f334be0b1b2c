#include "analysis/filter/facts.hpp"

#include <algorithm>

#include "analysis/flow_summary.hpp"
#include "analysis/flow_table.hpp"

namespace wirestory::analysis::filter {

using capture::DecodedPacket;
using capture::Transport;

namespace {

std::vector<FindingOf> by_event(std::span<const Finding> findings) {
    std::vector<FindingOf> list;
    for (const Finding& finding : findings) {
        for (const EventRef event : finding.events) list.push_back({event, &finding});
    }
    std::stable_sort(list.begin(), list.end(),
                     [](const FindingOf& a, const FindingOf& b) { return a.event < b.event; });
    return list;
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
        while (layers_[layer_count_ - 1].tunnel != capture::Tunnel::kNone && layer_count_ < capture::kMaxTunnels) {
            layers_[layer_count_] = capture::decode_inner(frame(), layers_[layer_count_ - 1]);
            ++layer_count_;
        }
        const DecodedPacket& last = layers_[layer_count_ - 1];
        if (capture::quotes_packet(last)) {
            layers_[layer_count_] = capture::decode_quoted(frame(), last);
            ++layer_count_;
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

std::uint8_t Facts::completeness(FlowId flow) {
    const auto [found, is_new] = completeness_.try_emplace(flow);
    if (is_new) found->second = completeness_of(*analysis_, analysis_->flows[flow]);
    return found->second;
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

const std::vector<FindingOf>& Facts::listed_findings() {
    const Flow* of = analysis_->detail.everything ? nullptr : flow();
    if (of != nullptr && !analysis_->detail.covers(*of)) {
        const auto [place, added] = late_findings_.try_emplace(flow_id());
        if (added) place->second = by_event(analysis_->late_findings(flow_id()));
        return place->second;
    }
    if (!findings_listed_) findings_ = by_event(analysis_->findings);
    findings_listed_ = true;
    return findings_;
}

std::span<const FindingOf> Facts::findings() {
    const std::vector<FindingOf>& list = listed_findings();
    const auto begin = std::lower_bound(list.begin(), list.end(), event_,
                                        [](const FindingOf& found, EventRef event) { return found.event < event; });
    auto end = begin;
    while (end != list.end() && end->event == event_) ++end;
    return {begin, end};
}

}  // namespace wirestory::analysis::filter
