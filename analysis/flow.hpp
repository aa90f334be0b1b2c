// Flows: the packets of one 5-tuple and one lifetime, and the columns of what was decoded of each packet.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/address.hpp"
#include "base/time.hpp"
#include "capture/wire/packet.hpp"
#include "recording/column.hpp"
#include "recording/ids.hpp"
#include "recording/narrow_column.hpp"
#include "recording/recording.hpp"

namespace wirestory::analysis {

using FlowId = std::uint32_t;
constexpr FlowId kNoFlow = 0xFFFFFFFF;

// Who of the two ends sends: 0 is the initiator (sender of the first SYN, else of the first packet seen).
enum class Side : std::uint8_t { kInitiator = 0, kResponder = 1 };
constexpr Side other(Side side) { return side == Side::kInitiator ? Side::kResponder : Side::kInitiator; }
constexpr std::size_t index_of(Side side) { return static_cast<std::size_t>(side); }

// One direction of one flow: the bytes that `from` sends.
struct StreamId {
    FlowId flow = kNoFlow;
    Side from = Side::kInitiator;
    auto operator<=>(const StreamId&) const = default;
};

constexpr std::uint32_t kNoPacket = 0xFFFFFFFF;

struct FlowEnd {
    Endpoint endpoint;
    ActorId actor = kNoActor;     // when the recording names one at this address
    SocketId socket = kNoSocket;  // when calls on it were recorded; for UDP the socket that used this endpoint
    bool initial_seq_known = false;
    WireSeq initial_seq = 0;      // ISN, or (when no SYN was captured) first seq seen minus 1
    std::uint16_t mss_bytes = 0;  // announced by this end; 0 when not seen
    std::int8_t window_scale = -1;
};

// The packets at which a TCP connection turns; kNoPacket where the capture has none.
struct FlowMarks {
    std::uint32_t syn = kNoPacket;                                 // of the initiator, the last before the SYN ACK
    std::uint32_t syn_ack = kNoPacket;                             // the first
    std::uint32_t established = kNoPacket;                         // the initiator's ACK that ends the handshake
    std::array<std::uint32_t, 2> fin{kNoPacket, kNoPacket};        // by Side: its first FIN ...
    std::array<std::uint32_t, 2> fin_acked{kNoPacket, kNoPacket};  // ... and the other's first packet that covers it
    std::uint32_t rst = kNoPacket;                                 // the first
};

struct Flow {
    capture::Transport transport = capture::Transport::kNone;
    std::array<FlowEnd, 2> ends;  // by Side
    FlowMarks marks;
    TimeNs first_ns = 0;
    TimeNs last_ns = 0;
    std::span<const std::uint32_t> packets;  // indices into Recording::packets, in time order; see PacketLists

    [[nodiscard]] const FlowEnd& end(Side side) const { return ends[index_of(side)]; }
};

// Which flows analyse() looks at in detail (ledgers, states, datagrams, findings): all of a capture that is not large,
// and those on which calls were recorded. The others wait until somebody asks.
struct DetailScope {
    bool everything = true;

    [[nodiscard]] bool covers(const Flow& flow) const {
        return everything || flow.ends[0].socket != kNoSocket || flow.ends[1].socket != kNoSocket;
    }
};

// Stream offsets of 64 bits in four bytes each; those beyond 4 GiB have their upper half beside the column.
class OffsetColumn {
public:
    [[nodiscard]] std::size_t size() const { return low_.size(); }
    [[nodiscard]] StreamOffset operator[](std::size_t i) const {
        return high_.empty() ? low_[i] : high_of(static_cast<std::uint32_t>(i)) << 32U | low_[i];
    }
    void extend(std::size_t size) { low_.extend(size); }
    void set(std::uint32_t i, Place place, StreamOffset offset) {
        low_.at(place) = static_cast<std::uint32_t>(offset);
        if (offset >> 32U != 0) high_.push_back({i, static_cast<std::uint32_t>(offset >> 32U)});
    }
    // After the last set(): offsets may have been set in any order, and are looked up from now on.
    void seal();

private:
    struct High {
        std::uint32_t index = 0;
        std::uint32_t bits = 0;
    };
    [[nodiscard]] StreamOffset high_of(std::uint32_t i) const;

    Column<std::uint32_t> low_;
    Column<High> high_;  // by index
};

// The flows' packets, one flow behind the other; Flow::packets are parts of it.
class PacketLists {
public:
    // Room for `packets` of them, to be filled; all are thrown away that were there.
    std::uint32_t* make(std::size_t packets) {
        const std::size_t bytes = packets * sizeof(std::uint32_t);
        packets_ = {static_cast<std::uint32_t*>(allocate_column_block(bytes, bytes)), FreeColumnBlock{bytes}};
        return packets_.get();
    }

private:
    std::unique_ptr<std::uint32_t[], FreeColumnBlock> packets_;
};

// What the analysis keeps of every packet, in columns of equal length (Recording::packets.size()): 27 bytes. Not
// decodable or not TCP/UDP packets have flow == kNoFlow. `offset` is where the payload's first byte stands in the
// sender's stream (SYN and FIN take no offset), unwrapped past 4 GiB; `ack_offset` likewise in the other direction's.
struct PacketColumns {
    Column<FlowId> flow;
    Column<Side> from;
    Column<std::uint16_t> tcp_flags;
    Column<std::uint16_t> segment_flags;  // SegmentFlag bits (analysis/tcp/segment_flags.hpp)
    OffsetColumn offset;
    OffsetColumn ack_offset;
    NarrowColumn payload_bytes;
    Column<std::uint32_t> window_bytes;  // scaled where the scale is known
    PacketLists by_flow;

    [[nodiscard]] std::size_t size() const { return flow.size(); }
    // Makes room; every row must be set before it is read.
    void extend(std::size_t size);
    // The row of a packet that belongs to no flow.
    void set_none(std::uint32_t packet);
    void seal();
};

}  // namespace wirestory::analysis
