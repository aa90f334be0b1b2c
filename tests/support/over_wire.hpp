// A recording made as if on loopback, sent over a wire: each packet leaves at its stamp on its sender's tap, and
// arrives later on its receiver's, or never. For tests of whatever looks at both ends.
#pragma once

#include <functional>
#include <vector>

#include "recording/recording.hpp"

namespace wirestory::test {

// When a packet's copies arrive, one time each; empty: the wire drops it for this cause.
struct Way {
    std::vector<TimeNs> arrivals;
    DropCause cause = DropCause::kLoss;
};

// Actors must be set. `way(packet, left_ns)` is asked for each packet; ids are left out when `with_ids` is false.
Recording over_wire(const Recording& flat, const std::function<Way(std::uint32_t, TimeNs)>& way, bool with_ids = true);

}  // namespace wirestory::test
