// What a segment is in its connection, in Wireshark's terms (segment_flags.hpp), from what came before it: O(1) a
// segment, a fixed size a connection. The rules are those that the Wireshark User's Guide describes under "TCP
// Analysis", in the order in which its 4.0 applies them, so that both say the same of one capture. Knows header fields
// only.
#pragma once

#include <array>
#include <cstdint>

#include "analysis/tcp/segment_flags.hpp"
#include "base/time.hpp"
#include "capture/wire/tcp.hpp"
#include "recording/ids.hpp"

namespace wirestory::analysis::tcp {

struct Segment {
    TimeNs time_ns = 0;
    WireSeq seq = 0;
    WireSeq ack = 0;
    std::uint32_t payload_bytes = 0;
    std::uint16_t flags = 0;           // capture::TcpFlag bits
    std::uint16_t window = 0;          // as on the wire
    std::int8_t window_scale = -1;     // of the option; -1 without one
    bool payload_length_known = true;  // false in a fragment: then only flow and base are noted
    TimeNs arrives_ns = 0;  // where it was seen leaving: when the other end has it; 0: seen somewhere on its way
};

constexpr std::int8_t kScaleUnknown = -1;
constexpr std::int8_t kScaleUnused = -2;  // the handshake was seen, and one end did not offer it (RFC 7323, 2.2)

// One end, as the segments that it sent have shown it.
struct Sender {
    TimeNs next_seq_ns = 0;  // when next_seq was reached
    TimeNs last_ack_ns = 0;
    WireSeq first_seq = 0;    // of the SYN; without one, the first number minus 1
    WireSeq next_seq = 0;     // the highest number sent, plus 1; 0: nothing sent yet
    WireSeq acked_limit = 0;  // the highest number that the other end can acknowledge if the capture has all
    WireSeq last_ack = 0;
    std::int32_t duplicate_acks = 0;
    std::uint32_t window = kNoWindow;
    std::uint16_t last_flags = 0;  // SegmentFlag bits of its last segment
    std::int8_t window_scale = kScaleUnknown;
    bool first_seq_known = false;
    bool unseen_told = false;    // the other end acknowledged more than the capture has, and it was said
    bool window_of_syn = false;  // the last window stood in a SYN, where it is never scaled

    static constexpr std::uint32_t kNoWindow = 0xFFFFFFFF;
};

struct Connection {
    std::array<Sender, 2> senders;  // by Side
    TimeNs last_syn_ns = 0;
    DurationNs handshake_rtt_ns = 0;  // from the SYN to the ACK that ends the handshake; 0: not seen
};

// The flags of `segment`, sent by sender `from`, and `connection` moves on.
std::uint16_t analyse_segment(Connection& connection, std::size_t from, const Segment& segment);

// How far the window given by `window` on the wire reaches, scaled where the scale is known.
inline std::uint32_t scaled_window(const Sender& sender, std::uint16_t tcp_flags, std::uint16_t window) {
    const bool scaled = (tcp_flags & capture::kSyn) == 0 && sender.window_scale > 0;
    return scaled ? static_cast<std::uint32_t>(window) << static_cast<unsigned>(sender.window_scale) : window;
}

}  // namespace wirestory::analysis::tcp
