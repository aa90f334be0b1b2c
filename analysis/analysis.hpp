// analyse(): everything the project concludes from a recording. Pure: the same recording gives the same analysis. It
// holds indices into the recording, not copies, so the recording must outlive it and stay where it is.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "analysis/finding.hpp"
#include "analysis/flow.hpp"
#include "analysis/latency.hpp"
#include "analysis/ledger.hpp"
#include "analysis/sightings.hpp"
#include "recording/recording.hpp"

namespace wirestory::analysis {

// One TCP state of one end, for a while. end_ns of the last span is the recording's end. States that TCP passes through
// within one packet (FIN_WAIT2 when FIN and ACK come together) have begin_ns == end_ns. An end whose connection is gone
// has a last span kClosed. TIME_WAIT is always inferred: the kernel's socket itself says CLOSE then.
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

// Which end of which flow a socket is. A datagram socket may be the end of many flows.
struct SocketEnd {
    SocketId socket = kNoSocket;
    FlowId flow = kNoFlow;
    Side side = Side::kInitiator;
    auto operator<=>(const SocketEnd&) const = default;
};
// Sorted pairs for lookups: a packet's or a call's index, and the datagram's.
struct DatagramKey {
    std::uint32_t event = kNoIndex;
    std::uint32_t datagram = kNoIndex;
    auto operator<=>(const DatagramKey&) const = default;
};

class LateDetails;

struct Analysis {
    Sightings sightings;
    PacketColumns packets;
    std::vector<Flow> flows;            // in order of first packet
    DetailScope detail;                 // of what follows
    std::vector<StreamLedger> streams;  // two a TCP flow, by flow and side; find with stream()
    std::vector<Datagram> datagrams;    // in order of sending
    std::vector<DatagramQueueStep> datagram_queues;
    std::vector<StateSpan> states;  // by flow, side, time
    std::vector<ListenSpan> listens;
    std::vector<Finding> findings;                 // by begin_ns
    std::vector<MessageLatency> latencies;         // by stream and number; find with latency_of()
    std::vector<std::uint32_t> icmp_errors;        // packets that say "unreachable" or "too big", in order
    std::vector<std::uint32_t> fragments;          // packets that are one of several of an IP datagram, in order
    std::vector<SocketEnd> socket_ends;            // sorted
    std::vector<DatagramKey> datagrams_by_packet;  // sorted
    std::vector<DatagramKey> datagrams_by_call;    // sorted; send and receive calls
    std::vector<DatagramKey> datagrams_by_icmp;    // sorted; ICMP packets that answer them

    // nullptr when there is none. Of flows outside `detail` it is made now, and kept.
    [[nodiscard]] const StreamLedger* stream(StreamId id) const;
    // Those that `findings` has not, because the flow is outside `detail`: made now, and kept.
    [[nodiscard]] std::span<const Finding> late_findings(FlowId flow) const;
    // The same, and the states of both ends by side and time, made anew at each call and not kept.
    [[nodiscard]] std::vector<Finding> find_late(FlowId flow) const;
    [[nodiscard]] std::vector<StateSpan> late_states(FlowId flow) const;
    // Is there something of the flow that only these give?
    [[nodiscard]] bool has_late(FlowId flow) const;
    // Would stream() have to make the ledgers of the flow?
    [[nodiscard]] bool lacks_ledgers(FlowId flow) const;
    [[nodiscard]] std::span<const SocketEnd> ends_of(SocketId socket) const;
    // The datagram that a packet carried or a call sent or received; nullptr when there is none.
    [[nodiscard]] const Datagram* datagram_of_packet(std::uint32_t packet) const;
    [[nodiscard]] const Datagram* datagram_of_call(std::uint32_t call) const;

    std::shared_ptr<LateDetails> late;  // nullptr when `detail` is everything
};

Analysis analyse(const Recording& recording);

// Asked now and then by the thread that works, with how much of the whole is done. False: the answer is not wanted any
// more.
using WorkWatch = std::function<bool(std::size_t done, std::size_t of)>;
// The same in pieces of packets; nothing when the watch ended it. Of a capture of which everything is looked at in
// detail the last part goes on to its end.
std::optional<Analysis> analyse(const Recording& recording, const WorkWatch& watch);

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
