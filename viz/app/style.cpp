#include "viz/app/style.hpp"

namespace wirestory::viz {

namespace {

constexpr ImU32 rgb(unsigned value, unsigned alpha = 255) {
    return IM_COL32((value >> 16U) & 0xFFU, (value >> 8U) & 0xFFU, value & 0xFFU, alpha);
}

constexpr PanelColours kDark = {
    rgb(0x0E1116), rgb(0x14181F), rgb(0x222933), rgb(0x2C3541), rgb(0xE8EBF0), rgb(0x9AA5B4),
    rgb(0x5AB0F2), rgb(0x1D3A55), rgb(0x4FC08D), rgb(0xFF8A65), rgb(0x234766), rgb(0x1C2B3A),
};
constexpr PanelColours kLight = {
    rgb(0xE4E8ED), rgb(0xFFFFFF), rgb(0xEEF1F5), rgb(0xCFD6DE), rgb(0x1A1E25), rgb(0x5A6472),
    rgb(0x0B63B0), rgb(0xD6E8F8), rgb(0x0B7A4B), rgb(0xB03A00), rgb(0xBFDDF6), rgb(0xE4F0FA),
};

ImVec4 vec(ImU32 colour) { return ImGui::ColorConvertU32ToFloat4(colour); }

void colour_widgets(ImGuiStyle& style, const PanelColours& c) {
    auto set = [&style](ImGuiCol which, ImU32 colour) { style.Colors[which] = vec(colour); };
    set(ImGuiCol_Text, c.text);
    set(ImGuiCol_TextDisabled, c.dim);
    set(ImGuiCol_WindowBg, c.window);
    set(ImGuiCol_ChildBg, c.panel);
    set(ImGuiCol_PopupBg, c.panel);
    set(ImGuiCol_Border, c.line);
    set(ImGuiCol_FrameBg, c.raised);
    set(ImGuiCol_FrameBgHovered, c.line);
    set(ImGuiCol_FrameBgActive, c.line);
    set(ImGuiCol_ScrollbarBg, c.panel);
    set(ImGuiCol_ScrollbarGrab, c.line);
    set(ImGuiCol_ScrollbarGrabHovered, c.dim);
    set(ImGuiCol_ScrollbarGrabActive, c.dim);
    set(ImGuiCol_CheckMark, c.accent);
    set(ImGuiCol_Button, c.raised);
    set(ImGuiCol_ButtonHovered, c.accent_ground);
    set(ImGuiCol_ButtonActive, c.selected_row);
    set(ImGuiCol_Header, c.selected_row);
    set(ImGuiCol_HeaderHovered, c.related_row);
    set(ImGuiCol_HeaderActive, c.selected_row);
    set(ImGuiCol_Separator, c.line);
    set(ImGuiCol_Tab, c.panel);
    set(ImGuiCol_TabHovered, c.accent_ground);
    set(ImGuiCol_TabActive, c.accent_ground);
    set(ImGuiCol_TabUnfocused, c.panel);
    set(ImGuiCol_TabUnfocusedActive, c.accent_ground);
    set(ImGuiCol_TableHeaderBg, c.raised);
    set(ImGuiCol_TableBorderLight, c.line);
    set(ImGuiCol_TableBorderStrong, c.line);
    set(ImGuiCol_TableRowBg, c.panel);
    set(ImGuiCol_TextSelectedBg, c.selected_row);
    set(ImGuiCol_NavHighlight, c.accent);
    style.Colors[ImGuiCol_TableRowBgAlt] = {0.5F, 0.5F, 0.5F, 0.045F};
    style.Colors[ImGuiCol_ModalWindowDimBg] = {0, 0, 0, 0.45F};
}

}  // namespace

const PanelColours& panel_colours(Theme theme) { return theme == Theme::kDark ? kDark : kLight; }

void apply_style(ImGuiStyle& style, Theme theme, float scale) {
    style = ImGuiStyle();
    style.WindowRounding = 0;
    style.ChildRounding = 6;
    style.FrameRounding = 5;
    style.PopupRounding = 6;
    style.TabRounding = 5;
    style.ScrollbarRounding = 6;
    style.GrabRounding = 4;
    style.WindowBorderSize = 0;
    style.ChildBorderSize = 1;
    style.PopupBorderSize = 1;
    style.FrameBorderSize = 0;
    style.WindowPadding = {10, 8};
    style.FramePadding = {9, 5};
    style.ItemSpacing = {8, 6};
    style.ItemInnerSpacing = {6, 4};
    style.CellPadding = {8, 3};
    style.ScrollbarSize = 12;
    style.IndentSpacing = 16;
    style.ScaleAllSizes(scale);
    style.ChildBorderSize = 1;
    colour_widgets(style, panel_colours(theme));
}

}  // namespace wirestory::viz
