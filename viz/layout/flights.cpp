#include "viz/layout/flights.hpp"

#include <algorithm>

namespace wirestory::viz {

namespace {

class FlightFinder {
public:
    FlightFinder(const analysis::Analysis& analysis, const Recording& recording, const Parties& parties)
        : analysis_(analysis), recording_(recording), parties_(parties), last_ns_(recording.last_time_ns()) {}

    std::vector<Flight> run() {
        flights_.reserve(recording_.packets.size());
        for (std::uint32_t packet = 0; packet < recording_.packets.size(); ++packet) {
            if (analysis_.sightings.is_logical(packet)) add(packet);
        }
        return std::move(flights_);
    }

private:
    void add(std::uint32_t packet) {
        const TimeNs left_ns = recording_.packets.time_ns(packet);
        const auto fates = analysis_.sightings.fates(packet);
        const auto arrivals = analysis_.sightings.arrivals(packet);
        if (fates.empty() && arrivals.empty()) {
            put({packet, parties_.sender(analysis_, packet), parties_.receiver(analysis_, packet), FlightEnd::kOnItsWay,
                 false, left_ns, left_ns, last_ns_});
            return;
        }
        const PartyId from = sender(packet);
        for (const analysis::Arrival& arrival : arrivals) {
            TimeNs queued_ns = left_ns;
            if (arrival.fate < recording_.fates.size()) queued_ns = recording_.fates[arrival.fate].sent_ns;
            put({packet, from, parties_.of_actor(arrival.to), FlightEnd::kArrives, arrival.duplicate, left_ns,
                 std::clamp(queued_ns, left_ns, std::max(left_ns, arrival.time_ns)), arrival.time_ns});
        }
        for (const std::uint32_t index : fates) {
            const WireFate& fate = recording_.fates[index];
            if (fate.cause == DropCause::kNone) continue;
            const bool closed = fate.cause == DropCause::kClosed;
            put({packet, from, parties_.of_actor(fate.to), closed ? FlightEnd::kOnItsWay : FlightEnd::kLost,
                 fate.copy != 0, left_ns, left_ns, closed ? last_ns_ : std::max(left_ns, fate.entered_ns)});
        }
    }

    // The host whose tap saw it leave, whatever addresses it bears.
    [[nodiscard]] PartyId sender(std::uint32_t packet) const {
        const Tap& tap = recording_.taps[recording_.packets.tap(packet)];
        const bool left_here = (recording_.packets.flags(packet) & 3U) == 2U;
        const PartyId host = left_here ? parties_.of_actor(tap.actor) : kNoParty;
        return host != kNoParty ? host : parties_.sender(analysis_, packet);
    }

    void put(const Flight& flight) {
        if (flight.from != kNoParty && flight.to != kNoParty && flight.from != flight.to) flights_.push_back(flight);
    }

    const analysis::Analysis& analysis_;
    const Recording& recording_;
    const Parties& parties_;
    TimeNs last_ns_;
    std::vector<Flight> flights_;
};

}  // namespace

std::vector<Flight> find_flights(const analysis::Analysis& analysis, const Recording& recording,
                                 const Parties& parties) {
    if (!analysis.sightings.any()) return {};
    return FlightFinder(analysis, recording, parties).run();
}

std::optional<Flight> plain_flight(const analysis::Analysis& analysis, const Recording& recording,
                                   const Parties& parties, std::uint32_t packet) {
    const PartyId from = parties.sender(analysis, packet);
    const PartyId to = parties.receiver(analysis, packet);
    if (from == kNoParty || to == kNoParty || from == to) return std::nullopt;
    const TimeNs when = recording.packets.time_ns(packet);
    return Flight{packet, from, to, FlightEnd::kArrives, false, when, when, when};
}

}  // namespace wirestory::viz
