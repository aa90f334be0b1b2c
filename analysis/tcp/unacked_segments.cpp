#include "analysis/tcp/unacked_segments.hpp"

#include <algorithm>

namespace wirestory::analysis::tcp {

void UnackedSegments::add(WireSeq seq, WireSeq next, Sent sent) {
    if (by_end_.size() >= kMostSegments) return;
    if (added_ == 0) around_ = seq;
    const std::int64_t end = unwrap(next);
    const std::int64_t begin = end - static_cast<std::int64_t>(next - seq);
    around_ = std::max(around_, end);
    const auto at = by_end_.emplace(end, Unacked{begin, ++added_, sent, false});
    by_begin_.emplace(std::pair{begin, added_}, at);
}

void UnackedSegments::forget(ByEnd::iterator segment) {
    if (segment->second.shortened) {
        --shortened_;
    } else {
        by_begin_.erase({segment->second.begin, segment->second.order});
    }
    by_end_.erase(segment);
}

std::optional<UnackedSegments::Sent> UnackedSegments::acknowledge(WireSeq ack) {
    const std::int64_t up_to = unwrap(ack);
    std::optional<Sent> meant;
    const auto exact = by_end_.lower_bound(up_to);
    if (exact != by_end_.end() && exact->first == up_to) meant = exact->second.sent;
    while (!by_end_.empty() && by_end_.begin()->first <= up_to) forget(by_end_.begin());
    // An ACK older than the last one says nothing of what that one shortened.
    if (shortened_ > 0 && up_to < acked_) return meant;
    acked_ = up_to;
    while (!by_begin_.empty() && by_begin_.begin()->first.first < up_to) {
        by_begin_.begin()->second->second.shortened = true;
        ++shortened_;
        by_begin_.erase(by_begin_.begin());
    }
    return meant;
}

std::uint64_t UnackedSegments::span() const {
    if (by_end_.empty()) return 0;
    std::int64_t first = by_begin_.empty() ? acked_ : by_begin_.begin()->first.first;
    if (shortened_ > 0) first = std::min(first, acked_);
    return static_cast<std::uint64_t>(by_end_.rbegin()->first - first);
}

}  // namespace wirestory::analysis::tcp
