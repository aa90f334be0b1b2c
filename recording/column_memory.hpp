// Memory for the blocks of columns. Large blocks are mapped on their own and lie on huge pages where the kernel gives
// them, for clearing and finding millions of small pages takes longer than filling them; they go back to the system
// when freed. Knows no columns. Any thread.
#pragma once

#include <cstddef>

namespace wirestory {

constexpr std::size_t kHugePageBytes = std::size_t{2} << 20U;

// `bytes` of memory that hold anything, aligned to a cache line. Huge pages take memory as a whole, so they are asked
// for only in the first `surely_used_bytes`. Throws std::bad_alloc as new does.
void* allocate_column_block(std::size_t bytes, std::size_t surely_used_bytes);
// `bytes` as it was allocated with. nullptr is nothing.
void free_column_block(void* block, std::size_t bytes) noexcept;

// For std::unique_ptr.
struct FreeColumnBlock {
    std::size_t bytes = 0;
    void operator()(void* block) const noexcept { free_column_block(block, bytes); }
};

}  // namespace wirestory
