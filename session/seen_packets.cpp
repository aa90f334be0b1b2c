#include "session/seen_packets.hpp"

#include "session/packet_view.hpp"
#include "sim/run/packet_match.hpp"

namespace wirestory::session {

SeenPackets see_packets(const Recording& recording, const analysis::Sightings& sightings) {
    SeenPackets packets;
    for (std::uint32_t i = 0; i < recording.packets.size(); ++i) {
        if (!sightings.is_logical(i)) continue;
        const std::uint32_t link_type = recording.taps[recording.packets.tap(i)].link_type;
        const auto view =
            view_packet(recording.packets.frame(i), link_type, recording.packets.original_bytes(i), recording.actors);
        if (!view) continue;
        packets.seen.push_back(view->seen);
        packets.index.push_back(i);
    }
    return packets;
}

EventRef call_of_step(const Recording& recording, std::size_t step) {
    for (std::uint32_t i = 0; i < recording.calls.size(); ++i) {
        if (recording.calls[i].step == static_cast<std::int32_t>(step)) return {EventKind::kCall, i};
    }
    return {};
}

EventRef find_place(const sim::TourPlace& place, const Recording& recording, const SeenPackets& packets) {
    if (place.step) return call_of_step(recording, *place.step);
    std::uint32_t remaining = place.occurrence;
    for (std::size_t i = 0; i < packets.seen.size(); ++i) {
        if (sim::matches(*place.pattern, packets.seen[i]) && --remaining == 0) {
            return {EventKind::kPacket, packets.index[i]};
        }
    }
    return {};
}

}  // namespace wirestory::session
