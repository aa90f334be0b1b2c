#include "sim/wire/departure_queue.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include <fmt/format.h>
#include <sys/mman.h>

namespace wirestory::sim {

Result<DepartureQueue> DepartureQueue::reserve(std::uint32_t capacity_packets, std::uint32_t max_frame_bytes,
                                               std::size_t max_bytes) {
    constexpr std::size_t kLine = 64;
    DepartureQueue queue;
    queue.slot_bytes_ = (sizeof(FateEntry) + max_frame_bytes + kLine - 1) / kLine * kLine;
    queue.capacity_ =
        static_cast<std::uint32_t>(std::min<std::size_t>(capacity_packets, max_bytes / queue.slot_bytes_));
    queue.area_bytes_ = queue.slot_bytes_ * queue.capacity_;
    void* area =
        ::mmap(nullptr, queue.area_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (area == MAP_FAILED)
        return fail_errno(fmt::format("wire: reserve room for {} packets on their way ({} MiB)", queue.capacity_,
                                      queue.area_bytes_ >> 20U),
                          errno);
    queue.area_ = static_cast<std::byte*>(area);
    queue.free_.reserve(queue.capacity_);
    queue.heap_.reserve(queue.capacity_);
    return queue;
}

DepartureQueue::DepartureQueue(DepartureQueue&& other) noexcept { *this = std::move(other); }

DepartureQueue& DepartureQueue::operator=(DepartureQueue&& other) noexcept {
    std::swap(area_, other.area_);
    std::swap(area_bytes_, other.area_bytes_);
    std::swap(slot_bytes_, other.slot_bytes_);
    std::swap(capacity_, other.capacity_);
    std::swap(untouched_, other.untouched_);
    std::swap(order_, other.order_);
    std::swap(free_, other.free_);
    std::swap(heap_, other.heap_);
    return *this;
}

DepartureQueue::~DepartureQueue() {
    if (area_ != nullptr) ::munmap(area_, area_bytes_);
}

DepartureQueue::Packet DepartureQueue::packet_in(SlotId slot) const {
    std::byte* start = area_ + slot * slot_bytes_;
    auto* fate = std::launder(reinterpret_cast<FateEntry*>(start));
    return {slot, fate, {start + sizeof(FateEntry), fate->size_bytes}};
}

std::optional<DepartureQueue::Packet> DepartureQueue::add(TimeNs due_ns, ByteView frame, const FateEntry& fate) {
    if (frame.size() > slot_bytes_ - sizeof(FateEntry)) return std::nullopt;
    SlotId slot = untouched_;
    if (!free_.empty()) {
        slot = free_.back();  // the last one used is the one still in the processor's cache
        free_.pop_back();
    } else if (untouched_ < capacity_) {
        ++untouched_;
    } else {
        return std::nullopt;
    }
    std::byte* start = area_ + slot * slot_bytes_;
    auto* kept = new (start) FateEntry(fate);
    kept->size_bytes = static_cast<std::uint32_t>(frame.size());
    std::memcpy(start + sizeof(FateEntry), frame.data(), frame.size());
    heap_.push_back({due_ns, order_++, slot});
    std::push_heap(heap_.begin(), heap_.end(), later);
    return packet_in(slot);
}

DepartureQueue::Packet DepartureQueue::pop() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const SlotId slot = heap_.back().slot;
    heap_.pop_back();
    return packet_in(slot);
}

}  // namespace wirestory::sim
