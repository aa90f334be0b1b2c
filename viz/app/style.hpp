// The look of panels and widgets: colours beside the palette's scene colours, spacing, rounding. Sets ImGui's style.
#pragma once

#include <imgui.h>

#include "viz/layout/palette.hpp"

namespace wirestory::viz {

struct PanelColours {
    ImU32 window;  // behind and between the panels
    ImU32 panel;   // a panel's ground
    ImU32 raised;  // buttons, table heads
    ImU32 line;    // hairlines
    ImU32 text;
    ImU32 dim;
    ImU32 accent;  // selected tab, playing, links
    ImU32 accent_ground;
    ImU32 good;
    ImU32 bad;
    ImU32 selected_row;
    ImU32 related_row;
};

const PanelColours& panel_colours(Theme theme);
// Sizes in ImGui's style follow `scale`: 1 at 15 px text on a standard display.
void apply_style(ImGuiStyle& style, Theme theme, float scale);

}  // namespace wirestory::viz
