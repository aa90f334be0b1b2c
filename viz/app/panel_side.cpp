// Left: the recording with its verdicts, the conversations, the scenarios that can be run.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "viz/app/event_text.hpp"
#include "viz/app/flow_text.hpp"
#include "viz/app/panels.hpp"
#include "viz/app/ui_strings.hpp"
#include "viz/app/widgets.hpp"

namespace wirestory::viz {

namespace {

void draw_verdicts(const AppModel& model, Ui& ui) {
    const Language language = model.view.language;
    const PanelColours& colours = panel_colours(model.theme());
    const auto& verdicts = model.recording().story.verdicts;
    if (verdicts.empty()) return;
    const auto passed = std::count_if(verdicts.begin(), verdicts.end(), [](const Verdict& v) { return v.passed; });
    const bool all = static_cast<std::size_t>(passed) == verdicts.size();
    const std::string words =
        fmt::format("{} {}/{} {}", all ? "✓" : "✗", passed, verdicts.size(), text(Text::kPassed, language));
    badge(words.c_str(), all ? colours.good : colours.bad, colours.panel);
    for (const Verdict& verdict : verdicts) {
        if (verdict.passed) continue;
        coloured_text(colours.bad, ("✗ " + verdict.name).c_str());
        ImGui::TextWrapped("%s %s", text(Text::kExpected, language), verdict.expected.c_str());
        ImGui::TextWrapped("%s %s", text(Text::kSeen, language), verdict.seen.c_str());
    }
    (void)ui;
}

void draw_recording(const AppModel& model, Ui& ui) {
    const Recording& recording = model.recording();
    const std::string& title = recording.story.title.in(model.view.language);
    const std::size_t slash = recording.path.find_last_of('/');
    const std::string file = slash == std::string::npos ? recording.path : recording.path.substr(slash + 1);
    const float left = ImGui::GetCursorScreenPos().x;
    FlowText flow(ui.fonts, panel_colours(model.theme()), left, left + ImGui::GetContentRegionAvail().x);
    flow.set_line_height(ImGui::GetTextLineHeight());
    flow.add(title.empty() ? file : title, ui.fonts.bold, ui.fonts.bold->FontSize);
    flow.finish(0);
    if (!recording.story.name.empty()) dim_text(recording.story.name.c_str());
    draw_verdicts(model, ui);
}

// Selects the flow's first packet and shows its time.
void go_to_flow(AppModel& model, const analysis::Flow& flow) {
    if (flow.packets.empty()) return;
    go_to(model, {EventKind::kPacket, flow.packets.front()});
}

void draw_conversation(AppModel& model, const Ui& ui, std::size_t index) {
    const analysis::Flow& flow = model.analysis().flows[index];
    const Recording& recording = model.recording();
    const PanelColours& colours = panel_colours(model.theme());
    const auto& initiator = flow.end(analysis::Side::kInitiator).endpoint;
    const auto& responder = flow.end(analysis::Side::kResponder).endpoint;
    const std::string title =
        fmt::format("{} → {}", party_name(recording, initiator), party_name(recording, responder));
    const bool current = model.view.selected.kind == EventKind::kPacket &&
                         model.view.selected.index < model.analysis().packets.size() &&
                         model.analysis().packets.flow[model.view.selected.index] == index;
    ImGui::PushFont(ui.fonts.regular);
    if (list_row(std::to_string(index).c_str(), title.c_str(), current, false, colours)) go_to_flow(model, flow);
    ImGui::PopFont();
    ImGui::SetCursorPosY(ImGui::GetCursorPosY() - 4);
    dim_text(fmt::format("{}  {} → {}", transport_name(flow.transport), initiator.port, responder.port).c_str());
    dim_text(fmt::format("{} {},  {}", flow.packets.size(),
                         text(flow.packets.size() == 1 ? Text::kOnePacket : Text::kPackets, model.view.language),
                         format_duration(flow.last_ns - flow.first_ns))
                 .c_str());
}

void draw_conversations(AppModel& model, Ui& ui) {
    section_title(ui.fonts, text(Text::kConversations, model.view.language));
    const auto& flows = model.analysis().flows;
    if (flows.empty()) {
        wrapped_dim_text(text(Text::kNoConversations, model.view.language));
        return;
    }
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(flows.size()));
    while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            ImGui::BeginGroup();
            draw_conversation(model, ui, static_cast<std::size_t>(i));
            ImGui::EndGroup();
        }
    }
}

void draw_scenarios(AppModel& model, Ui& ui) {
    if (model.scenarios.empty() || !model.can_open) return;
    const Language language = model.view.language;
    ImGui::Dummy({1, 6});
    section_title(ui.fonts, text(Text::kScenarios, language));
    tip(text(Text::kScenarioTip, language));
    for (const ScenarioEntry& scenario : model.scenarios) {
        const bool current = model.recording().story.name == scenario.name;
        const std::string& title = scenario.title.in(language);
        if (wrapped_row(ui.fonts, scenario.path.c_str(), title.empty() ? scenario.name : title, current,
                        panel_colours(model.theme()))) {
            model.open_request = scenario.path;
        }
    }
}

}  // namespace

void draw_side_panel(AppModel& model, Ui& ui) {
    draw_recording(model, ui);
    ImGui::Dummy({1, 6});
    draw_conversations(model, ui);
    draw_scenarios(model, ui);
}

void draw_empty_state(AppModel& model, Ui& ui) {
    const Language language = model.view.language;
    const PanelColours& colours = panel_colours(model.theme());
    const float unit = ui.unit();
    const float width = std::min(760 * unit, ImGui::GetContentRegionAvail().x);
    const float left = (ImGui::GetWindowWidth() - width) / 2;
    ImGui::SetCursorPos({left, ImGui::GetWindowHeight() * 0.14F});
    ImGui::BeginGroup();
    ImGui::PushTextWrapPos(left + width);
    ImGui::PushFont(ui.fonts.title);
    ImGui::TextUnformatted("wirestory");
    ImGui::PopFont();
    ImGui::PushFont(ui.fonts.bold);
    ImGui::TextUnformatted(text(Text::kEmptyTitle, language));
    ImGui::PopFont();
    ImGui::Dummy({1, 8 * unit});
    if (!model.notice.empty()) {
        ImGui::PushStyleColor(ImGuiCol_Text, colours.bad);
        ImGui::TextWrapped("%s", model.notice.c_str());
        ImGui::PopStyleColor();
        ImGui::Dummy({1, 8 * unit});
    }
    if (model.can_open) {
        ImGui::TextWrapped("%s", text(Text::kEmptyHow, language));
        ui.path_buffer.resize(1024);
        ImGui::SetNextItemWidth(width - 90 * unit);
        const bool entered = ImGui::InputTextWithHint("##path", text(Text::kPathHint, language), ui.path_buffer.data(),
                                                      ui.path_buffer.size(), ImGuiInputTextFlags_EnterReturnsTrue);
        ImGui::SameLine();
        if ((ImGui::Button(text(Text::kOpen, language)) || entered) && ui.path_buffer.front() != '\0') {
            model.open_request = ui.path_buffer.c_str();
        }
        ImGui::Dummy({1, 8 * unit});
        dim_text(text(model.scenarios.empty() ? Text::kNoScenarios : Text::kScenariosHere, language));
        for (const ScenarioEntry& scenario : model.scenarios) {
            const std::string& title = scenario.title.in(language);
            const std::string words = title.empty() ? scenario.name : scenario.name + "    " + title;
            ImGui::PushID(scenario.path.c_str());
            ImGui::PushStyleVar(ImGuiStyleVar_ButtonTextAlign, ImVec2(0, 0.5F));
            if (ImGui::Button(words.c_str(), {width, 0})) model.open_request = scenario.path;
            ImGui::PopStyleVar();
            ImGui::PopID();
        }
        ImGui::Dummy({1, 8 * unit});
    }
    dim_text(text(Text::kEmptyShell, language));
    ImGui::PushFont(ui.fonts.mono);
    ImGui::TextUnformatted("wirestory view scenarios/tcp/handshake.yaml");
    ImGui::TextUnformatted("wirestory view recording.pcapng");
    ImGui::PopFont();
    ImGui::PopTextWrapPos();
    ImGui::EndGroup();
}

}  // namespace wirestory::viz
