// Packets on their way: copies of frames in slots of one memory area, ordered by when they are due; equal times leave
// in the order they came. All memory is reserved once and bounded by the capacity; pages are touched only as slots are
// used. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "sim/wire/fate_log.hpp"

namespace wirestory::sim {

using SlotId = std::uint32_t;

class DepartureQueue {
public:
    static Result<DepartureQueue> reserve(std::uint32_t capacity_packets, std::uint32_t max_frame_bytes,
                                          std::size_t max_bytes);
    DepartureQueue(DepartureQueue&& other) noexcept;
    DepartureQueue& operator=(DepartureQueue&& other) noexcept;
    DepartureQueue(const DepartureQueue&) = delete;
    DepartureQueue& operator=(const DepartureQueue&) = delete;
    ~DepartureQueue();

    struct Packet {
        SlotId slot = 0;
        FateEntry* fate = nullptr;
        std::span<std::byte> frame;
    };

    // Copies the frame; nothing when all slots are taken or it is too long.
    std::optional<Packet> add(TimeNs due_ns, ByteView frame, const FateEntry& fate);
    [[nodiscard]] bool empty() const { return heap_.empty(); }
    [[nodiscard]] std::size_t size() const { return heap_.size(); }
    // When the next is due; the end of time when there is none.
    [[nodiscard]] TimeNs next_due_ns() const {
        return heap_.empty() ? std::numeric_limits<TimeNs>::max() : heap_.front().due_ns;
    }
    // Takes the next out; its slot stays valid until free_slot.
    Packet pop();
    void free_slot(SlotId slot) { free_.push_back(slot); }

private:
    struct Waiting {
        TimeNs due_ns;
        std::uint64_t order;
        SlotId slot;
    };
    DepartureQueue() = default;
    static bool later(const Waiting& a, const Waiting& b) {
        return a.due_ns != b.due_ns ? a.due_ns > b.due_ns : a.order > b.order;
    }
    [[nodiscard]] Packet packet_in(SlotId slot) const;

    std::byte* area_ = nullptr;
    std::size_t area_bytes_ = 0;
    std::size_t slot_bytes_ = 0;
    std::uint32_t capacity_ = 0;
    std::uint32_t untouched_ = 0;  // slots from here on were never used
    std::uint64_t order_ = 0;
    std::vector<SlotId> free_;
    std::vector<Waiting> heap_;
};

}  // namespace wirestory::sim
