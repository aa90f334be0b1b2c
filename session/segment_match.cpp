#include "session/segment_match.hpp"

#include <algorithm>

namespace wirestory::session {

SegmentMatch match_segments(std::span<const sim::SegmentExpectation> expected,
                            std::span<const sim::SeenPacket> packets) {
    // reachable[p]: the expectations before the current one can account for exactly the first p packets.
    std::vector<char> reachable(packets.size() + 1, 0);
    reachable[0] = 1;
    SegmentMatch furthest;
    for (std::size_t e = 0; e < expected.size(); ++e) {
        std::vector<char> next(packets.size() + 1, 0);
        if (expected[e].ellipsis) {
            bool any = false;
            for (std::size_t p = 0; p <= packets.size(); ++p) {
                any = any || reachable[p] != 0;
                next[p] = any ? 1 : 0;
            }
        } else {
            for (std::size_t p = 0; p < packets.size(); ++p) {
                if (reachable[p] != 0 && sim::matches(expected[e].pattern, packets[p])) next[p + 1] = 1;
            }
        }
        if (std::find(next.begin(), next.end(), 1) == next.end()) {
            // Behind an ellipsis the pattern was looked for everywhere: the place to show is the first it could have
            // been.
            const auto first = std::find(reachable.begin(), reachable.end(), 1);
            furthest.expectation = e;
            furthest.packet = static_cast<std::size_t>(first - reachable.begin());
            return furthest;
        }
        reachable = std::move(next);
    }
    furthest.matched = reachable[packets.size()] != 0;
    furthest.expectation = expected.size();
    const auto last = std::find(reachable.rbegin(), reachable.rend(), 1);
    furthest.packet = packets.size() - static_cast<std::size_t>(last - reachable.rbegin());
    return furthest;
}

}  // namespace wirestory::session
