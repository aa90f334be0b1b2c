#include "analysis/tcp/segment_details.hpp"

#include <algorithm>

namespace wirestory::analysis::tcp {
namespace {

using capture::kAck;
using capture::kFin;
using capture::kSyn;

constexpr std::size_t kMostSackBlocks = 3;  // beside time stamps no more fit (RFC 2018, 3)
constexpr std::uint32_t kMostInFlight = 2'000'000'000;

std::uint32_t sacked_bytes(const capture::TcpOptions& options) {
    std::uint32_t bytes = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(options.sack_count, kMostSackBlocks); ++i) {
        bytes += options.sack[i].right - options.sack[i].left;
    }
    return bytes;
}

}  // namespace

SegmentDetails SegmentFollower::follow(std::uint32_t packet, std::size_t from, const Segment& segment,
                                       const capture::TcpOptions& options) {
    SegmentDetails details;
    End& own = ends_[from];
    End& peer = ends_[1 - from];
    const bool takes_number = (segment.flags & (kSyn | kFin)) != 0;
    details.flags = analyse_segment(connection_, from, segment);
    details.handshake_rtt_ns = connection_.handshake_rtt_ns;
    own.sacked_bytes = sacked_bytes(options);
    if (!segment.payload_length_known) return details;
    if ((details.flags & kDuplicateAck) != 0) details.duplicate_number = connection_.senders[from].duplicate_acks;
    if ((segment.flags & kAck) != 0) peer.in_flight_known = true;
    if ((details.flags & kLostSegment) != 0) own.in_flight_known = false;
    if (segment.payload_bytes > 0 || takes_number) {
        const WireSeq next = segment.seq + segment.payload_bytes + (takes_number ? 1U : 0U);
        own.unacked.add(segment.seq, next, {packet, segment.time_ns});
    }
    // Of several that end where the ACK does the oldest was meant.
    if (const auto acked = peer.unacked.acknowledge(segment.ack)) {
        details.acked_packet = acked->packet;
        details.ack_rtt_ns = segment.time_ns - acked->time_ns;
    }
    if (segment.payload_bytes == 0 || own.unacked.empty() || !own.in_flight_known) return details;
    const std::uint32_t bytes = static_cast<std::uint32_t>(own.unacked.span()) - peer.sacked_bytes;
    if (bytes > 0 && bytes < kMostInFlight) details.bytes_in_flight = bytes - (takes_number ? 1U : 0U);
    return details;
}

}  // namespace wirestory::analysis::tcp
