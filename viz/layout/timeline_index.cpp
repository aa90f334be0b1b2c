#include "viz/layout/timeline_index.hpp"

#include <algorithm>
#include <map>

namespace wirestory::viz {

namespace {

using analysis::Analysis;
using analysis::Side;
using analysis::StreamLedger;

constexpr std::size_t kMostCallRows = 6;
constexpr std::size_t kMostFlowRows = 3;
constexpr std::size_t kMostTimelineParties = 4;

// The first row whose last item has ended by `begin_ns`; a new one while there may be more; else `most`.
std::size_t free_row(std::vector<TimeNs>& ends, TimeNs begin_ns, TimeNs end_ns, std::size_t most) {
    for (std::size_t row = 0; row < ends.size(); ++row) {
        if (ends[row] > begin_ns) continue;
        ends[row] = end_ns;
        return row;
    }
    if (ends.size() == most) return most;
    ends.push_back(end_ns);
    return ends.size() - 1;
}

void put_in_row(std::vector<BufferRow>& rows, std::uint64_t& hidden, BufferTrack track) {
    std::vector<TimeNs> ends;
    for (const BufferRow& row : rows) ends.push_back(row.tracks.back().end_ns);
    const std::size_t place = free_row(ends, track.begin_ns, track.end_ns, kMostFlowRows);
    if (place == kMostFlowRows) {
        ++hidden;
        return;
    }
    rows.resize(std::max(rows.size(), place + 1));
    rows[place].peak = std::max(rows[place].peak, track.peak);
    rows[place].tracks.push_back(std::move(track));
}

BufferTrack send_track(const StreamLedger& stream) {
    BufferTrack track{BufferKind::kSend, &stream, {}, 0, 0, 0};
    for (const analysis::SendStep& step : stream.send_buffer) {
        if (step.written > step.acknowledged) track.peak = std::max(track.peak, step.written - step.acknowledged);
    }
    if (stream.send_buffer.empty()) return track;
    track.begin_ns = stream.send_buffer.front().time_ns;
    track.end_ns = stream.send_buffer.back().time_ns;
    return track;
}

BufferTrack receive_track(const StreamLedger& stream) {
    BufferTrack track{BufferKind::kReceive, &stream, {}, 0, 0, 0};
    for (const analysis::ReceiveStep& step : stream.receive_buffer) {
        if (step.arrived > step.read) track.peak = std::max(track.peak, step.arrived - step.read);
    }
    if (stream.receive_buffer.empty()) return track;
    track.begin_ns = stream.receive_buffer.front().time_ns;
    track.end_ns = stream.receive_buffer.back().time_ns;
    return track;
}

}  // namespace

TimelineIndex::TimelineIndex(const Recording& recording, const Analysis& analysis)
    : events_(recording, analysis),
      parties_(Parties::find(recording, analysis, kMostTimelineParties)),
      tracks_(parties_.size()),
      start_ns_(recording.first_time_ns()),
      end_ns_(recording.last_time_ns()) {
    add_calls();
    add_states({});
    add_streams();
    add_datagram_queues();
    add_packets();
    add_findings();
}

void TimelineIndex::add_calls() {
    const std::vector<Call>& calls = events_.recording().calls;
    std::vector<std::vector<TimeNs>> ends(tracks_.size());
    for (std::uint32_t i = 0; i < calls.size(); ++i) {
        const PartyId party = parties_.of_actor(calls[i].actor);
        if (party == kNoParty) continue;
        PartyTracks& tracks = tracks_[party];
        const std::size_t row = free_row(ends[party], calls[i].enter_ns, calls[i].exit_ns, kMostCallRows);
        if (row == kMostCallRows) {
            ++tracks.hidden_calls;
            continue;
        }
        tracks.call_rows.resize(std::max(tracks.call_rows.size(), row + 1));
        tracks.call_rows[row].push_back(i);
    }
}

void TimelineIndex::show_states(const std::vector<analysis::StateSpan>& of_flow) {
    for (PartyTracks& tracks : tracks_) {
        tracks.state_rows.clear();
        tracks.hidden_states = 0;
    }
    add_states(of_flow);
}

void TimelineIndex::add_states(const std::vector<analysis::StateSpan>& more) {
    const Analysis& analysis = events_.analysis();
    std::vector<std::vector<TimeNs>> ends(tracks_.size());
    const auto add = [&](PartyId party, std::vector<StateItem> items) {
        if (party == kNoParty || items.empty()) return;
        PartyTracks& tracks = tracks_[party];
        const std::size_t row = free_row(ends[party], items.front().begin_ns, items.back().end_ns, kMostFlowRows);
        if (row == kMostFlowRows) {
            ++tracks.hidden_states;
            return;
        }
        tracks.state_rows.resize(std::max(tracks.state_rows.size(), row + 1));
        std::vector<StateItem>& kept = tracks.state_rows[row];
        kept.insert(kept.end(), items.begin(), items.end());
    };
    for (const analysis::ListenSpan& span : analysis.listens) {
        if (span.socket >= events_.recording().sockets.size()) continue;
        add(parties_.of_actor(events_.recording().sockets[span.socket].actor),
            {{span.begin_ns, span.end_ns, TcpState::kListen, true, {}}});
    }
    // By flow, side and time: one run of spans is one end's life. CLOSED is where there is nothing to show.
    for (const std::vector<analysis::StateSpan>* states : {&more, &analysis.states}) {
        for (std::size_t i = 0; i < states->size();) {
            const analysis::StateSpan& first = (*states)[i];
            std::vector<StateItem> life;
            for (; i < states->size(); ++i) {
                const analysis::StateSpan& span = (*states)[i];
                if (span.flow != first.flow || span.side != first.side) break;
                if (span.state == TcpState::kClosed || span.state == TcpState::kUnknown) continue;
                const bool measured = span.evidence == analysis::Evidence::kMeasured;
                life.push_back({span.begin_ns, span.end_ns, span.state, measured, span.cause});
            }
            add(parties_.of(first.flow, first.side), std::move(life));
        }
    }
}

void TimelineIndex::add_streams() {
    for (const StreamLedger& stream : events_.analysis().streams) {
        const PartyId from = parties_.of(stream.id.flow, stream.id.from);
        const PartyId to = parties_.of(stream.id.flow, analysis::other(stream.id.from));
        BufferTrack sent = send_track(stream);
        BufferTrack received = receive_track(stream);
        if (from != kNoParty && sent.peak > 0) {
            put_in_row(tracks_[from].send_rows, tracks_[from].hidden_flows, std::move(sent));
        }
        if (to != kNoParty && received.peak > 0) {
            put_in_row(tracks_[to].receive_rows, tracks_[to].hidden_flows, std::move(received));
        }
    }
}

void TimelineIndex::add_datagram_queues() {
    const Analysis& analysis = events_.analysis();
    std::map<SocketId, BufferTrack> queues;
    for (std::uint32_t i = 0; i < analysis.datagram_queues.size(); ++i) {
        const analysis::DatagramQueueStep& step = analysis.datagram_queues[i];
        BufferTrack& track = queues[step.socket];
        if (track.queue_steps.empty()) track.begin_ns = step.time_ns;
        track.kind = BufferKind::kDatagrams;
        track.end_ns = step.time_ns;
        track.peak = std::max<std::uint64_t>(track.peak, step.waiting.size());
        track.queue_steps.push_back(i);
    }
    for (auto& [socket, track] : queues) {
        if (socket >= events_.recording().sockets.size() || track.peak == 0) continue;
        const PartyId party = parties_.of_actor(events_.recording().sockets[socket].actor);
        if (party == kNoParty) continue;
        put_in_row(tracks_[party].receive_rows, tracks_[party].hidden_flows, std::move(track));
    }
}

void TimelineIndex::add_packets() {
    const Analysis& analysis = events_.analysis();
    std::map<std::pair<PartyId, PartyId>, std::size_t> place;
    const auto wire_between = [&](PartyId from, PartyId to) -> WireTrack& {
        const auto [known, added] = place.emplace(std::minmax(from, to), wires_.size());
        if (added) wires_.push_back({std::min(from, to), std::max(from, to), {}, {}, {}});
        return wires_[known->second];
    };
    if (!analysis.sightings.any()) {
        for (std::uint32_t i = 0; i < analysis.packets.size(); ++i) {
            const PartyId from = parties_.sender(analysis, i);
            const PartyId to = parties_.receiver(analysis, i);
            if (from != kNoParty && to != kNoParty && from != to) wire_between(from, to).packets.push_back(i);
        }
        return;
    }
    for (const Flight& flight : find_flights(analysis, events_.recording(), parties_)) {
        wire_between(flight.from, flight.to).flights.push_back(flight);
    }
    for (WireTrack& wire : wires_) {
        std::stable_sort(wire.flights.begin(), wire.flights.end(),
                         [](const Flight& a, const Flight& b) { return a.begin_ns < b.begin_ns; });
        wire.reach.reserve(wire.flights.size());
        TimeNs reach = 0;
        for (const Flight& flight : wire.flights) wire.reach.push_back(reach = std::max(reach, flight.end_ns));
    }
}

// Beside whom a finding stands: who caused the wait, or whose buffer or call it speaks of.
PartyId TimelineIndex::party_of(const analysis::Finding& finding) const {
    const PartyId from = parties_.of(finding.flow, finding.from);
    const PartyId to = parties_.of(finding.flow, analysis::other(finding.from));
    switch (finding.kind) {
        case analysis::FindingKind::kStickyRead:
        case analysis::FindingKind::kDatagramDroppedInReceiveBuffer: return to;
        case analysis::FindingKind::kDelayedAck: {
            const PartyId late = parties_.of_actor(finding.actor);
            return late == kNoParty ? to : late;
        }
        default: return from;
    }
}

void TimelineIndex::add_findings() {
    const std::vector<analysis::Finding>& findings = events_.analysis().findings;
    for (std::uint32_t i = 0; i < findings.size(); ++i) {
        const PartyId party = party_of(findings[i]);
        if (party == kNoParty) continue;
        FindingTrack& track = tracks_[party].findings;
        const TimeNs before = track.reach.empty() ? findings[i].end_ns : track.reach.back();
        track.findings.push_back(i);
        track.reach.push_back(std::max(before, findings[i].end_ns));
    }
}

}  // namespace wirestory::viz
