// The packets of a finished recording in the words of the story, and the places of a tour or an expectation in it.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/sightings.hpp"
#include "recording/recording.hpp"
#include "sim/run/stage.hpp"
#include "sim/scenario/scenario.hpp"

namespace wirestory::session {

// Every IP packet, in time order; once, however many taps saw it. Views into the recording, which must outlive it.
struct SeenPackets {
    std::vector<sim::SeenPacket> seen;
    std::vector<std::uint32_t> index;  // into Recording::packets
};
SeenPackets see_packets(const Recording& recording, const analysis::Sightings& sightings);

// The call of a step, or the packet that fits a pattern; kNone when the run never came to it.
EventRef call_of_step(const Recording& recording, std::size_t step);
EventRef find_place(const sim::TourPlace& place, const Recording& recording, const SeenPackets& packets);

}  // namespace wirestory::session
