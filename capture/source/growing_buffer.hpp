// Bytes that come from a pipe or an unpacker, of a size nobody knows beforehand: an anonymous mapping that grows
// without being copied (mremap). Only pages that were written to take memory. One thread fills it; then it is only
// read.
#pragma once

#include <cstddef>
#include <span>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace wirestory::capture {

class GrowingBuffer {
public:
    GrowingBuffer() = default;
    GrowingBuffer(const GrowingBuffer&) = delete;
    GrowingBuffer& operator=(const GrowingBuffer&) = delete;
    ~GrowingBuffer();

    // Room behind what is written, at least one byte; grows when there is none.
    Result<std::span<std::byte>> room();
    // `bytes` of the room were filled.
    void written(std::size_t bytes) { size_ += bytes; }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] ByteView view() const { return {data_, size_}; }

private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t reserved_ = 0;
};

}  // namespace wirestory::capture
