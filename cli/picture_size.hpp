// Sizes of pictures on the command line: "1280x800". Header only; both commands that make pictures use it.
#pragma once

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>

#include "base/messages.hpp"

namespace wirestory::cli {

struct PictureSize {
    int width_px = 0;
    int height_px = 0;
};

inline std::optional<PictureSize> parse_picture_size(const std::string& text) {
    PictureSize size;
    char end = '\0';
    constexpr int kSmallest = 320;
    constexpr int kLargest = 8192;
    if (text.size() >= 12 || std::sscanf(text.c_str(), "%dx%d%c", &size.width_px, &size.height_px, &end) != 2)
        return {};
    if (std::min(size.width_px, size.height_px) < kSmallest || std::max(size.width_px, size.height_px) > kLargest) {
        return {};
    }
    return size;
}

// Empty when it is right, as validators of CLI11 want it.
inline std::string picture_size_mistake(const std::string& text) {
    return parse_picture_size(text) ? std::string() : tr("a size is written like 1280x800, each side from 320 to 8192");
}

}  // namespace wirestory::cli
