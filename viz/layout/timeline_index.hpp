// TimelineIndex: what the timeline asks of a recording again and again, put in order once: which calls share a row,
// whose states, buffers and packets stand where. Every list is sorted by time, so a layout looks at the visible part
// only. Refers to recording and analysis, which must outlive it. Only show_states() changes it.
#pragma once

#include <cstdint>
#include <vector>

#include "viz/layout/event_index.hpp"
#include "viz/layout/flights.hpp"
#include "viz/layout/parties.hpp"

namespace wirestory::viz {

struct StateItem {
    TimeNs begin_ns = 0;
    TimeNs end_ns = 0;
    TcpState state = TcpState::kUnknown;
    bool measured = false;
    EventRef cause;
};

enum class BufferKind : std::uint8_t { kSend, kReceive, kDatagrams };

// One buffer: of a stream, or of a datagram socket.
struct BufferTrack {
    BufferKind kind = BufferKind::kSend;
    const analysis::StreamLedger* stream = nullptr;
    std::vector<std::uint32_t> queue_steps;  // kDatagrams: indices into Analysis::datagram_queues
    TimeNs begin_ns = 0;
    TimeNs end_ns = 0;
    std::uint64_t peak = 0;  // bytes, or datagrams
};

// Buffers that never overlap in time share a row, and one scale.
struct BufferRow {
    std::vector<BufferTrack> tracks;
    std::uint64_t peak = 0;
};

// Findings shown beside one party, in order of begin; `reach` is the latest end up to each, so that those of a stretch
// of time are found without looking at all.
struct FindingTrack {
    std::vector<std::uint32_t> findings;
    std::vector<TimeNs> reach;
};

struct PartyTracks {
    std::vector<std::vector<std::uint32_t>> call_rows;  // indices of calls; those of one row never overlap
    std::vector<std::vector<StateItem>> state_rows;
    std::vector<BufferRow> send_rows;
    std::vector<BufferRow> receive_rows;
    FindingTrack findings;
    std::uint64_t hidden_calls = 0;  // beyond the rows there is room for: named, never silently left out
    std::uint64_t hidden_states = 0;
    std::uint64_t hidden_flows = 0;
};

// What flies between two parties, `a` shown above `b`: packets, where each arrives as it leaves; on a wire flights, in
// order of begin. `reach` is the latest end up to each, so that those of a stretch of time are found without looking at
// all.
struct WireTrack {
    PartyId a = kNoParty;
    PartyId b = kNoParty;
    std::vector<std::uint32_t> packets;
    std::vector<Flight> flights;
    std::vector<TimeNs> reach;
};

class TimelineIndex {
public:
    TimelineIndex(const Recording& recording, const analysis::Analysis& analysis);

    // Besides the states of the analysis those of one flow that it left for later: by side and time.
    void show_states(const std::vector<analysis::StateSpan>& of_flow);

    [[nodiscard]] const EventIndex& events() const { return events_; }
    [[nodiscard]] const Parties& parties() const { return parties_; }
    [[nodiscard]] const std::vector<PartyTracks>& tracks() const { return tracks_; }
    [[nodiscard]] const std::vector<WireTrack>& wires() const { return wires_; }
    [[nodiscard]] TimeNs start_ns() const { return start_ns_; }
    [[nodiscard]] TimeNs end_ns() const { return end_ns_; }

private:
    void add_calls();
    void add_states(const std::vector<analysis::StateSpan>& more);
    void add_streams();
    void add_datagram_queues();
    void add_packets();
    void add_findings();
    [[nodiscard]] PartyId party_of(const analysis::Finding& finding) const;

    EventIndex events_;
    Parties parties_;
    std::vector<PartyTracks> tracks_;
    std::vector<WireTrack> wires_;
    TimeNs start_ns_ = 0;
    TimeNs end_ns_ = 0;
};

}  // namespace wirestory::viz
