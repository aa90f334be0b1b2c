// analyse(): everything the project concludes from a recording. Pure: the same recording gives the same analysis. It
// holds indices into the recording, not copies, so the recording must outlive it.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/finding.hpp"
#include "analysis/flow.hpp"
#include "analysis/ledger.hpp"
#include "recording/recording.hpp"

namespace wirestory::analysis {

// One TCP state of one end, for a while. end_ns of the last span is the recording's end.
struct StateSpan {
    FlowId flow = kNoFlow;
    Side side = Side::kInitiator;
    TcpState state = TcpState::kUnknown;
    TimeNs begin_ns = 0;
    TimeNs end_ns = 0;
    Evidence evidence = Evidence::kInferred;  // kMeasured when a kernel sample in the span confirms it
    EventRef cause;
};

// A listening socket belongs to no flow; its LISTEN time is a call's doing.
struct ListenSpan {
    SocketId socket = kNoSocket;
    TimeNs begin_ns = 0;
    TimeNs end_ns = 0;
};

struct Analysis {
    PacketColumns packets;
    std::vector<Flow> flows;            // in order of first packet
    std::vector<StreamLedger> streams;  // two a TCP flow: 2 * tcp flow rank + side; find with stream()
    std::vector<Datagram> datagrams;    // in order of sending
    std::vector<DatagramQueueStep> datagram_queues;
    std::vector<StateSpan> states;  // by flow, side, time
    std::vector<ListenSpan> listens;
    std::vector<Finding> findings;  // by begin_ns

    [[nodiscard]] const StreamLedger* stream(StreamId id) const;
};

Analysis analyse(const Recording& recording);

// All that carries the same bytes as `event`: sends, segments, ACKs, reads and datagrams; and which bytes those are.
struct ByteTrace {
    StreamId stream;
    ByteRange range;
    std::vector<EventRef> events;  // sorted; includes the event asked about
};
ByteTrace trace(const Recording& recording, const Analysis& analysis, EventRef event);
// The same for a range of bytes of one stream (a message picked in a buffer lane).
ByteTrace trace_range(const Recording& recording, const Analysis& analysis, StreamId stream, ByteRange range);

}  // namespace wirestory::analysis
