// NarrowColumn: lengths of packets in two bytes each. Those that do not fit are few in number (the sizes of offloaded
// segments repeat): up to 255 of them are kept once, and any more in a map beside the column.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "recording/column.hpp"

namespace wirestory {

class NarrowColumn {
public:
    [[nodiscard]] std::size_t size() const { return codes_.size(); }
    [[nodiscard]] std::uint32_t operator[](std::size_t i) const {
        const std::uint16_t code = codes_[i];
        return code < kFirstLarge ? code : large_value(i, code);
    }
    void push_back(std::uint32_t value) { codes_.push_back(code_of(codes_.size(), value)); }
    void extend(std::size_t size) { codes_.extend(size); }
    void set(std::size_t i, Place place, std::uint32_t value) { codes_.at(place) = code_of(i, value); }

private:
    static constexpr std::uint16_t kFirstLarge = 0xFF00;  // this and the next: an index into large_
    static constexpr std::uint16_t kMapped = 0xFFFF;      // look into mapped_

    [[nodiscard]] std::uint32_t large_value(std::size_t i, std::uint16_t code) const {
        if (code != kMapped) return large_[code - kFirstLarge];
        return mapped_.at(i);
    }
    std::uint16_t code_of(std::size_t i, std::uint32_t value) {
        return value < kFirstLarge ? static_cast<std::uint16_t>(value) : large_code(i, value);
    }
    // Never inline, so that what most values take is.
    [[gnu::noinline]] std::uint16_t large_code(std::size_t i, std::uint32_t value) {
        auto found = std::find(large_.begin(), large_.end(), value);
        if (found == large_.end() && large_.size() < kMapped - kFirstLarge) found = large_.insert(found, value);
        if (found != large_.end()) return static_cast<std::uint16_t>(kFirstLarge + (found - large_.begin()));
        mapped_[i] = value;
        return kMapped;
    }

    Column<std::uint16_t> codes_;
    std::vector<std::uint32_t> large_;
    std::map<std::size_t, std::uint32_t> mapped_;  // by index
};

}  // namespace wirestory
