// SVG text -> PNG or PDF, by librsvg and cairo, with the system's fonts (Chinese ones where they are installed). Built
// without those libraries both functions say so.
#pragma once

#include <string>

#include "base/result.hpp"

namespace wirestory::cli {

Status write_png(const std::string& svg, const std::string& path);  // a pixel for each unit of the SVG
Status write_pdf(const std::string& svg, const std::string& path);  // 96 units to the inch, as in CSS

}  // namespace wirestory::cli
