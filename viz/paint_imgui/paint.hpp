// Paints a Scene with ImGui's draw list: colours from the palette by role, hatches and dashes beside them, so that
// colour alone never carries meaning. Keeps no state, knows neither mouse nor model. Between NewFrame and Render only.
#pragma once

#include <string>

#include <imgui.h>

#include "viz/layout/palette.hpp"
#include "viz/layout/scene.hpp"

namespace wirestory::viz {

struct PaintFonts {
    ImFont* regular = nullptr;
    ImFont* bold = nullptr;
    float size_px = 15;
    bool ground_behind_text = false;  // for scenes whose labels stand on their arrows
};

// `origin` is where the scene's (0,0) stands on the screen; only what touches `clip` (screen pixels) is drawn.
void paint(const Scene& scene, ImDrawList* draw_list, ImVec2 origin, const Rect& clip, Theme theme,
           const PaintFonts& fonts);

ImU32 to_imgui(Rgba colour);
ImVec4 to_imgui_vec(Rgba colour);

// `text`, or as much of it as fits `max_width` with an ellipsis. 0: no limit.
std::string fit_text(ImFont* font, float size_px, const std::string& text, float max_width);

}  // namespace wirestory::viz
