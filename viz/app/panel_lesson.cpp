// The lesson (Markdown light) beside the tour's stops; and the story, the scenario's text with the running line marked.
#include <algorithm>

#include <fmt/format.h>

#include "viz/app/commands.hpp"
#include "viz/app/event_text.hpp"
#include "viz/app/flow_text.hpp"
#include "viz/app/panels.hpp"
#include "viz/app/ui_strings.hpp"
#include "viz/app/widgets.hpp"

namespace wirestory::viz {

namespace {

void draw_block(const Ui& ui, const PanelColours& colours, const MarkdownBlock& block) {
    const float left = ImGui::GetCursorScreenPos().x;
    const float widest = 46 * ui.fonts.size_px;  // lines longer than this are hard to read
    const float right = left + std::min(widest, ImGui::GetContentRegionAvail().x - 8);
    if (block.kind == MarkdownBlock::Kind::kHeading) {
        FlowText flow(ui.fonts, colours, left, right);
        ImFont* font = block.level <= 2 ? ui.fonts.title : ui.fonts.bold;
        for (const MarkdownSpan& span : block.spans) flow.add(span.text, font, font->FontSize);
        return flow.finish(4);
    }
    if (block.kind == MarkdownBlock::Kind::kCode) {
        FlowText flow(ui.fonts, colours, left + 12, right);
        for (const MarkdownSpan& span : block.spans)
            flow.add(span.text, ui.fonts.mono, ui.fonts.mono->FontSize, MarkdownSpan::Kind::kCode);
        return flow.finish(0);
    }
    if (block.kind == MarkdownBlock::Kind::kListItem) {
        const float indent = ui.fonts.size_px * (0.4F + static_cast<float>(block.level));
        ImGui::GetWindowDrawList()->AddText({left + indent, ImGui::GetCursorScreenPos().y}, colours.dim,
                                            block.marker.c_str());
        FlowText flow(ui.fonts, colours, left + indent + ui.fonts.size_px * 1.3F, right);
        for (const MarkdownSpan& span : block.spans) flow.add(span);
        return flow.finish(0);
    }
    FlowText flow(ui.fonts, colours, left, right);
    for (const MarkdownSpan& span : block.spans) flow.add(span);
    flow.finish(5);
}

void draw_tour_stop(AppModel& model, const Ui& ui, std::size_t index) {
    const TourStop& stop = model.recording().story.tour[index];
    const Language language = model.view.language;
    const PanelColours& colours = panel_colours(model.theme());
    const bool current = index == model.tour_stop;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x - 4;
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->ChannelsSplit(2);
    list->ChannelsSetCurrent(1);
    ImGui::BeginGroup();
    ImGui::Dummy({width, 3});
    ImGui::Indent(10);
    ImGui::PushFont(ui.fonts.mono);
    coloured_text(colours.accent, fmt::format("{}  {}", index + 1, stop.at).c_str());
    ImGui::PopFont();
    FlowText flow(ui.fonts, colours, ImGui::GetCursorScreenPos().x, at.x + width - 10);
    for (const MarkdownSpan& span : parse_spans(stop.say.in(language))) flow.add(span);
    flow.finish(0);
    if (!stop.event) coloured_text(colours.bad, text(Text::kTourUnreached, language));
    ImGui::Unindent(10);
    ImGui::EndGroup();
    const ImVec2 end{at.x + width, ImGui::GetItemRectMax().y + 2};
    const bool hovered = ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(at, end);
    list->ChannelsSetCurrent(0);
    if (current || hovered) list->AddRectFilled(at, end, current ? colours.related_row : colours.raised, 5);
    if (current) list->AddRectFilled(at, {at.x + 4, end.y}, colours.accent, 2);
    list->ChannelsMerge();
    if (hovered && ImGui::IsMouseReleased(0)) go_to_tour_stop(model, index);
}

void draw_tour(AppModel& model, const Ui& ui) {
    const Language language = model.view.language;
    const auto& tour = model.recording().story.tour;
    section_title(ui.fonts, text(Text::kTour, language));
    ImGui::SameLine(0, 16);
    if (ImGui::Button(text(Text::kTourPrevious, language))) apply(model, Command::kTourPrevious);
    ImGui::SameLine();
    if (ImGui::Button(text(Text::kTourNext, language))) apply(model, Command::kTourNext);
    ImGui::SameLine(0, 12);
    dim_text(fmt::format("{} / {}", model.tour_stop + 1, tour.size()).c_str());
    ImGui::BeginChild("stops");
    for (std::size_t i = 0; i < tour.size(); ++i) {
        draw_tour_stop(model, ui, i);
        if (ui.selection_moved && i == model.tour_stop) ImGui::SetScrollHereY(0.5F);
    }
    ImGui::EndChild();
}

// The step that runs at the playhead: that of the latest call entered. The selected call's, when one is selected.
std::int32_t running_step(const AppModel& model) {
    const Recording& recording = model.recording();
    if (model.view.selected.kind == EventKind::kCall) return recording.calls[model.view.selected.index].step;
    if (!model.view.playhead_active) return kNoStep;
    const auto after = std::upper_bound(recording.calls.begin(), recording.calls.end(), model.view.playhead_ns,
                                        [](TimeNs time, const Call& call) { return time < call.enter_ns; });
    return after == recording.calls.begin() ? kNoStep : std::prev(after)->step;
}

void go_to_line(AppModel& model, int line) {
    const auto& steps = model.recording().story.steps;
    for (std::size_t step = 0; step < steps.size(); ++step) {
        if (steps[step].line != line) continue;
        for (std::uint32_t call = 0; call < model.recording().calls.size(); ++call) {
            if (model.recording().calls[call].step == static_cast<std::int32_t>(step)) {
                return go_to(model, {EventKind::kCall, call});
            }
        }
    }
}

void story_line(AppModel& model, const Ui& ui, int index, bool running) {
    const PanelColours& colours = panel_colours(model.theme());
    const std::string& line = ui.story_lines[static_cast<std::size_t>(index)];
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = std::max(ImGui::GetContentRegionAvail().x, 100.0F);
    const float height = ImGui::GetTextLineHeight();
    const float digits = ImGui::CalcTextSize("0000  ").x;
    ImGui::PushID(index);
    if (ImGui::InvisibleButton("line", {width, height})) go_to_line(model, index + 1);
    ImGui::PopID();
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (running) {
        list->AddRectFilled({at.x, at.y - 3}, {at.x + width, at.y + height + 3}, colours.selected_row, 3);
        list->AddRectFilled({at.x, at.y - 3}, {at.x + 4, at.y + height + 3}, colours.accent, 2);
    }
    list->AddText({at.x + 8, at.y}, colours.dim, fmt::format("{:>3}", index + 1).c_str());
    const std::size_t comment = std::min(line.find(" #"), line.starts_with('#') ? 0 : std::string::npos);
    const std::string code = line.substr(0, comment);
    list->AddText({at.x + digits, at.y}, colours.text, code.c_str());
    if (comment == std::string::npos) return;
    list->AddText({at.x + digits + ImGui::CalcTextSize(code.c_str()).x, at.y}, colours.dim, line.c_str() + comment);
}

}  // namespace

void draw_lesson(AppModel& model, Ui& ui) {
    const Story& story = model.recording().story;
    if (ui.lesson.empty() && story.tour.empty()) {
        return wrapped_dim_text(text(Text::kNoLesson, model.view.language));
    }
    const float room = ImGui::GetContentRegionAvail().x;
    if (!ui.lesson.empty()) {
        ImGui::BeginChild("lesson", {story.tour.empty() ? 0 : room * 0.5F, 0});
        ImGui::Dummy({1, 2});
        for (const MarkdownBlock& block : ui.lesson) draw_block(ui, panel_colours(model.theme()), block);
        ImGui::EndChild();
        if (!story.tour.empty()) ImGui::SameLine(0, 20);
    }
    if (story.tour.empty()) return;
    ImGui::BeginChild("tour");
    draw_tour(model, ui);
    ImGui::EndChild();
}

void draw_story(AppModel& model, Ui& ui) {
    const Story& story = model.recording().story;
    if (!story.present()) return wrapped_dim_text(text(Text::kNoStory, model.view.language));
    const std::int32_t step = running_step(model);
    const bool known = step >= 0 && static_cast<std::size_t>(step) < story.steps.size();
    const int running_line = known ? story.steps[static_cast<std::size_t>(step)].line - 1 : -1;
    ImGui::BeginChild("story", {0, 0}, false, ImGuiWindowFlags_HorizontalScrollbar);
    ImGui::PushFont(ui.fonts.mono);
    const float height = ImGui::GetTextLineHeightWithSpacing();
    const float y = static_cast<float>(running_line) * height;
    const float room = ImGui::GetWindowHeight();
    if (running_line >= 0 && ui.story_line != running_line &&
        (y < ImGui::GetScrollY() || y > ImGui::GetScrollY() + room - 2 * height)) {
        ImGui::SetScrollY(std::max(0.0F, y - room / 2));
    }
    ui.story_line = running_line;
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(ui.story_lines.size()), height);
    while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) story_line(model, ui, i, i == running_line);
    }
    ImGui::PopFont();
    ImGui::EndChild();
}

}  // namespace wirestory::viz
