// Flights: the ways of packets between the parties, from where each left to where it arrived or was lost. Without a
// wire a flight takes no time; on a wire there is one for each copy and each receiver. Pure; both the ladder and the
// timeline draw these.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/analysis.hpp"
#include "recording/recording.hpp"
#include "viz/layout/parties.hpp"

namespace wirestory::viz {

enum class FlightEnd : std::uint8_t {
    kArrives,
    kLost,      // the wire dropped it
    kOnItsWay,  // the recording ended first
};

struct Flight {
    std::uint32_t packet = 0;  // the one that stands for all its sightings
    PartyId from = kNoParty;
    PartyId to = kNoParty;
    FlightEnd end = FlightEnd::kArrives;
    bool duplicate = false;
    TimeNs begin_ns = 0;
    TimeNs queued_until_ns = 0;  // begin_ns where it found no queue, or nobody says
    TimeNs end_ns = 0;

    [[nodiscard]] bool takes_time() const { return end_ns > begin_ns; }
};

// All flights over a wire, in order of packet; empty where there is none. Packets that no two parties exchange have
// none.
std::vector<Flight> find_flights(const analysis::Analysis& analysis, const Recording& recording,
                                 const Parties& parties);
// Without a wire: a packet's only flight, which takes no time; nothing when no two parties exchange it.
std::optional<Flight> plain_flight(const analysis::Analysis& analysis, const Recording& recording,
                                   const Parties& parties, std::uint32_t packet);

}  // namespace wirestory::viz
