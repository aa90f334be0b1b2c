// Matches the packets of a run against `expect.segments`: patterns in order, `...` skips any number.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sim/run/packet_match.hpp"
#include "sim/run/stage.hpp"
#include "sim/scenario/scenario.hpp"

namespace wirestory::session {

struct SegmentMatch {
    bool matched = false;
    // When not matched, the furthest point any attempt reached: this expectation met this packet (either may be one
    // past the end).
    std::size_t expectation = 0;
    std::size_t packet = 0;
};

// O(packets x expectations).
SegmentMatch match_segments(std::span<const sim::SegmentExpectation> expected,
                            std::span<const sim::SeenPacket> packets);

}  // namespace wirestory::session
