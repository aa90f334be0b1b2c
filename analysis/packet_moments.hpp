// The packets of a flow as two moments each: when one leaves its sender, and when it arrives. What a sender knows
// changes at the first, what a receiver has at the second; without a wire both are one. A lost packet never arrives, a
// late one arrives after those that left behind it. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/sightings.hpp"

namespace wirestory::analysis {

struct PacketMoment {
    TimeNs time_ns = 0;
    std::uint32_t packet = 0;
    bool leaves = false;
    bool arrives = false;
};

// Calls `visit(moment)` in order of time. `packets` are logical packets, in order of time.
template <class Visit>
void for_each_moment(const Sightings& sightings, const Recording& recording, std::span<const std::uint32_t> packets,
                     Visit visit) {
    if (!sightings.any()) {
        for (const std::uint32_t packet : packets)
            visit(PacketMoment{recording.packets.time_ns(packet), packet, true, true});
        return;
    }
    std::vector<PacketMoment> moments;
    moments.reserve(2 * packets.size());
    for (const std::uint32_t packet : packets) {
        const TimeNs left_ns = sightings.departure_ns(packet);
        const TimeNs arrived_ns = sightings.arrival_ns(packet);
        moments.push_back({left_ns, packet, true, arrived_ns <= left_ns});
        if (arrived_ns > left_ns && arrived_ns != kNeverArrives) moments.push_back({arrived_ns, packet, false, true});
    }
    std::stable_sort(moments.begin(), moments.end(),
                     [](const PacketMoment& a, const PacketMoment& b) { return a.time_ns < b.time_ns; });
    for (const PacketMoment& moment : moments) visit(moment);
}

}  // namespace wirestory::analysis
