#include "analysis/tcp/segment_details.hpp"

#include <algorithm>

namespace wirestory::analysis::tcp {
namespace {

using capture::kAck;
using capture::kFin;
using capture::kSyn;

constexpr std::size_t kMostUnacked = 10'000;  // what the capture has no ACKs for must not grow without end
constexpr std::size_t kMostSackBlocks = 3;    // beside time stamps no more fit (RFC 2018, 3)
constexpr std::uint32_t kMostInFlight = 2'000'000'000;

bool after(WireSeq a, WireSeq b) { return static_cast<std::int32_t>(a - b) > 0; }

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
    if ((segment.payload_bytes > 0 || takes_number) && own.unacked.size() < kMostUnacked) {
        const WireSeq next = segment.seq + segment.payload_bytes + (takes_number ? 1U : 0U);
        own.unacked.push_back({segment.seq, next, packet, segment.time_ns});
    }
    remove_acked(peer, segment, details);
    if (segment.payload_bytes == 0 || own.unacked.empty() || !own.in_flight_known) return details;
    const std::uint32_t bytes = in_flight(own, connection_.senders[from].first_seq) - peer.sacked_bytes;
    if (bytes > 0 && bytes < kMostInFlight) details.bytes_in_flight = bytes - (takes_number ? 1U : 0U);
    return details;
}

// What `segment` acknowledges is no longer waiting; of several that end where the ACK does the oldest was meant.
void SegmentFollower::remove_acked(End& peer, const Segment& segment, SegmentDetails& details) const {
    for (Unacked& each : peer.unacked) {
        if (each.next == segment.ack && details.acked_packet == SegmentDetails{}.acked_packet) {
            details.acked_packet = each.packet;
            details.ack_rtt_ns = segment.time_ns - each.time_ns;
        }
        if (after(segment.ack, each.seq) && !after(segment.ack, each.next)) each.seq = segment.ack;
    }
    std::erase_if(peer.unacked, [&](const Unacked& each) { return !after(each.next, segment.ack); });
}

std::uint32_t SegmentFollower::in_flight(const End& own, WireSeq base) const {
    std::uint32_t first = own.unacked.back().seq - base;
    std::uint32_t last = own.unacked.back().next - base;
    for (const Unacked& each : own.unacked) {
        first = std::min(first, each.seq - base);
        last = std::max(last, each.next - base);
    }
    return last - first;
}

}  // namespace wirestory::analysis::tcp
