// Following a flow, as Wireshark's "Follow Stream" does: the bytes of both directions in the order in which the
// receivers could have read them, without repetitions, with the gaps that the capture has. Refers to payloads by packet
// and position and copies nothing. Linear in the flow's packets; any capture is safe.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/analysis.hpp"

namespace wirestory::analysis {

struct FollowedPart {
    Side from = Side::kInitiator;
    std::uint32_t packet = kNoIndex;
    std::uint32_t skip_bytes = 0;      // of its payload, for they were delivered before
    std::uint32_t bytes = 0;           // new ones, as sent
    std::uint64_t missing_before = 0;  // bytes of the stream that no captured packet has
};

// TCP: in order of the stream. UDP: a part for each datagram. Empty for a flow that is not there.
std::vector<FollowedPart> follow(const Analysis& analysis, FlowId flow);

// What of the part was captured: fewer than `bytes` when the snap length cut it.
ByteView bytes_of(const Recording& recording, const FollowedPart& part);

}  // namespace wirestory::analysis
