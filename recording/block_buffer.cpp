#include "recording/block_buffer.hpp"

#include <algorithm>

namespace wirestory::pcapng {

void BlockBuffer::begin(std::uint32_t type) {
    block_start_ = data_.size();
    u32(type);
    u32(0);  // the length, known at end()
}

void BlockBuffer::end() {
    pad();
    const auto total = static_cast<std::uint32_t>(data_.size() - block_start_ + 4);
    for (unsigned i = 0; i < 4; ++i) data_[block_start_ + 4 + i] = static_cast<std::byte>(total >> 8U * i);
    u32(total);
}

void BlockBuffer::time(std::uint64_t ticks) {
    u32(static_cast<std::uint32_t>(ticks >> 32U));
    u32(static_cast<std::uint32_t>(ticks));
}

void BlockBuffer::pad() {
    // Every block starts on a multiple of 4, so padding may count from the buffer's start.
    while (data_.size() % 4 != 0) data_.push_back(std::byte{0});
}

void BlockBuffer::option(std::uint16_t code, ByteView value) {
    const ByteView cut = value.first(std::min<std::size_t>(value.size(), 0xFFFF));
    u16(code);
    u16(static_cast<std::uint16_t>(cut.size()));
    bytes(cut);
    pad();
}

void BlockBuffer::option_u32(std::uint16_t code, std::uint32_t value) {
    u16(code);
    u16(4);
    u32(value);
}

void BlockBuffer::option_u64(std::uint16_t code, std::uint64_t value) {
    u16(code);
    u16(8);
    u64(value);
}

void BlockBuffer::put(std::uint64_t value, unsigned count) {
    for (unsigned i = 0; i < count; ++i) data_.push_back(static_cast<std::byte>(value >> 8U * i));
}

}  // namespace wirestory::pcapng
