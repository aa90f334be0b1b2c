// FlowSummary: how one TCP connection began, went and ended, in figures: RFC 9293's terms, and Wireshark's for
// completeness and the handshake's round trip. Made when somebody asks, from the columns of the flow's packets and its
// two SYNs; nothing is kept for it. Linear in the packets of the flow. Pure, any thread.
#pragma once

#include <array>
#include <cstdint>

#include "analysis/analysis.hpp"

namespace wirestory::analysis {

enum class FlowBeginning : std::uint8_t {
    kBeforeCapture,     // neither SYN was captured
    kHalfCaptured,      // the handshake is there, but not all of it: one direction, or from the SYN ACK on
    kUnanswered,        // SYNs, and nothing came back
    kRefused,           // a RST in answer to the SYN
    kUnacknowledged,    // SYN and SYN ACK, never the ACK that ends the handshake
    kHandshake,         // SYN, SYN ACK, ACK
    kFastOpen,          // the same, with data in the SYN that the SYN ACK takes (RFC 7413)
    kSimultaneousOpen,  // both ends sent a SYN without ACK (RFC 9293 3.5)
};

enum class FlowEnding : std::uint8_t {
    kNone,               // there was no connection to end
    kOpen,               // still open when the capture ends
    kHalfClosed,         // one end's FIN only
    kClosed,             // both FINs, one after the other
    kSimultaneousClose,  // both FINs, neither acknowledging the other
    kReset,
};

// What a RST came after, of all that both ends had sent; a RST after both FINs were acknowledged ends nothing.
enum class ResetAfter : std::uint8_t { kNoReset, kSyn, kHandshake, kData, kFin };

// Wireshark's tcp.completeness: which parts of a conversation the capture has.
enum Completeness : std::uint8_t {
    kHasSyn = 1,
    kHasSynAck = 2,
    kHasAck = 4,
    kHasData = 8,
    kHasFin = 16,
    kHasRst = 32,
};

struct RoundTrips {  // from a segment to the first ACK that covers its last byte; none of bytes sent twice (RFC 6298 3)
    std::uint32_t count = 0;
    DurationNs least_ns = 0;
    DurationNs mean_ns = 0;
    DurationNs most_ns = 0;
};

// One end: what it sent, and how it stands when the capture ends.
struct EndSummary {
    TcpState state = TcpState::kUnknown;  // kUnknown where the analysis keeps no states: see DetailScope
    std::uint64_t packets = 0;
    std::uint64_t payload_bytes = 0;
    std::uint32_t resent = 0;  // segments that the TCP analysis calls retransmissions
    std::uint64_t most_in_flight_bytes = 0;
    std::uint64_t in_flight_bytes = 0;  // sent and not acknowledged at the end
    std::uint32_t window_bytes = 0;     // announced last, scaled where the scale is known; 0 when it sent none
    RoundTrips round_trips;             // of the segments that it sent
    std::uint16_t mss_bytes = 0;        // announced; 0: not seen
    std::int8_t window_scale = -1;      // announced; -1: not seen
    bool sack_permitted = false;
};

struct FlowSummary {
    FlowBeginning beginning = FlowBeginning::kBeforeCapture;
    FlowEnding ending = FlowEnding::kOpen;
    Side ended_by = Side::kInitiator;  // whose FIN came first, or who sent the RST
    ResetAfter reset_after = ResetAfter::kNoReset;
    std::uint8_t completeness = 0;    // Completeness bits
    DurationNs handshake_rtt_ns = 0;  // from the last SYN to the ACK that ends the handshake; 0: not all captured
    std::array<EndSummary, 2> ends;   // by Side
    bool window_scaling = false;      // both SYNs offered it, so it is in force (RFC 7323 2.2)
    bool sack = false;                // both SYNs permitted it

    [[nodiscard]] const EndSummary& end(Side side) const { return ends[index_of(side)]; }
};

// Of a TCP flow; of any other only packets and bytes each way are filled in.
FlowSummary summarise(const Recording& recording, const Analysis& analysis, FlowId flow);
// The value alone.
std::uint8_t completeness_of(const Analysis& analysis, const Flow& flow);

}  // namespace wirestory::analysis
