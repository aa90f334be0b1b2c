#include "viz/layout/ladder_plan.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "viz/layout/time_axis.hpp"

namespace wirestory::viz {

namespace {

using analysis::Analysis;
using analysis::Finding;
using analysis::StateSpan;

constexpr std::size_t kMostFlowsWithStates = 8;  // more would flicker through one column and teach nothing
constexpr DurationNs kLeastGapNs = kMillisecondNs;

bool in_two_rows(const Call& call) { return call.slept || !call.returned_at_all(); }

// The rows of one event, for what hangs on it (states, findings).
struct EventRow {
    EventRef event;
    std::uint32_t row;
    auto operator<=>(const EventRow&) const = default;
};

std::vector<EventRow> rows_by_event(const std::vector<LadderRow>& rows) {
    std::vector<EventRow> by_event;
    by_event.reserve(rows.size());
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
        if (rows[i].kind == RowKind::kArrival) continue;
        const bool packet = rows[i].kind == RowKind::kPacket;
        by_event.push_back({{packet ? EventKind::kPacket : EventKind::kCall, rows[i].index}, i});
    }
    std::sort(by_event.begin(), by_event.end());
    return by_event;
}

// The event's last row that is not after `time_ns`, else its first; rows.size() when it has none.
std::size_t row_of(const std::vector<EventRow>& by_event, const std::vector<LadderRow>& rows, EventRef event,
                   TimeNs time_ns) {
    auto found = std::lower_bound(by_event.begin(), by_event.end(), EventRow{event, 0});
    if (found == by_event.end() || found->event != event) return rows.size();
    std::size_t row = found->row;
    for (++found; found != by_event.end() && found->event == event; ++found) {
        if (rows[found->row].time_ns <= time_ns) row = found->row;
    }
    return row;
}

std::vector<LadderRow> inserted(const std::vector<LadderRow>& rows,
                                std::vector<std::pair<std::size_t, LadderRow>> after) {
    std::stable_sort(after.begin(), after.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<LadderRow> merged;
    merged.reserve(rows.size() + after.size());
    auto next = after.begin();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        merged.push_back(rows[i]);
        for (; next != after.end() && next->first == i; ++next) merged.push_back(next->second);
    }
    return merged;
}

}  // namespace

LadderPlan::LadderPlan(const Recording& recording, const Analysis& analysis, std::size_t most_parties,
                       bool show_findings, const analysis::FilterHits* only)
    : events_(recording, analysis),
      parties_(Parties::find(recording, analysis, most_parties)),
      only_(only),
      flights_(find_flights(analysis, recording, parties_)) {
    std::erase_if(flights_, [&](const Flight& flight) { return !is_wanted({EventKind::kPacket, flight.packet}); });
    add_events();
    if (rows_.empty()) return;
    start_ns_ = rows_.front().time_ns;
    mark_ambiguous_flows();
    if (show_findings) add_findings();
    add_gaps();
    add_states();
    mark_sleepers();
    place_flights();
}

void LadderPlan::add_events() {
    const Recording& recording = events_.recording();
    rows_.reserve(recording.packets.size() + recording.calls.size() * 2);
    for (std::uint32_t i = 0; i < recording.calls.size(); ++i) {
        const Call& call = recording.calls[i];
        if (parties_.of_actor(call.actor) == kNoParty || !is_wanted({EventKind::kCall, i})) continue;
        rows_.push_back({call.enter_ns, i, in_two_rows(call) ? RowKind::kCallEnter : RowKind::kCall, 0, 0});
        if (in_two_rows(call) && call.returned_at_all()) rows_.push_back({call.exit_ns, i, RowKind::kCallExit, 0, 0});
    }
    for (std::uint32_t i = 0; i < recording.packets.size(); ++i) {
        if (events_.analysis().sightings.is_logical(i) && is_wanted({EventKind::kPacket, i})) {
            rows_.push_back({recording.packets.time_ns(i), i, RowKind::kPacket, 0, 0});
        }
    }
    for (std::uint32_t i = 0; i < flights_.size(); ++i) {
        const Flight& flight = flights_[i];
        if (flight.end == FlightEnd::kArrives && flight.takes_time())
            rows_.push_back({flight.end_ns, i, RowKind::kArrival, 0, 0});
    }
    // At one time: calls are entered before packets go, and return after.
    std::stable_sort(rows_.begin(), rows_.end(), [](const LadderRow& a, const LadderRow& b) {
        return std::tie(a.time_ns, a.kind) < std::tie(b.time_ns, b.kind);
    });
}

void LadderPlan::mark_ambiguous_flows() {
    const Analysis& analysis = events_.analysis();
    std::map<std::pair<PartyId, PartyId>, analysis::FlowId> first;
    ambiguous_.assign(analysis.flows.size(), false);
    for (analysis::FlowId i = 0; i < analysis.flows.size(); ++i) {
        const PartyId a = parties_.of(i, analysis::Side::kInitiator);
        const PartyId b = parties_.of(i, analysis::Side::kResponder);
        const auto [known, added] = first.emplace(std::minmax(a, b), i);
        if (added) continue;
        ambiguous_[i] = true;
        ambiguous_[known->second] = true;
    }
}

void LadderPlan::add_findings() {
    const std::vector<EventRow> by_event = rows_by_event(rows_);
    std::vector<std::pair<std::size_t, LadderRow>> notes;
    const std::vector<Finding>& findings = events_.analysis().findings;
    for (std::uint32_t i = 0; i < findings.size(); ++i) {
        const Finding& finding = findings[i];
        if (!is_wanted({EventKind::kFinding, i})) continue;
        std::size_t row = rows_.size();
        if (!finding.events.empty()) row = row_of(by_event, rows_, finding.events.front(), finding.begin_ns);
        if (row == rows_.size()) {
            const auto later = std::upper_bound(rows_.begin(), rows_.end(), finding.begin_ns,
                                                [](TimeNs time, const LadderRow& r) { return time < r.time_ns; });
            row = later == rows_.begin() ? 0 : static_cast<std::size_t>(later - rows_.begin()) - 1;
        }
        notes.push_back({row, {rows_[row].time_ns, i, RowKind::kFinding, 0, 0}});
    }
    rows_ = inserted(rows_, std::move(notes));
}

void LadderPlan::add_gaps() {
    std::vector<TimeNs> times;
    times.reserve(rows_.size());
    for (const LadderRow& row : rows_) times.push_back(row.time_ns);
    const TimeAxis axis = TimeAxis::build(times, AxisMode::kSqueezed);
    std::vector<std::pair<std::size_t, LadderRow>> gaps;
    std::size_t row = 0;
    for (const TimeAxis::Gap& gap : axis.gaps()) {
        const DurationNs length = gap.end_ns - gap.begin_ns;
        if (length < kLeastGapNs) continue;
        while (row + 1 < rows_.size() && rows_[row + 1].time_ns <= gap.begin_ns) ++row;
        gaps.push_back({row, {gap.begin_ns, 0, RowKind::kGap, 0, length}});
    }
    rows_ = inserted(rows_, std::move(gaps));
}

void LadderPlan::add_states() {
    // Beside a selection they would stand at rows where they did not begin.
    if (only_ != nullptr) return;
    const Analysis& analysis = events_.analysis();
    const auto with_states = std::count_if(analysis.flows.begin(), analysis.flows.end(), [](const analysis::Flow& f) {
        return f.transport == capture::Transport::kTcp;
    });
    if (static_cast<std::size_t>(with_states) > kMostFlowsWithStates) return;
    // The row in which it happens is the last one at that time or before, that is no note and no gap.
    const auto place = [this](TimeNs time_ns) {
        const auto later = std::upper_bound(rows_.begin(), rows_.end(), time_ns,
                                            [](TimeNs time, const LadderRow& r) { return time < r.time_ns; });
        auto row = later == rows_.begin() ? rows_.begin() : later - 1;
        while (row != rows_.begin() && (row->kind == RowKind::kFinding || row->kind == RowKind::kGap)) --row;
        return static_cast<std::uint32_t>(row - rows_.begin());
    };
    for (const StateSpan& span : analysis.states) {
        const PartyId party = parties_.of(span.flow, span.side);
        if (party == kNoParty || span.state == TcpState::kUnknown) continue;
        state_changes_.push_back({place(span.begin_ns), party, span.state});
    }
    for (const analysis::ListenSpan& span : analysis.listens) {
        if (span.socket >= events_.recording().sockets.size()) continue;
        const PartyId party = parties_.of_actor(events_.recording().sockets[span.socket].actor);
        if (party != kNoParty) state_changes_.push_back({place(span.begin_ns), party, TcpState::kListen});
    }
    std::stable_sort(state_changes_.begin(), state_changes_.end(),
                     [](const StateChange& a, const StateChange& b) { return a.row < b.row; });
    has_states_ = !state_changes_.empty() && parties_.size() == 2;
    if (!has_states_) add_state_rows();
}

void LadderPlan::add_state_rows() {
    std::vector<std::pair<std::size_t, LadderRow>> states;
    for (std::uint32_t i = 0; i < state_changes_.size(); ++i) {
        const std::uint32_t row = state_changes_[i].row;
        states.push_back({row, {rows_[row].time_ns, i, RowKind::kState, 0, 0}});
    }
    rows_ = inserted(rows_, std::move(states));
}

std::string_view LadderPlan::state_at(std::size_t row, PartyId party) const {
    const auto first = std::lower_bound(state_changes_.begin(), state_changes_.end(), row,
                                        [](const StateChange& change, std::size_t r) { return change.row < r; });
    std::string_view text;
    for (auto change = first; change != state_changes_.end() && change->row == row; ++change) {
        if (change->party == party) text = to_string(change->state);
    }
    return text;
}

std::span<const Flight> LadderPlan::flights_of(std::uint32_t packet) const {
    const auto first = std::lower_bound(flights_.begin(), flights_.end(), packet,
                                        [](const Flight& flight, std::uint32_t p) { return flight.packet < p; });
    const auto last = std::upper_bound(first, flights_.end(), packet,
                                       [](std::uint32_t p, const Flight& flight) { return p < flight.packet; });
    return {first, last};
}

void LadderPlan::place_flights() {
    flight_rows_.assign(flights_.size(), {});
    for (std::uint32_t row = 0; row < rows_.size(); ++row) {
        if (rows_[row].kind == RowKind::kArrival) flight_rows_[rows_[row].index].arrives = row;
        if (rows_[row].kind != RowKind::kPacket) continue;
        const std::span<const Flight> own = flights_of(rows_[row].index);
        for (const Flight& flight : own) {
            FlightRows& place = flight_rows_[static_cast<std::size_t>(&flight - flights_.data())];
            place = {row, std::max(row, place.arrives)};
        }
    }
    std::uint32_t reach = 0;
    for (const FlightRows& place : flight_rows_) flight_reach_.push_back(reach = std::max(reach, place.arrives));
}

std::vector<std::uint32_t> LadderPlan::flights_within(std::size_t begin, std::size_t end) const {
    std::vector<std::uint32_t> within;
    const auto first = std::lower_bound(flight_reach_.begin(), flight_reach_.end(), begin);
    for (auto i = static_cast<std::uint32_t>(first - flight_reach_.begin()); i < flights_.size(); ++i) {
        if (flight_rows_[i].leaves >= end) break;
        if (flight_rows_[i].arrives >= begin) within.push_back(i);
    }
    return within;
}

void LadderPlan::mark_sleepers() {
    // Differences first, then one sweep: calls of one party may overlap (threads).
    std::vector<std::array<std::int8_t, kMostParties>> change(rows_.size() + 1);
    const Recording& recording = events_.recording();
    for (std::uint32_t row = 0; row < rows_.size(); ++row) {
        if (rows_[row].kind != RowKind::kCallEnter && rows_[row].kind != RowKind::kCallExit) continue;
        const Call& call = recording.calls[rows_[row].index];
        const PartyId party = parties_.of_actor(call.actor);
        const bool enters = rows_[row].kind == RowKind::kCallEnter;
        auto& count = change[enters ? row : row + 1][party];
        count = static_cast<std::int8_t>(count + (enters ? 1 : -1));
    }
    std::array<std::int32_t, kMostParties> asleep{};
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        for (std::size_t party = 0; party < kMostParties; ++party) {
            asleep[party] += change[row][party];
            if (asleep[party] > 0) rows_[row].asleep = static_cast<std::uint8_t>(rows_[row].asleep | 1U << party);
        }
    }
}

}  // namespace wirestory::viz
