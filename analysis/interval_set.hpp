// IntervalSet: which offsets of a stream have been seen, as disjoint ranges. O(log holes) a question; one range as long
// as nothing is missing.
#pragma once

#include <algorithm>
#include <iterator>
#include <map>

#include "analysis/ledger.hpp"

namespace wirestory::analysis {

class IntervalSet {
public:
    void add(ByteRange range) {
        if (range.empty()) return;
        auto after = ranges_.upper_bound(range.begin);
        if (after != ranges_.begin() && std::prev(after)->second >= range.begin) {
            --after;
            range.begin = after->first;
        }
        while (after != ranges_.end() && after->first <= range.end) {
            range.end = std::max(range.end, after->second);
            after = ranges_.erase(after);
        }
        ranges_.emplace_hint(after, range.begin, range.end);
    }

    [[nodiscard]] bool contains(ByteRange range) const {
        const auto after = ranges_.upper_bound(range.begin);
        return after != ranges_.begin() && std::prev(after)->second >= range.end;
    }

    // How far the offsets from 0 on are all there.
    [[nodiscard]] StreamOffset contiguous() const {
        return ranges_.empty() || ranges_.begin()->first != 0 ? 0 : ranges_.begin()->second;
    }

private:
    std::map<StreamOffset, StreamOffset> ranges_;  // begin -> end
};

}  // namespace wirestory::analysis
