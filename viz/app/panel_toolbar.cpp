#include <algorithm>
#include <array>
#include <string>

#include "viz/app/commands.hpp"
#include "viz/app/key_bindings.hpp"
#include "viz/app/panels.hpp"
#include "viz/app/ui_strings.hpp"
#include "viz/app/widgets.hpp"

namespace wirestory::viz {

namespace {

void command_icon(AppModel& model, const char* id, Icon icon, Text tip_text, Command command, bool active = false) {
    const char* words = text(tip_text, model.view.language);
    if (icon_button(id, icon, words, active, panel_colours(model.theme()))) apply(model, command);
    ImGui::SameLine(0, 3);
}

void command_button(AppModel& model, const char* label, const char* tip_text, Command command) {
    if (ImGui::Button(label)) apply(model, command);
    tip(tip_text);
}

void transport_buttons(AppModel& model) {
    command_icon(model, "first", Icon::kFirst, Text::kFirst, Command::kFirst);
    command_icon(model, "back", Icon::kBack, Text::kBack, Command::kStepBack);
    const bool playing = model.playback.playing;
    command_icon(model, "play", playing ? Icon::kPause : Icon::kPlay, playing ? Text::kPause : Text::kPlay,
                 Command::kPlayPause, playing);
    command_icon(model, "forward", Icon::kForward, Text::kForward, Command::kStepForward);
    command_icon(model, "last", Icon::kLast, Text::kLast, Command::kLast);
}

void speed_control(AppModel& model, float unit) {
    const Language language = model.view.language;
    ImGui::SameLine(0, 14 * unit);
    ImGui::SetNextItemWidth(124 * unit);
    if (ImGui::BeginCombo("##speed", (std::string("× ") + speed_label(model.playback.speed_index)).c_str(),
                          ImGuiComboFlags_HeightLargest)) {
        for (std::size_t i = 0; i < kSpeeds.size(); ++i) {
            const bool current = i == model.playback.speed_index;
            if (ImGui::Selectable(speed_label(i), current)) model.playback.speed_index = i;
        }
        ImGui::EndCombo();
    } else {
        tip(text(Text::kSpeed, language));
    }
}

void axis_control(AppModel& model, float unit) {
    const Language language = model.view.language;
    constexpr std::array kModes = {Text::kAxisSqueezed, Text::kAxisReal, Text::kAxisEven};
    ImGui::SameLine(0, 6 * unit);
    ImGui::SetNextItemWidth(150 * unit);
    const auto current = static_cast<std::size_t>(model.view.axis);
    if (ImGui::BeginCombo("##axis", text(kModes.at(current), language))) {
        for (std::size_t i = 0; i < kModes.size(); ++i) {
            if (ImGui::Selectable(text(kModes.at(i), language), i == current))
                set_axis(model, static_cast<AxisMode>(i));
        }
        ImGui::EndCombo();
    } else {
        tip(text(Text::kAxisTip, language));
    }
}

void search_box(AppModel& model, float width) {
    const Language language = model.view.language;
    if (model.focus_search) {
        ImGui::SetKeyboardFocusHere();
        model.focus_search = false;
    }
    ImGui::SetNextItemWidth(width);
    std::array<char, 128> buffer{};
    model.search.copy(buffer.data(), buffer.size() - 1);
    const bool missed = model.search_found.has_value() && !*model.search_found;
    if (missed) ImGui::PushStyleColor(ImGuiCol_Text, panel_colours(model.theme()).bad);
    const bool entered = ImGui::InputTextWithHint("##search", text(Text::kSearch, language), buffer.data(),
                                                  buffer.size(), ImGuiInputTextFlags_EnterReturnsTrue);
    if (missed) ImGui::PopStyleColor();
    if (missed) tip(text(Text::kNotFound, language));
    if (model.search != buffer.data()) {
        model.search = buffer.data();
        model.search_found.reset();
    }
    if (entered) {
        apply(model, Command::kSearchNext);
        model.focus_search = true;  // Enter again finds the next one
    }
}

float button_width(const char* label) { return ImGui::CalcTextSize(label).x + 2 * ImGui::GetStyle().FramePadding.x; }

}  // namespace

void draw_toolbar(AppModel& model, Ui& ui) {
    const Language language = model.view.language;
    const float unit = ui.unit();
    const float spacing = 6 * unit;
    if (model.has_document()) {
        transport_buttons(model);
        speed_control(model, unit);
        axis_control(model, unit);
        ImGui::SameLine(0, spacing);
        command_button(model, text(Text::kFit, language), text(Text::kFitTip, language), Command::kFit);
        if (model.view.playhead_active) {
            ImGui::SameLine(0, spacing);
            command_button(model, text(Text::kShowAll, language), text(Text::kShowAllTip, language), Command::kShowAll);
        }
        ImGui::SameLine(0, 0);
    }
    const char* theme = text(model.dark ? Text::kLight : Text::kDark, language);
    // In that language itself: who needs it cannot read this one.
    const char* other_language = language == Language::kChinese ? "English" : "中文";
    const char* help = text(Text::kHelp, language);
    const float buttons = button_width(theme) + button_width(other_language) + button_width(help) + 3 * spacing;
    const float right = ImGui::GetWindowWidth() - spacing;
    const float search = model.has_document() ? 210 * unit : 0;
    const float x = std::max(ImGui::GetCursorPosX() + spacing, right - buttons - search);
    ImGui::SetCursorPosX(x);
    if (model.has_document()) {
        search_box(model, std::max(60.0F, right - buttons - x));
        ImGui::SameLine(0, spacing);
    }
    command_button(model, theme, text(Text::kThemeTip, language), Command::kToggleTheme);
    ImGui::SameLine(0, spacing);
    command_button(model, other_language, other_language, Command::kToggleLanguage);
    ImGui::SameLine(0, spacing);
    command_button(model, help, text(Text::kHelpTip, language), Command::kToggleHelp);
}

void draw_help(AppModel& model, Ui& ui) {
    const Language language = model.view.language;
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    const PanelColours& colours = panel_colours(model.theme());
    ImGui::SetNextWindowPos({display.x / 2, display.y / 2}, ImGuiCond_Always, {0.5F, 0.5F});
    ImGui::PushStyleColor(ImGuiCol_WindowBg, colours.panel);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(22 * ui.unit(), 18 * ui.unit()));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 8);
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
    ImGui::Begin("help", nullptr,
                 ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoSavedSettings |
                     ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoNav);
    section_title(ui.fonts, text(Text::kKeysTitle, language));
    if (ImGui::BeginTable("keys", 2, ImGuiTableFlags_SizingFixedFit)) {
        for (const KeyHelp& row : key_help()) {
            ImGui::TableNextRow();
            ImGui::TableNextColumn();
            coloured_text(colours.accent, row.keys);
            ImGui::TableNextColumn();
            ImGui::TextUnformatted(text(row.meaning, language));
        }
        ImGui::EndTable();
    }
    ImGui::Spacing();
    section_title(ui.fonts, text(Text::kMouseTitle, language));
    for (const Text line : {Text::kMouseWheel, Text::kMouseDrag, Text::kMouseClick}) {
        ImGui::TextUnformatted(text(line, language));
    }
    // A click anywhere else closes it.
    if (ImGui::IsMouseClicked(0) && !ImGui::IsWindowHovered() && !ImGui::IsWindowAppearing()) model.help_open = false;
    ImGui::End();
    ImGui::PopStyleVar(3);
    ImGui::PopStyleColor();
}

}  // namespace wirestory::viz
