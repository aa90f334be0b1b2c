#include "viz/layout/event_index.hpp"

#include <algorithm>

#include "viz/layout/palette.hpp"

namespace wirestory::viz {

namespace {

using analysis::Analysis;
using analysis::ByteRange;
using analysis::Datagram;
using analysis::kNoIndex;
using analysis::StreamLedger;

}  // namespace

std::int16_t message_colour(std::uint32_t number) {
    return number == 0 ? kNoMessage : static_cast<std::int16_t>((number - 1) % kMessageColours);
}

EventIndex::EventIndex(const Recording& recording, const Analysis& analysis)
    : recording_(&recording), analysis_(&analysis), by_call_(recording.calls.size()) {
    const auto note = [this](std::uint32_t call, const Bytes& bytes) {
        if (call < by_call_.size()) by_call_[call] = bytes;
    };
    for (const StreamLedger& stream : analysis.streams) {
        for (const auto& written : stream.written) note(written.call, {stream.id, written.range});
        for (const auto& read : stream.read) note(read.call, {stream.id, read.range});
    }
    if (!analysis.datagrams.empty()) datagram_by_packet_.assign(recording.packets.size(), kNoIndex);
    for (std::uint32_t i = 0; i < analysis.datagrams.size(); ++i) {
        const Datagram& datagram = analysis.datagrams[i];
        const Bytes bytes{{datagram.flow, datagram.from}, {0, datagram.payload_bytes}, i};
        note(datagram.send_call, bytes);
        note(datagram.recv_call, bytes);
        // Of several arrivals the first speaks for the packet.
        const bool first =
            datagram.packet < datagram_by_packet_.size() && datagram_by_packet_[datagram.packet] == kNoIndex;
        if (first) datagram_by_packet_[datagram.packet] = i;
    }
}

EventIndex::Bytes EventIndex::bytes_of(EventRef event) const {
    if (event.kind == EventKind::kCall && event.index < by_call_.size()) return by_call_[event.index];
    if (event.kind != EventKind::kPacket || event.index >= analysis_->packets.size()) return {};
    const analysis::PacketColumns& packets = analysis_->packets;
    const analysis::StreamId stream{packets.flow[event.index], packets.from[event.index]};
    if (event.index < datagram_by_packet_.size() && datagram_by_packet_[event.index] != kNoIndex) {
        return {stream, {0, packets.payload_bytes[event.index]}, datagram_by_packet_[event.index]};
    }
    const StreamOffset begin = packets.offset[event.index];
    return {stream, {begin, begin + packets.payload_bytes[event.index]}};
}

std::vector<EventIndex::Part> EventIndex::parts_of(EventRef event, std::size_t limit) const {
    const Bytes bytes = bytes_of(event);
    if (bytes.datagram != kNoIndex) {
        const Datagram& datagram = analysis_->datagrams[bytes.datagram];
        return {{message_colour(datagram.number), datagram.payload_bytes}};
    }
    std::vector<Part> parts;
    // Messages are what calls wrote: of flows without calls a ledger (of millions of segments, perhaps) tells none.
    if (analysis_->has_late(bytes.stream.flow)) return parts;
    const StreamLedger* stream = bytes.range.empty() ? nullptr : analysis_->stream(bytes.stream);
    if (stream == nullptr) return parts;
    for (const analysis::Message& message : stream->messages_in(bytes.range)) {
        if (parts.size() == limit) break;
        const ByteRange share{std::max(message.range.begin, bytes.range.begin),
                              std::min(message.range.end, bytes.range.end)};
        if (!share.empty()) parts.push_back({message_colour(message.number), share.size()});
    }
    return parts;
}

std::int16_t EventIndex::first_message(EventRef event) const {
    const std::vector<Part> parts = parts_of(event, 1);
    return parts.empty() ? kNoMessage : parts.front().message;
}

const Datagram* EventIndex::datagram_of(EventRef event) const {
    const Bytes bytes = bytes_of(event);
    return bytes.datagram == kNoIndex ? nullptr : &analysis_->datagrams[bytes.datagram];
}

bool EventIndex::is_retransmission(std::uint32_t packet) const {
    const analysis::StreamLedger* stream = analysis_->stream(bytes_of({EventKind::kPacket, packet}).stream);
    if (stream == nullptr) return false;
    const TimeNs time_ns = recording_->packets.time_ns(packet);
    auto found = std::lower_bound(stream->carried.begin(), stream->carried.end(), time_ns,
                                  [](const analysis::Carried& c, TimeNs time) { return c.time_ns < time; });
    for (; found != stream->carried.end() && found->time_ns == time_ns; ++found) {
        if (found->packet == packet) return found->retransmission;
    }
    return false;
}

std::vector<EventRef> selected_events(const Recording& recording, const Analysis& analysis, const ViewState& view) {
    std::vector<EventRef> events;
    if (view.trace_pending) {
        if (view.selected) events.push_back(view.selected);
    } else if (view.bytes) {
        events = analysis::trace_range(recording, analysis, view.bytes->stream, view.bytes->range).events;
    } else if (view.selected.kind == EventKind::kFinding && view.selected.index < analysis.findings.size()) {
        events = analysis.findings[view.selected.index].events;
        events.push_back(view.selected);
    } else if (view.selected) {
        events = analysis::trace(recording, analysis, view.selected).events;
        events.push_back(view.selected);
    }
    std::sort(events.begin(), events.end());
    events.erase(std::unique(events.begin(), events.end()), events.end());
    return events;
}

}  // namespace wirestory::viz
