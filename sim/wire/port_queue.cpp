#include "sim/wire/port_queue.hpp"

#include <algorithm>

namespace wirestory::sim {
namespace {

// Nanosecond-bits: a length times this, divided by the rate, is its time on the line.
constexpr std::uint64_t kBitNs = 8ULL * static_cast<std::uint64_t>(kSecondNs);
constexpr std::size_t kFirstRing = 64;  // a power of two, as all later sizes

}  // namespace

QueueLength PortQueue::length_at(TimeNs now) {
    now_ = std::max(now_, now);
    while (count_ > 0 && ring_[first_].leaves_ns <= now_) {
        queued_bytes_ -= ring_[first_].size_bytes;
        first_ = (first_ + 1) & (ring_.size() - 1);
        --count_;
    }
    return {static_cast<std::uint32_t>(count_), queued_bytes_};
}

void PortQueue::append(const Queued& queued) {
    if (count_ == ring_.size()) {
        std::vector<Queued> larger(std::max<std::size_t>(kFirstRing, 2 * ring_.size()));
        for (std::size_t i = 0; i < count_; ++i) larger[i] = ring_[(first_ + i) & (ring_.size() - 1)];
        ring_ = std::move(larger);
        first_ = 0;
    }
    ring_[(first_ + count_) & (ring_.size() - 1)] = queued;
    ++count_;
    queued_bytes_ += queued.size_bytes;
}

std::optional<TimeNs> PortQueue::enter(std::uint32_t size_bytes, TimeNs now) {
    const QueueLength found = length_at(now);
    if (spec_.rate_bits_per_s == 0) {
        // A limit that was lifted leaves behind what was promised: later packets do not overtake it.
        last_leaves_ns_ = std::max(last_leaves_ns_, now_);
        return last_leaves_ns_;
    }
    if (found.packets >= spec_.queue_packets) return std::nullopt;
    if (spec_.queue_bytes != 0 && found.bytes + size_bytes > spec_.queue_bytes) return std::nullopt;
    // The bucket as a line that may be early by the time a full bucket is worth: the virtual scheduling form of the
    // generic cell rate algorithm (ITU-T I.371, annex A), which needs no refill timer and no rounding of tokens.
    const std::uint64_t rate = spec_.rate_bits_per_s;
    const auto earliest = static_cast<TimeNs>(now_ - static_cast<TimeNs>(spec_.burst_bytes * kBitNs / rate));
    if (free_ns_ < earliest) {
        free_ns_ = earliest;
        free_part_ = 0;
    }
    const std::uint64_t work = size_bytes * kBitNs + free_part_;
    free_ns_ += static_cast<TimeNs>(work / rate);
    free_part_ = work % rate;
    const TimeNs leaves = std::max({now_, last_leaves_ns_, free_ns_ + (free_part_ != 0 ? 1 : 0)});
    last_leaves_ns_ = leaves;
    if (leaves > now_) append({leaves, size_bytes});
    return leaves;
}

bool PortQueue::marks(const QueueLength& found) const {
    return (spec_.ecn_mark_packets != 0 && found.packets >= spec_.ecn_mark_packets) ||
           (spec_.ecn_mark_bytes != 0 && found.bytes >= spec_.ecn_mark_bytes);
}

}  // namespace wirestory::sim
