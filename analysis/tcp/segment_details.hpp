// What a segment tells beside its flags, in Wireshark's terms: which segment it acknowledges and after how long, how
// many bytes are in flight behind it, which duplicate ACK it is. Needs the list of unacknowledged segments, so it is
// made for a flow that somebody looks at, not for every packet of a capture. A bounded size a flow,
// O(log n) a segment; one thread.
#pragma once

#include <array>
#include <cstdint>

#include "analysis/tcp/segment_analysis.hpp"
#include "analysis/tcp/unacked_segments.hpp"
#include "capture/wire/tcp.hpp"

namespace wirestory::analysis::tcp {

struct SegmentDetails {
    std::uint16_t flags = 0;  // SegmentFlag bits, as in the column
    std::uint32_t acked_packet = 0xFFFFFFFF;
    DurationNs ack_rtt_ns = 0;
    std::uint32_t bytes_in_flight = 0;
    std::int32_t duplicate_number = 0;  // of a duplicate ACK, from 1
    DurationNs handshake_rtt_ns = 0;    // of the connection, as far as it was seen when this segment came
};

class SegmentFollower {
public:
    // The next segment, of sender `from`; `sack` are the blocks of its option.
    SegmentDetails follow(std::uint32_t packet, std::size_t from, const Segment& segment,
                          const capture::TcpOptions& options);

private:
    struct End {
        UnackedSegments unacked;
        std::uint32_t sacked_bytes = 0;  // of the other end's, by its last segment
        bool in_flight_known = true;     // false from a gap until the next ACK
    };
    Connection connection_;
    std::array<End, 2> ends_;
};

}  // namespace wirestory::analysis::tcp
