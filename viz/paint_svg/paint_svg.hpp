// Paints any Scene as a standalone SVG file: no scripts, no external fonts, valid XML whatever the recording held.
// Pictures for lessons and for golden tests.
#pragma once

#include <string>

#include "viz/layout/palette.hpp"
#include "viz/layout/scene.hpp"

namespace wirestory::viz {

struct SvgStyle {
    Theme theme = Theme::kLight;
    float font_px = 12;
    bool monospace = false;
};

// Widths of text as common sans-serif (or monospace) fonts have them, rather too wide than too narrow: the layout's
// metrics for a scene that is to be an SVG.
TextMetrics svg_metrics(const SvgStyle& style);

std::string paint_svg(const Scene& scene, const SvgStyle& style);

}  // namespace wirestory::viz
