// The queue of one port and the line behind it, in virtual time: a token bucket that says when a packet's last bit has
// left, and how long the queue is at any moment. Integer arithmetic throughout (no drift: n packets take exactly n
// times as long). Memory is bounded by the queue's limit. Pure; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/wire/link_spec.hpp"

namespace wirestory::sim {

struct QueueLength {
    std::uint32_t packets = 0;
    std::uint64_t bytes = 0;
};

class PortQueue {
public:
    explicit PortQueue(const PortSpec& spec) : spec_(spec) {}

    // Counts for packets that come later; what is queued keeps the time it was given.
    void set_spec(const PortSpec& spec) { spec_ = spec; }
    [[nodiscard]] const PortSpec& spec() const { return spec_; }

    // What a packet that comes at `now` finds. Time never runs backwards here: an earlier `now` counts as the last one.
    QueueLength length_at(TimeNs now);
    // When the packet has left, or nothing when there is no room for it.
    std::optional<TimeNs> enter(std::uint32_t size_bytes, TimeNs now);
    // For the same rule outside: does the length found ask for a mark?
    [[nodiscard]] bool marks(const QueueLength& found) const;

private:
    struct Queued {
        TimeNs leaves_ns;
        std::uint32_t size_bytes;
    };

    void append(const Queued& queued);

    PortSpec spec_;
    TimeNs now_ = 0;
    // The line is promised to earlier packets up to free_ns_ + free_part_ / rate (a fraction of a nanosecond).
    TimeNs free_ns_ = 0;
    std::uint64_t free_part_ = 0;
    TimeNs last_leaves_ns_ = 0;
    // A ring that doubles while it is too small, so that steady traffic allocates nothing.
    std::vector<Queued> ring_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
    std::uint64_t queued_bytes_ = 0;
};

}  // namespace wirestory::sim
