// The byte ledger: for each stream which call wrote, which packet carried, which ACK acknowledged and which call read
// each byte. All vectors are sorted (writes, reads, messages by offset; carried by time; acknowledged by time and
// offset), so questions are answered in O(log n). For UDP the unit is the datagram, matched from send to recv.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/flow.hpp"
#include "base/time.hpp"
#include "recording/ids.hpp"

namespace wirestory::analysis {

constexpr std::uint32_t kNoIndex = 0xFFFFFFFF;

// Half-open range of stream offsets.
struct ByteRange {
    StreamOffset begin = 0;
    StreamOffset end = 0;
    [[nodiscard]] StreamOffset size() const { return end - begin; }
    [[nodiscard]] bool empty() const { return end <= begin; }
    [[nodiscard]] bool overlaps(ByteRange other) const { return begin < other.end && other.begin < end; }
    auto operator<=>(const ByteRange&) const = default;
};

// How a drawn item is known (DESIGN 6): read from kernel or capture; computed from such; or concluded by TCP's rules.
enum class Evidence : std::uint8_t { kMeasured, kDerived, kInferred };

struct Written {  // by a send call
    ByteRange range;
    std::uint32_t call = kNoIndex;
    TimeNs enter_ns = 0;
    TimeNs exit_ns = 0;
};
struct Carried {  // by a segment
    ByteRange range;
    std::uint32_t packet = kNoIndex;
    TimeNs time_ns = 0;
    bool retransmission = false;  // every byte of it had been carried before
};
struct Acknowledged {  // cumulative
    StreamOffset up_to = 0;
    std::uint32_t packet = kNoIndex;
    TimeNs time_ns = 0;
};
struct Read {  // by a recv call
    ByteRange range;
    std::uint32_t call = kNoIndex;
    TimeNs enter_ns = 0;
    TimeNs exit_ns = 0;
};
// One application message (messages.hpp says what that is); `call` wrote its first byte. `number` counts from 1 in its
// stream and picks the colour.
struct Message {
    ByteRange range;
    std::uint32_t call = kNoIndex;
    std::uint32_t number = 0;
};

// Both vectors begin when the first byte moves. Choices, explained in ledger_builder.hpp: bytes count as written from
// the send's entry (from its progress when it slept), as read from the recv's exit. A RST empties the send buffers, a
// close the receive buffer: then `acknowledged` or `read` jump to the end although nobody acknowledged or read, which
// the vectors of those names do not say. No reader's calls recorded: receive_buffer is empty, for nothing is known of
// it. Buffer contents from `time_ns` until the next step, as stream offsets: the send buffer holds [acknowledged,
// written), of which [sent, written) is unsent; the peer's receive buffer holds [read, arrived).
struct SendStep {
    TimeNs time_ns = 0;
    StreamOffset acknowledged = 0;
    StreamOffset sent = 0;
    StreamOffset written = 0;
    EventRef cause;
};
struct ReceiveStep {
    TimeNs time_ns = 0;
    StreamOffset read = 0;
    StreamOffset arrived = 0;  // in order
    EventRef cause;
};

struct StreamLedger {
    StreamId id;
    std::vector<Written> written;
    std::vector<Carried> carried;
    std::vector<Acknowledged> acknowledged;
    std::vector<Read> read;
    std::vector<Message> messages;
    std::vector<SendStep> send_buffer;
    std::vector<ReceiveStep> receive_buffer;
    StreamOffset total_bytes = 0;  // the highest offset any event speaks of
    // Indices into `carried` by range.begin, and the highest range.end up to each: see carriers_of().
    std::vector<std::uint32_t> carried_by_offset;
    std::vector<StreamOffset> carried_reach;

    [[nodiscard]] std::span<const Message> messages_in(ByteRange range) const;
};

// Questions to a ledger, each in O(log n + answer).
std::span<const Written> writes_in(const StreamLedger& ledger, ByteRange range);
std::span<const Read> reads_in(const StreamLedger& ledger, ByteRange range);
// Indices into ledger.carried of all segments with a byte of `range`, in order of time; retransmissions too.
std::vector<std::uint32_t> carriers_of(const StreamLedger& ledger, ByteRange range);
// The first segment that carried the byte at `offset`; nullptr when none did.
const Carried* first_carrier_of(const StreamLedger& ledger, StreamOffset offset);
// The last packet before `packet` that carried the byte at `offset`; kNoIndex when none did. O(log n) also where a
// segment has been sent a hundred thousand times: of those that begin before the byte only the nearest are looked at.
std::uint32_t carrier_before(const StreamLedger& ledger, StreamOffset offset, std::uint32_t packet);
// The first ACK that covers the byte at `offset`; nullptr when none does.
const Acknowledged* acknowledging(const StreamLedger& ledger, StreamOffset offset);

enum class DatagramFate : std::uint8_t {
    kRead,
    kUnread,
    kDroppedInReceiveBuffer,
    kNoListener,
    kUnknown,
    kLostOnWire,  // never arrived, or so damaged that the receiving kernel refused it
};

struct Datagram {
    FlowId flow = kNoFlow;
    Side from = Side::kInitiator;
    std::uint32_t number = 0;  // from 1 in its stream; picks the colour
    std::uint32_t payload_bytes = 0;
    std::uint32_t send_call = kNoIndex;
    std::uint32_t packet = kNoIndex;
    std::uint32_t recv_call = kNoIndex;
    SocketId receiver = kNoSocket;     // whose receive buffer it went to; kNoSocket when that is not known
    std::uint32_t arrival = kNoIndex;  // on a wire: the packet as its receiver's tap saw it
    bool duplicate = false;            // the wire made it: one more arrival of the datagram before it
    DatagramFate fate = DatagramFate::kUnknown;
    Evidence fate_evidence = Evidence::kDerived;
};

// A datagram socket's receive buffer over time: which datagrams wait in it (indices into Analysis::datagrams).
struct DatagramQueueStep {
    TimeNs time_ns = 0;
    SocketId socket = kNoSocket;
    std::vector<std::uint32_t> waiting;
    EventRef cause;
};

}  // namespace wirestory::analysis
