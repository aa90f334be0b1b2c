#include "recording/column_memory.hpp"

#include <cstdint>
#include <new>

#include <sys/mman.h>

namespace wirestory {
namespace {

constexpr std::size_t kMappedBytes = std::size_t{1} << 20U;  // smaller blocks come from the heap
constexpr std::align_val_t kCacheLine{64};

// A mapping that begins at a huge page's edge: one of a huge page more, its ends given back.
void* map_aligned(std::size_t bytes) {
    const std::size_t reserved = bytes + kHugePageBytes;
    void* mapped =
        ::mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    auto* begin = static_cast<std::byte*>(mapped);
    const std::size_t beyond_edge = reinterpret_cast<std::uintptr_t>(mapped) % kHugePageBytes;
    const std::size_t before = beyond_edge == 0 ? 0 : kHugePageBytes - beyond_edge;
    if (before != 0) ::munmap(begin, before);
    ::munmap(begin + before + bytes, kHugePageBytes - before);
    return begin + before;
}

}  // namespace

void* allocate_column_block(std::size_t bytes, std::size_t surely_used_bytes) {
    if (bytes < kMappedBytes) return ::operator new(bytes, kCacheLine);
    void* block = map_aligned(bytes);
    const std::size_t huge = surely_used_bytes / kHugePageBytes * kHugePageBytes;
    // A kernel without huge pages refuses; small ones do as well.
    if (huge != 0) ::madvise(block, huge, MADV_HUGEPAGE);
    return block;
}

void free_column_block(void* block, std::size_t bytes) noexcept {
    if (block == nullptr) return;
    if (bytes < kMappedBytes) return ::operator delete(block, kCacheLine);
    ::munmap(block, bytes);
}

}  // namespace wirestory
