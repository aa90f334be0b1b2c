#include "viz/app/prepared_document.hpp"

#include <array>
#include <utility>

#include "viz/app/playback.hpp"
#include "viz/layout/timeline.hpp"

namespace wirestory::viz {

namespace {

std::vector<std::uint32_t> logical_packets(const Recording& recording, const analysis::Analysis& analysis) {
    std::vector<std::uint32_t> packets;
    packets.reserve(recording.packets.size());
    for (std::uint32_t i = 0; i < recording.packets.size(); ++i) {
        if (analysis.sightings.is_logical(i)) packets.push_back(i);
    }
    return packets;
}

std::vector<EventRef> events_in_time_order(const Recording& recording, const std::vector<std::uint32_t>& packets) {
    std::vector<EventRef> events;
    events.reserve(recording.calls.size() + packets.size());
    std::size_t call = 0;
    std::size_t packet = 0;
    while (call < recording.calls.size() || packet < packets.size()) {
        const bool call_is_next =
            packet == packets.size() || (call < recording.calls.size() &&
                                         recording.calls[call].enter_ns <= recording.packets.time_ns(packets[packet]));
        if (call_is_next) {
            events.push_back({EventKind::kCall, static_cast<std::uint32_t>(call++)});
        } else {
            events.push_back({EventKind::kPacket, packets[packet++]});
        }
    }
    return events;
}

}  // namespace

PreparedDocument prepare(Document document, AxisMode axis, const std::function<bool()>& go_on) {
    PreparedDocument made;
    made.document = std::move(document);
    made.axis_mode = axis;
    if (!made.document) return made;
    const Recording& recording = *made.document.recording;
    const analysis::Analysis& analysis = *made.document.analysis;
    const std::array<std::function<void()>, 5> parts = {
        [&] { made.times = event_times(recording, analysis); },
        [&] { made.packet_rows = logical_packets(recording, analysis); },
        [&] { made.events = events_in_time_order(recording, made.packet_rows); },
        [&] {
            made.axis = TimeAxis::build(made.times, axis);
            made.speed_index = suggested_speed(made.times, axis);
        },
        [&] { made.timeline_index = std::make_shared<TimelineIndex>(recording, analysis); }};
    for (const auto& part : parts) {
        if (go_on && !go_on()) break;
        part();
    }
    return made;
}

}  // namespace wirestory::viz
