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

Text evidence_name(analysis::Evidence evidence) {
    switch (evidence) {
        case analysis::Evidence::kMeasured: return Text::kMeasured;
        case analysis::Evidence::kDerived: return Text::kDerived;
        case analysis::Evidence::kInferred: break;
    }
    return Text::kInferred;
}

void draw_finding(AppModel& model, const Ui& ui, const analysis::Finding& finding) {
    const Language language = model.view.language;
    const EventRef place = finding.events.empty() ? EventRef{} : finding.events.front();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->ChannelsSplit(2);
    list->ChannelsSetCurrent(1);
    ImGui::BeginGroup();
    ImGui::Indent(12);
    ImGui::Dummy({width - 12, 2});
    ImGui::PushFont(ui.fonts.bold);
    coloured_text(to_imgui(text_colour(Role::kFinding, model.theme(), Emphasis::kNormal)),
                  finding_name(finding.kind, language));
    ImGui::PopFont();
    ImGui::SameLine(0, 16);
    dim_text(
        (since_start(model.recording(), finding.begin_ns) + "   " + text(evidence_name(finding.evidence), language))
            .c_str());
    flow_paragraph(ui.fonts, panel_colours(model.theme()), analysis::describe(model.recording(), finding, language));
    ImGui::Dummy({1, 2});
    ImGui::Unindent(12);
    ImGui::EndGroup();
    const ImVec2 end{at.x + width, ImGui::GetItemRectMax().y};
    const bool hovered = ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(at, end);
    const bool current = place && model.view.selected == place;
    list->ChannelsSetCurrent(0);
    const PanelColours& colours = panel_colours(model.theme());
    list->AddRectFilled(at, end, current ? colours.selected_row : hovered ? colours.related_row : colours.raised, 5);
    list->AddRectFilled(at, {at.x + 4, end.y},
                        to_imgui(fill_colour(Role::kFinding, kNoMessage, model.theme(), Emphasis::kNormal)), 2);
    list->ChannelsMerge();
    if (hovered && ImGui::IsMouseReleased(0) && place) go_to(model, place);
}

void draw_list(AppModel& model, const Ui& ui, const std::vector<analysis::Finding>& findings) {
    if (findings.empty()) return wrapped_dim_text(text(Text::kNoFindings, model.view.language));
    for (const analysis::Finding& finding : findings) {
        draw_finding(model, ui, finding);
        ImGui::Dummy({1, 1});
    }
}

std::string conversation(const AppModel& model, analysis::FlowId id) {
    const analysis::Flow& flow = model.analysis().flows[id];
    return fmt::format("{} → {}", flow.end(analysis::Side::kInitiator).endpoint.to_string(),
                       flow.end(analysis::Side::kResponder).endpoint.to_string());
}

void draw_row(AppModel& model, const FindingRow& row, int number) {
    const Language language = model.view.language;
    ImGui::TableNextRow();
    shade_row(row.packet != analysis::kNoPacket && model.view.selected == EventRef{EventKind::kPacket, row.packet},
              row.flow == model.late_flow.flow, panel_colours(model.theme()));
    ImGui::TableNextColumn();
    ImGui::PushID(number);
    const bool clicked = ImGui::Selectable(since_start(model.recording(), row.begin_ns).c_str(), false,
                                           ImGuiSelectableFlags_SpanAllColumns);
    ImGui::PopID();
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(finding_name(row.kind, language));
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(row.flow == analysis::kNoFlow ? "" : conversation(model, row.flow).c_str());
    if (clicked && row.packet != analysis::kNoPacket) go_to(model, {EventKind::kPacket, row.packet});
}

// A line each, for there may be millions.
void draw_all(AppModel& model, const Ui& ui) {
    const Language language = model.view.language;
    LateFindings& late = model.late_findings;
    late.wanted = true;
    section_title(ui.fonts, text(Text::kFindingsOfAll, language));
    if (!late.complete) {
        const float share = late.share.value_or(0);
        dim_text(
            fmt::format("{}: {} %", text(Text::kFindingsLooking, language), static_cast<int>(100 * share)).c_str());
        return progress_bar(share, ImGui::GetContentRegionAvail().x, panel_colours(model.theme()));
    }
    ImGui::SameLine(0, 10);
    dim_text(fmt::format("{}", late.rows.size()).c_str());
    if (late.rows.empty()) return wrapped_dim_text(text(Text::kNoFindings, language));
    constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg | ImGuiTableFlags_Resizable |
                                       ImGuiTableFlags_BordersInnerV | ImGuiTableFlags_NoSavedSettings;
    if (!ImGui::BeginTable("all findings", 3, kFlags)) return;
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn(text(Text::kTime, language), ImGuiTableColumnFlags_WidthFixed, 8 * ImGui::GetFontSize());
    ImGui::TableSetupColumn(text(Text::kFinding, language), ImGuiTableColumnFlags_WidthFixed,
                            12 * ImGui::GetFontSize());
    ImGui::TableSetupColumn(text(Text::kConversation, language), ImGuiTableColumnFlags_WidthStretch);
    ImGui::TableHeadersRow();
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(std::min<std::size_t>(late.rows.size(), 0x7FFFFFFF)));
    while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            draw_row(model, late.rows[static_cast<std::size_t>(i)], i);
        }
    }
    ImGui::EndTable();
}

// Of a large capture: the selected conversation in full, all others in short.
void draw_late_findings(AppModel& model, const Ui& ui) {
    const Language language = model.view.language;
    const float half = (ImGui::GetContentRegionAvail().x - ImGui::GetStyle().ItemSpacing.x) / 2;
    ImGui::BeginChild("of one", {half, 0});
    section_title(ui.fonts, text(Text::kFindingsOfFlow, language));
    if (model.late_flow.flow == analysis::kNoFlow) {
        wrapped_dim_text(text(Text::kFindingsHint, language));
    } else {
        ImGui::SameLine(0, 10);
        dim_text(conversation(model, model.late_flow.flow).c_str());
        draw_list(model, ui, model.late_flow.findings);
    }
    ImGui::EndChild();
    ImGui::SameLine();
    ImGui::BeginChild("of all");
    draw_all(model, ui);
    ImGui::EndChild();
}

}  // namespace

void draw_findings(AppModel& model, Ui& ui) {
    if (model.analysis().late) return draw_late_findings(model, ui);
    ImGui::BeginChild("findings");
    draw_list(model, ui, model.analysis().findings);
    ImGui::EndChild();
}

}  // namespace wirestory::viz
