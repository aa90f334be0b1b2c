// What the TCP analysis says of a segment, in Wireshark's terms: one bit each, kept as a column of every packet. The
// rules are Wireshark's (User's Guide, "TCP Analysis"), so that both tools say the same of one capture; where ours
// differ, docs/differences.md says why. Knows no packets; plain data.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace wirestory::analysis {

enum SegmentFlag : std::uint16_t {
    kRetransmission = 1U << 0U,          // set with the two below, too, as Wireshark does
    kFastRetransmission = 1U << 1U,      // after duplicate ACKs asked for it
    kSpuriousRetransmission = 1U << 2U,  // of bytes that were acknowledged already
    kOutOfOrder = 1U << 3U,              // late, but too soon after the gap to be a retransmission
    kDuplicateAck = 1U << 4U,
    kLostSegment = 1U << 5U,     // "previous segment not captured": a gap before this one
    kAckLostSegment = 1U << 6U,  // "ACKed unseen segment": acknowledges what the capture has not
    kZeroWindow = 1U << 7U,
    kZeroWindowProbe = 1U << 8U,
    kZeroWindowProbeAck = 1U << 9U,
    kWindowUpdate = 1U << 10U,
    kWindowFull = 1U << 11U,  // fills the receiver's window to its last byte
    kKeepAlive = 1U << 12U,
    kKeepAliveAck = 1U << 13U,
    kReusedPorts = 1U << 14U,  // a new connection on the addresses and ports of one before
};

// By bit; the names are those of Wireshark's fields tcp.analysis.NAME.
constexpr std::array<std::pair<SegmentFlag, std::string_view>, 15> kSegmentFlagNames{
    {{kRetransmission, "retransmission"},
     {kFastRetransmission, "fast_retransmission"},
     {kSpuriousRetransmission, "spurious_retransmission"},
     {kOutOfOrder, "out_of_order"},
     {kDuplicateAck, "duplicate_ack"},
     {kLostSegment, "lost_segment"},
     {kAckLostSegment, "ack_lost_segment"},
     {kZeroWindow, "zero_window"},
     {kZeroWindowProbe, "zero_window_probe"},
     {kZeroWindowProbeAck, "zero_window_probe_ack"},
     {kWindowUpdate, "window_update"},
     {kWindowFull, "window_full"},
     {kKeepAlive, "keep_alive"},
     {kKeepAliveAck, "keep_alive_ack"},
     {kReusedPorts, "reused_ports"}}};

}  // namespace wirestory::analysis
