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
#include "recording/wire_fate.hpp"

namespace wirestory::sim {

using wirestory::DropCause;
using wirestory::kDropCauses;
using FateEntry = WireFate;

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
