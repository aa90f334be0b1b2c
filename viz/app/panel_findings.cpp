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

void draw_finding(AppModel& model, const Ui& ui, std::uint32_t index) {
    const analysis::Finding& finding = model.analysis().findings[index];
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

}  // namespace

void draw_findings(AppModel& model, Ui& ui) {
    const auto& findings = model.analysis().findings;
    if (findings.empty()) return wrapped_dim_text(text(Text::kNoFindings, model.view.language));
    ImGui::BeginChild("findings");
    for (std::uint32_t i = 0; i < findings.size(); ++i) {
        draw_finding(model, ui, i);
        ImGui::Dummy({1, 1});
    }
    ImGui::EndChild();
}

}  // namespace wirestory::viz
