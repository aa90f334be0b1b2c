#include "viz/app/widgets.hpp"

#include "viz/app/flow_text.hpp"

namespace wirestory::viz {

namespace {

void triangle(ImDrawList* list, float x, float y, float size, float direction, ImU32 colour) {
    list->AddTriangleFilled({x + direction * size, y}, {x - direction * size * 0.7F, y - size},
                            {x - direction * size * 0.7F, y + size}, colour);
}

void bar(ImDrawList* list, float x, float y, float size, ImU32 colour) {
    list->AddRectFilled({x - size * 0.18F, y - size}, {x + size * 0.18F, y + size}, colour);
}

void draw_icon(ImDrawList* list, Icon icon, ImVec2 at, float size, ImU32 colour) {
    switch (icon) {
        case Icon::kFirst:
            bar(list, at.x - size * 0.9F, at.y, size, colour);
            triangle(list, at.x + size * 0.15F, at.y, size, -1, colour);
            break;
        case Icon::kLast:
            bar(list, at.x + size * 0.9F, at.y, size, colour);
            triangle(list, at.x - size * 0.15F, at.y, size, 1, colour);
            break;
        case Icon::kBack: triangle(list, at.x, at.y, size * 0.8F, -1, colour); break;
        case Icon::kForward: triangle(list, at.x, at.y, size * 0.8F, 1, colour); break;
        case Icon::kPlay: triangle(list, at.x, at.y, size * 1.15F, 1, colour); break;
        case Icon::kPause:
            bar(list, at.x - size * 0.45F, at.y, size * 1.1F, colour);
            bar(list, at.x + size * 0.45F, at.y, size * 1.1F, colour);
            break;
    }
}

}  // namespace

bool icon_button(const char* id, Icon icon, const char* tip_text, bool active, const PanelColours& colours) {
    const float height = ImGui::GetFrameHeight();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 size{height * 1.2F, height};
    const bool clicked = ImGui::InvisibleButton(id, size);
    const bool hovered = ImGui::IsItemHovered();
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImU32 ground = active ? colours.accent : hovered ? colours.accent_ground : colours.raised;
    list->AddRectFilled(at, {at.x + size.x, at.y + size.y}, ground, ImGui::GetStyle().FrameRounding);
    draw_icon(list, icon, {at.x + size.x / 2, at.y + size.y / 2}, height * 0.22F,
              active ? colours.panel : colours.text);
    tip(tip_text);
    return clicked;
}

void tip(const char* text) {
    // A short rest keeps the screen calm while the pointer crosses the tool bar.
    constexpr float kRestSeconds = 0.35F;
    static ImGuiID resting_on = 0;
    static float rested = 0;
    if (!ImGui::IsItemHovered()) return;
    const ImGuiID id = ImGui::GetID(text);
    rested = id == resting_on ? rested + ImGui::GetIO().DeltaTime : 0;
    resting_on = id;
    if (rested < kRestSeconds) return;
    ImGui::BeginTooltip();
    ImGui::TextUnformatted(text);
    ImGui::EndTooltip();
}

void section_title(const Fonts& fonts, const char* text) {
    ImGui::PushFont(fonts.bold);
    ImGui::TextUnformatted(text);
    ImGui::PopFont();
}

void dim_text(const char* text) { ImGui::TextDisabled("%s", text); }

void coloured_text(ImU32 colour, const char* text) {
    ImGui::PushStyleColor(ImGuiCol_Text, colour);
    ImGui::TextUnformatted(text);
    ImGui::PopStyleColor();
}

void wrapped_dim_text(const char* text) {
    ImGui::PushStyleColor(ImGuiCol_Text, ImGui::GetStyleColorVec4(ImGuiCol_TextDisabled));
    ImGui::TextWrapped("%s", text);
    ImGui::PopStyleColor();
}

void name_value(const char* name, const char* value, float name_width) {
    const float left = ImGui::GetCursorPosX();
    dim_text(name);
    ImGui::SameLine(left + name_width);
    ImGui::TextWrapped("%s", value);
}

void badge(const char* text, ImU32 ground, ImU32 ink) {
    const ImVec2 size = ImGui::CalcTextSize(text);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float pad = size.y * 0.4F;
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->AddRectFilled(at, {at.x + size.x + 2 * pad, at.y + size.y + 2}, ground, size.y * 0.5F);
    list->AddText({at.x + pad, at.y + 1}, ink, text);
    ImGui::Dummy({size.x + 2 * pad, size.y + 2});
}

void progress_bar(float share, float width, const PanelColours& colours) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = ImGui::GetTextLineHeight();
    const float top = at.y + height * 0.25F;
    const float bottom = at.y + height * 0.85F;
    const float round = (bottom - top) / 2;
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->AddRectFilled({at.x, top}, {at.x + width, bottom}, colours.raised, round);
    const float filled = width * std::clamp(share, 0.0F, 1.0F);
    if (filled >= 2 * round) list->AddRectFilled({at.x, top}, {at.x + filled, bottom}, colours.accent, round);
    ImGui::Dummy({width, height});
}

bool list_row(const char* id, const char* text, bool selected, bool related, const PanelColours& colours) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    const float height = ImGui::GetTextLineHeight() + 6;
    if (selected || related) {
        ImGui::GetWindowDrawList()->AddRectFilled({at.x - 4, at.y}, {at.x + width + 4, at.y + height},
                                                  selected ? colours.selected_row : colours.related_row, 4);
    }
    ImGui::PushID(id);
    const bool clicked = ImGui::InvisibleButton("row", {width, height});
    const bool hovered = ImGui::IsItemHovered();
    ImGui::PopID();
    if (hovered && !selected) {
        ImGui::GetWindowDrawList()->AddRectFilled({at.x - 4, at.y}, {at.x + width + 4, at.y + height},
                                                  colours.related_row, 4);
    }
    const std::string fitted = fit_text(ImGui::GetFont(), ImGui::GetFontSize(), text, width);
    ImGui::GetWindowDrawList()->AddText({at.x, at.y + 3}, colours.text, fitted.c_str());
    if (hovered && fitted != text) tip(text);
    return clicked;
}

bool wrapped_row(const Fonts& fonts, const char* id, const std::string& text, bool selected,
                 const PanelColours& colours) {
    constexpr float kMargin = 3;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->ChannelsSplit(2);  // how high the ground must be is known when the text has been laid out
    list->ChannelsSetCurrent(1);
    ImGui::SetCursorScreenPos({at.x, at.y + kMargin});
    FlowText flow(fonts, colours, at.x, at.x + width);
    flow.set_line_height(ImGui::GetTextLineHeight());
    flow.add(text, fonts.regular, fonts.regular->FontSize);
    flow.finish(kMargin);
    const float height = ImGui::GetItemRectMax().y - at.y;
    ImGui::SetCursorScreenPos(at);
    ImGui::PushID(id);
    const bool clicked = ImGui::InvisibleButton("row", {width, height});
    const bool hovered = ImGui::IsItemHovered();
    ImGui::PopID();
    list->ChannelsSetCurrent(0);
    if (selected || hovered) {
        list->AddRectFilled({at.x - 4, at.y}, {at.x + width + 4, at.y + height},
                            selected ? colours.selected_row : colours.related_row, 4);
    }
    list->ChannelsMerge();
    return clicked;
}

void shade_row(bool selected, bool related, const PanelColours& colours) {
    if (!selected && !related) return;
    ImGui::TableSetBgColor(ImGuiTableBgTarget_RowBg1, selected ? colours.selected_row : colours.related_row);
}

}  // namespace wirestory::viz
