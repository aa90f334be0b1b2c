// Writes RGB pictures as PNG. Knows nothing of windows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace wirestory::viz {

struct Picture {
    int width_px = 0;
    int height_px = 0;
    std::vector<std::uint8_t> rgb;  // rows from the top
};

Status write_png(const std::string& path, const Picture& picture);
Result<Picture> read_png(const std::string& path);

}  // namespace wirestory::viz
