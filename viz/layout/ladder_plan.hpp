// LadderPlan: which rows the ladder has, in what order, before anything has a place. O(n log n) once a recording; rows
// are small, so a capture of millions of packets can be painted in pieces. Refers to recording and analysis, which must
// outlive it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/filter/hits.hpp"
#include "viz/layout/event_index.hpp"
#include "viz/layout/flights.hpp"
#include "viz/layout/parties.hpp"

namespace wirestory::viz {

enum class RowKind : std::uint8_t {
    kCall,       // entered and returned with nothing between
    kCallEnter,  // slept, or never returned
    kPacket,     // leaves; where no wire is, it arrives at once
    kArrival,    // on a wire
    kCallExit,
    kState,  // only with three parties and more: two have columns for their states
    kFinding,
    kGap,  // nothing happened for long
};

struct LadderRow {
    TimeNs time_ns = 0;
    std::uint32_t index = 0;  // of the call, packet, flight, finding or state change
    RowKind kind = RowKind::kCall;
    std::uint8_t asleep = 0;  // bit PartyId: the party sleeps in a call here
    DurationNs gap_ns = 0;
};

class LadderPlan {
public:
    // `most_parties` columns at most; the rest of the world shares one. Only the events in `only`, when it is given.
    LadderPlan(const Recording& recording, const analysis::Analysis& analysis, std::size_t most_parties,
               bool show_findings, const analysis::FilterHits* only = nullptr);

    [[nodiscard]] const std::vector<LadderRow>& rows() const { return rows_; }
    [[nodiscard]] const Parties& parties() const { return parties_; }
    [[nodiscard]] const EventIndex& events() const { return events_; }
    [[nodiscard]] bool has_state_columns() const { return has_states_; }
    [[nodiscard]] TimeNs start_ns() const { return start_ns_; }
    // What the party's state column says from this row on; empty when nothing changes here.
    [[nodiscard]] std::string_view state_at(std::size_t row, PartyId party) const;
    // Of a kState row: whose, and which.
    struct StateChange {
        std::uint32_t row;
        PartyId party;
        TcpState state;
    };
    [[nodiscard]] const StateChange& state_change(std::size_t index) const { return state_changes_[index]; }
    // On a wire the flights, in order of packet, and the rows in which each leaves and arrives (where it does not: the
    // same row).
    struct FlightRows {
        std::uint32_t leaves = 0;
        std::uint32_t arrives = 0;
    };
    [[nodiscard]] const std::vector<Flight>& flights() const { return flights_; }
    [[nodiscard]] std::span<const Flight> flights_of(std::uint32_t packet) const;
    [[nodiscard]] FlightRows rows_of_flight(std::size_t flight) const { return flight_rows_[flight]; }
    // Indices of the flights that are on their way somewhere in rows [begin, end).
    [[nodiscard]] std::vector<std::uint32_t> flights_within(std::size_t begin, std::size_t end) const;
    // Several flows between the same two parties: then arrows must name theirs.
    [[nodiscard]] bool ambiguous(analysis::FlowId flow) const { return flow < ambiguous_.size() && ambiguous_[flow]; }

private:
    [[nodiscard]] bool is_wanted(EventRef event) const { return only_ == nullptr || only_->has(event); }
    void add_events();
    void add_states();
    void add_state_rows();
    void add_findings();
    void add_gaps();
    void mark_sleepers();
    void mark_ambiguous_flows();
    void place_flights();

    EventIndex events_;
    Parties parties_;
    const analysis::FilterHits* only_;  // used while it is made
    std::vector<LadderRow> rows_;
    std::vector<Flight> flights_;
    std::vector<FlightRows> flight_rows_;
    std::vector<std::uint32_t> flight_reach_;  // the last row in which any flight up to each one arrives
    std::vector<StateChange> state_changes_;   // by row (as it was before state rows were put in)
    std::vector<bool> ambiguous_;
    bool has_states_ = false;
    TimeNs start_ns_ = 0;
};

}  // namespace wirestory::viz
