// UnackedSegments: what one end has sent and the other not acknowledged, in an order in which an ACK finds what it
// covers: O(log n) a segment whatever the order of numbers, a bounded size a flow. Numbers are unwrapped to 64 bits
// around those seen before, so that order is order also where 32-bit numbers begin again. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "base/time.hpp"
#include "recording/ids.hpp"

namespace wirestory::analysis::tcp {

class UnackedSegments {
public:
    struct Sent {
        std::uint32_t packet = 0;
        TimeNs time_ns = 0;
    };

    // From `seq` up to `next`, the number after its last one. What the capture has no ACKs for must not grow without
    // end: beyond kMostSegments nothing is taken any more.
    void add(WireSeq seq, WireSeq next, Sent sent);
    // Forgets all that ends at `ack` or before. The oldest that ends exactly there: the one that was meant.
    std::optional<Sent> acknowledge(WireSeq ack);

    [[nodiscard]] bool empty() const { return by_end_.empty(); }
    [[nodiscard]] std::size_t size() const { return by_end_.size(); }
    // From the first number not acknowledged to behind the last one; of nothing: 0.
    [[nodiscard]] std::uint64_t span() const;

    static constexpr std::size_t kMostSegments = 10'000;

private:
    struct Unacked {
        std::int64_t begin = 0;
        std::uint64_t order = 0;  // of sending
        Sent sent;
        bool shortened = false;  // its begin was acknowledged: it begins where the last ACK stands
    };
    using ByEnd = std::multimap<std::int64_t, Unacked>;

    [[nodiscard]] std::int64_t unwrap(WireSeq number) const {
        return around_ + static_cast<std::int32_t>(number - static_cast<WireSeq>(around_));
    }
    void forget(ByEnd::iterator segment);

    ByEnd by_end_;                                                                // equal ends in order of sending
    std::map<std::pair<std::int64_t, std::uint64_t>, ByEnd::iterator> by_begin_;  // begin and order; not the shortened
    std::size_t shortened_ = 0;
    std::uint64_t added_ = 0;
    std::int64_t acked_ = 0;   // where the shortened ones begin
    std::int64_t around_ = 0;  // the number that others are unwrapped around
};

}  // namespace wirestory::analysis::tcp
