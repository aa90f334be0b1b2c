// Where a decoder stands in a frame: what follows, how much of it was captured, and where the enclosing layer ends on
// the wire (by its length field). Copied freely, never reads beyond the captured bytes: has() before at most one read
// each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/bytes.hpp"

namespace wirestory::capture {

inline std::uint16_t load_be16(const std::byte* p) {
    std::uint16_t value = 0;
    std::memcpy(&value, p, sizeof value);
    return __builtin_bswap16(value);
}

inline std::uint32_t load_be32(const std::byte* p) {
    std::uint32_t value = 0;
    std::memcpy(&value, p, sizeof value);
    return __builtin_bswap32(value);
}

class Cursor {
public:
    // `wire_bytes`: how long the frame was on the wire, never less than what was captured of it.
    Cursor(ByteView frame, std::size_t wire_bytes)
        : frame_(frame.data()), captured_end_(frame.size()), end_(std::max(wire_bytes, frame.size())) {}

    [[nodiscard]] std::size_t offset() const { return offset_; }
    // Bytes that follow: by the length fields, and of those the captured ones.
    [[nodiscard]] std::size_t wire_bytes() const { return end_ > offset_ ? end_ - offset_ : 0; }
    [[nodiscard]] std::size_t captured() const {
        const std::size_t end = std::min(captured_end_, end_);
        return end > offset_ ? end - offset_ : 0;
    }
    [[nodiscard]] bool has(std::size_t bytes) const { return captured() >= bytes; }
    [[nodiscard]] ByteView view() const { return captured() == 0 ? ByteView{} : ByteView{data(), captured()}; }
    [[nodiscard]] ByteView frame() const { return {frame_, captured_end_}; }

    // Reads relative to here; the caller has asked has().
    [[nodiscard]] const std::byte* data() const { return frame_ + offset_; }
    [[nodiscard]] std::uint8_t u8(std::size_t at) const { return std::to_integer<std::uint8_t>(data()[at]); }
    [[nodiscard]] std::uint16_t be16(std::size_t at) const { return load_be16(data() + at); }
    [[nodiscard]] std::uint32_t be32(std::size_t at) const { return load_be32(data() + at); }
    [[nodiscard]] std::uint16_t le16(std::size_t at) const { return __builtin_bswap16(be16(at)); }
    [[nodiscard]] std::uint32_t le32(std::size_t at) const { return __builtin_bswap32(be32(at)); }

    void skip(std::size_t bytes) { offset_ += bytes; }
    // This layer ends `bytes` from here; a length that the enclosing layer cannot hold changes nothing.
    void limit(std::size_t bytes) { end_ = bytes < wire_bytes() ? offset_ + bytes : end_; }
    // As limit(), but believes the length even beyond the frame: for the excerpt that an ICMP error quotes.
    void claim(std::size_t bytes) { end_ = offset_ + bytes; }

    // For headers that may wrap one another without end: false when it has been asked too often for one frame.
    [[nodiscard]] bool descend() { return ++depth_ <= kMaxDepth; }

private:
    static constexpr int kMaxDepth = 24;

    const std::byte* frame_;
    std::size_t captured_end_;
    std::size_t offset_ = 0;
    std::size_t end_;
    int depth_ = 0;
};

}  // namespace wirestory::capture
