// What the inspector says of a packet's way over a wire.
#include <fmt/format.h>

#include "analysis/fate_words.hpp"
#include "base/text.hpp"
#include "viz/app/event_text.hpp"
#include "viz/app/inspect.hpp"
#include "viz/app/ui_strings.hpp"

namespace wirestory::viz {

namespace {

std::string name_of(const Recording& recording, ActorId actor) {
    return actor < recording.actors.size() ? recording.actors[actor].name : "?";
}

void add_arrival(FieldGroup& group, const Recording& recording, const analysis::Arrival& arrival, TimeNs left_ns,
                 Language language) {
    if (arrival.fate < recording.fates.size()) {
        const WireFate& fate = recording.fates[arrival.fate];
        if (fate.queue_packets > 0) {
            group.fields.push_back(
                {text(Text::kInQueue, language),
                 fmt::format("{}  ({} {}, {})", format_duration(fate.sent_ns - fate.entered_ns), fate.queue_packets,
                             text(Text::kPackets, language), format_bytes(fate.queue_bytes))});
        }
    }
    group.fields.push_back({text(Text::kArrived, language), fmt::format("{}  {}  (+{})", name_of(recording, arrival.to),
                                                                        since_start(recording, arrival.time_ns),
                                                                        format_duration(arrival.time_ns - left_ns))});
}

}  // namespace

FieldGroup wire_fields(const Recording& recording, const analysis::Analysis& analysis, std::uint32_t packet,
                       Language language) {
    FieldGroup group;
    const analysis::Sightings& sightings = analysis.sightings;
    if (!sightings.any()) return group;
    packet = sightings.logical(packet);
    group.title = text(Text::kWire, language);
    const TimeNs left_ns = sightings.departure_ns(packet);
    const Tap& tap = recording.taps[recording.packets.tap(packet)];
    group.fields.push_back({text(Text::kLeft, language),
                            fmt::format("{}  {}", name_of(recording, tap.actor), since_start(recording, left_ns))});
    for (const analysis::Arrival& arrival : sightings.arrivals(packet)) {
        add_arrival(group, recording, arrival, left_ns, language);
    }
    std::string fate = analysis::describe_fate(recording, sightings, packet, language);
    for (std::size_t begin = 0; begin < fate.size();) {
        const std::size_t end = std::min(fate.find('\n', begin), fate.size());
        group.fields.push_back({text(Text::kFate, language), fate.substr(begin, end - begin)});
        begin = end + 1;
    }
    return group;
}

}  // namespace wirestory::viz
