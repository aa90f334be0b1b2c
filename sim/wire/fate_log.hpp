// The relay's diary: one entry for each packet that was dropped and for each copy that left, handed from the relay's
// thread to one reader through a bounded ring without locks. A full ring loses entries and counts them; packets are
// never held up. One writer thread, one reader thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/time.hpp"
#include "sim/wire/impairment.hpp"

namespace wirestory::sim {

struct FateEntry {
    std::uint64_t packet_number = 0;  // of its path, from 1
    HostId from = 0;
    HostId to = 0;
    DropCause cause = DropCause::kNone;
    std::uint8_t copy = 0;    // 0: the packet itself, 1...: its duplicates
    std::uint8_t copies = 0;  // how many there are in all
    bool corrupted = false;
    bool marked_ce = false;
    bool reordered = false;
    std::int16_t rule = -1;  // index of the rule that was applied
    std::uint32_t size_bytes = 0;
    std::uint32_t queue_packets = 0;  // what it found before it at the port
    std::uint64_t queue_bytes = 0;
    TimeNs entered_ns = 0;  // the kernel's stamp when the frame came to the relay
    TimeNs sent_ns = 0;     // its last bit had left the port's queue; 0 when dropped
    TimeNs due_ns = 0;      // when it was to arrive; 0 when dropped
    TimeNs left_ns = 0;     // when the relay handed it on; 0 when dropped
    // frame_fingerprint of the frame as it came and as it left (they differ when it was marked or corrupted).
    std::uint64_t fingerprint = 0;
    std::uint64_t left_fingerprint = 0;
};

class FateLog {
public:
    explicit FateLog(std::size_t capacity)
        : mask_(std::bit_ceil(std::max<std::size_t>(capacity, 2)) - 1), entries_(new FateEntry[mask_ + 1]) {}

    void append(const FateEntry& entry) {
        const std::size_t written = written_.load(std::memory_order_relaxed);
        if (written - taken_.load(std::memory_order_acquire) > mask_) {
            lost_.store(lost_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
            return;
        }
        entries_[written & mask_] = entry;
        written_.store(written + 1, std::memory_order_release);
    }

    // Moves out what was written since the last time, behind what `entries` holds.
    void take(std::vector<FateEntry>& entries) {
        const std::size_t taken = taken_.load(std::memory_order_relaxed);
        const std::size_t written = written_.load(std::memory_order_acquire);
        for (std::size_t i = taken; i != written; ++i) entries.push_back(entries_[i & mask_]);
        taken_.store(written, std::memory_order_release);
    }

    [[nodiscard]] std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

private:
    std::size_t mask_;
    std::unique_ptr<FateEntry[]> entries_;
    alignas(64) std::atomic<std::size_t> written_{0};
    std::atomic<std::uint64_t> lost_{0};
    alignas(64) std::atomic<std::size_t> taken_{0};
};

}  // namespace wirestory::sim
