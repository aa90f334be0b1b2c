// Bytes and the cursor that reads them: ByteReader never reads past its span. After the first short read it is
// `failed()` and yields zeros, so a decoder reads a whole header and checks once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace wirestory {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

inline ByteView as_bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }
inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline Bytes to_bytes(std::string_view text) {
    const ByteView view = as_bytes(text);
    return {view.begin(), view.end()};
}

class ByteReader {
public:
    explicit ByteReader(ByteView data) : data_(data) {}

    [[nodiscard]] std::size_t remaining() const { return data_.size() - position_; }
    [[nodiscard]] std::size_t position() const { return position_; }
    [[nodiscard]] bool failed() const { return failed_; }

    std::uint8_t u8() { return static_cast<std::uint8_t>(big(1)); }
    std::uint16_t be16() { return static_cast<std::uint16_t>(big(2)); }
    std::uint32_t be32() { return static_cast<std::uint32_t>(big(4)); }
    std::uint64_t be64() { return big(8); }
    std::uint16_t le16() { return static_cast<std::uint16_t>(little(2)); }
    std::uint32_t le32() { return static_cast<std::uint32_t>(little(4)); }
    std::uint64_t le64() { return little(8); }

    // The next `count` bytes; empty and failed() when there are fewer.
    ByteView take(std::size_t count) {
        if (failed_ || remaining() < count) {
            failed_ = true;
            return {};
        }
        const ByteView view = data_.subspan(position_, count);
        position_ += count;
        return view;
    }
    void skip(std::size_t count) { (void)take(count); }
    [[nodiscard]] ByteView rest() const { return data_.subspan(position_); }

private:
    std::uint64_t big(std::size_t count) {
        std::uint64_t value = 0;
        for (const std::byte b : take(count)) value = value << 8U | std::to_integer<std::uint64_t>(b);
        return value;
    }
    std::uint64_t little(std::size_t count) {
        std::uint64_t value = 0;
        unsigned shift = 0;
        for (const std::byte b : take(count)) {
            value |= std::to_integer<std::uint64_t>(b) << shift;
            shift += 8;
        }
        return value;
    }

    ByteView data_;
    std::size_t position_ = 0;
    bool failed_ = false;
};

}  // namespace wirestory
