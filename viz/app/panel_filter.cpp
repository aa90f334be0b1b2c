// The filter's box above the packets: green where it is right, red with a caret under the mistake where it is not.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "viz/app/commands.hpp"
#include "viz/app/panels.hpp"
#include "viz/app/ui_strings.hpp"
#include "viz/app/widgets.hpp"

namespace wirestory::viz {

namespace {

constexpr std::size_t kLongestFilter = 1024;

// What the text is worth, by its colour.
ImU32 ink(const AppModel& model) {
    const PanelColours& colours = panel_colours(model.theme());
    if (model.filter.empty()) return colours.text;
    const bool wrong = model.filter_error.has_value() && !analysis::Filter::compile(model.filter);
    return wrong ? colours.bad : colours.good;
}

void explain(const AppModel& model, const Ui& ui) {
    if (!model.filter_error) return;
    std::string words = format_filter_error(model.filter, *model.filter_error, model.view.language);
    while (words.ends_with('\n')) words.pop_back();
    // A caret stands under its place only where all characters have one width.
    ImGui::PushFont(ui.fonts.mono);
    coloured_text(panel_colours(model.theme()).dim, words.c_str());
    ImGui::PopFont();
}

}  // namespace

void draw_filter(AppModel& model, Ui& ui) {
    const Language language = model.view.language;
    const float unit = ui.unit();
    if (model.focus_filter) {
        ImGui::SetKeyboardFocusHere();
        model.focus_filter = false;
    }
    std::string count;
    if (model.filter_share) {
        count = fmt::format("{} {} %", text(Text::kFiltering, language), static_cast<int>(100 * *model.filter_share));
    } else if (model.view.filter) {
        count = fmt::format("{} / {}", model.view.filter->packet_list.size(), model.packet_rows.size());
    }
    const char* clear = text(Text::kFilterClear, language);
    const float right =
        model.filter.empty() ? 0 : ImGui::CalcTextSize(clear).x + 2 * ImGui::GetStyle().FramePadding.x + 8 * unit;
    const float count_width = count.empty() ? 0 : ImGui::CalcTextSize(count.c_str()).x + 12 * unit;
    ImGui::SetNextItemWidth(std::max(120.0F, ImGui::GetContentRegionAvail().x - right - count_width));
    std::array<char, kLongestFilter> buffer{};
    model.filter.copy(buffer.data(), buffer.size() - 1);
    ImGui::PushFont(ui.fonts.mono);
    ImGui::PushStyleColor(ImGuiCol_Text, ink(model));
    const bool entered = ImGui::InputTextWithHint("##filter", text(Text::kFilterHint, language), buffer.data(),
                                                  buffer.size(), ImGuiInputTextFlags_EnterReturnsTrue);
    ImGui::PopStyleColor();
    ImGui::PopFont();
    if (model.filter != buffer.data()) type_filter(model, buffer.data());
    if (entered) {
        apply_filter(model);
        model.focus_filter = model.filter_error.has_value();  // so that it can be mended
    }
    if (!count.empty()) {
        ImGui::SameLine(0, 8 * unit);
        dim_text(count.c_str());
    }
    if (right > 0) {
        ImGui::SameLine(0, 8 * unit);
        if (ImGui::Button(clear)) apply(model, Command::kClearFilter);
        tip(text(Text::kFilterClearTip, language));
    }
    explain(model, ui);
}

}  // namespace wirestory::viz
