#include "viz/app/ui.hpp"

#include <algorithm>
#include <array>
#include <cfloat>

#include "viz/app/panels.hpp"
#include "viz/app/ui_strings.hpp"
#include "viz/app/widgets.hpp"

namespace wirestory::viz {

namespace {

constexpr std::array<const char*, kTabCount> kTabNames = {"packets",  "ladder",   "bytes",  "streams",
                                                          "findings", "sequence", "lesson", "story"};
constexpr std::array<Text, kTabCount> kTabTitles = {Text::kTabPackets, Text::kTabLadder,   Text::kTabBytes,
                                                    Text::kTabStreams, Text::kTabFindings, Text::kTabSequence,
                                                    Text::kTabLesson,  Text::kTabStory};

bool same_view(const ViewState& a, const ViewState& b) {
    const bool same_bytes = a.bytes.has_value() == b.bytes.has_value() &&
                            (!a.bytes || (a.bytes->stream == b.bytes->stream && a.bytes->range == b.bytes->range));
    return same_bytes && a.axis == b.axis && a.zoom == b.zoom && a.pan == b.pan && a.playhead_ns == b.playhead_ns &&
           a.playhead_active == b.playhead_active && a.selected == b.selected && a.trace_pending == b.trace_pending &&
           a.hovered == b.hovered && a.language == b.language && a.filter == b.filter;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

void refresh_derived(const AppModel& model, Ui& ui) {
    ui.selection_moved = ui.last_selected != model.view.selected;
    ui.last_selected = model.view.selected;
    if (!model.has_document()) return;
    const Story& story = model.recording().story;
    const bool new_document = ui.derived_revision != model.revision;
    if (new_document || ui.lesson_language != model.view.language) {
        ui.lesson = parse_markdown(story.lesson.in(model.view.language));
        ui.lesson_language = model.view.language;
    }
    if (!new_document) return;
    ui.derived_revision = model.revision;
    ui.stream_rows = stream_rows(model.analysis());
    ui.story_lines = lines_of(story.yaml);
}

struct Area {
    ImVec2 at;
    ImVec2 size;
};

// A panel with the rounded ground of a child window. Returns whether to draw its content.
bool begin_panel(const char* id, const Area& area, ImGuiWindowFlags flags = 0) {
    ImGui::SetCursorPos(area.at);
    return ImGui::BeginChild(id, area.size, true, flags);
}

// The strip between two panels; dragging it changes `value`.
void splitter(const char* id, const Area& area, bool vertical, float& value, float sign, float per_px) {
    ImGui::SetCursorPos(area.at);
    ImGui::InvisibleButton(id, area.size);
    if (ImGui::IsItemHovered() || ImGui::IsItemActive()) {
        ImGui::SetMouseCursor(vertical ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
    }
    if (!ImGui::IsItemActive()) return;
    const ImVec2 delta = ImGui::GetIO().MouseDelta;
    value += sign * (vertical ? delta.x : delta.y) * per_px;
}

void draw_tab_content(AppModel& model, Ui& ui, Tab tab) {
    switch (tab) {
        case Tab::kPackets: return draw_packets(model, ui);
        case Tab::kLadder: return draw_ladder(model, ui);
        case Tab::kBytes: return draw_bytes(model, ui);
        case Tab::kStreams: return draw_streams(model, ui);
        case Tab::kFindings: return draw_findings(model, ui);
        case Tab::kSequence: return draw_sequence_graph(model, ui);
        case Tab::kLesson: return draw_lesson(model, ui);
        case Tab::kStory: return draw_story(model, ui);
    }
}

void draw_tabs(AppModel& model, Ui& ui) {
    if (!ImGui::BeginTabBar("tabs", ImGuiTabBarFlags_FittingPolicyScroll)) return;
    const bool follow_model = model.tab_changed;
    model.tab_changed = false;
    for (std::size_t i = 0; i < kTabCount; ++i) {
        const auto tab = static_cast<Tab>(i);
        const bool force = follow_model && model.tab == tab;
        // The name behind ### stays the same in both languages, so the tab stays open when the language changes.
        const std::string title = std::string(text(kTabTitles.at(i), model.view.language)) + "###" + kTabNames.at(i);
        if (!ImGui::BeginTabItem(title.c_str(), nullptr, force ? ImGuiTabItemFlags_SetSelected : 0)) continue;
        // In the frame of a forced change ImGui still draws the old tab; it must not win.
        if (!follow_model) model.tab = tab;
        draw_tab_content(model, ui, tab);
        ImGui::EndTabItem();
    }
    ImGui::EndTabBar();
}

void draw_document(AppModel& model, Ui& ui, const Area& area) {
    const float gap = 6 * ui.unit();
    const float unit = ui.unit();
    ui.left_px = std::clamp(ui.left_px, 120.0F, std::max(120.0F, area.size.x / unit * 0.3F));
    ui.right_px = std::clamp(ui.right_px, 160.0F, std::max(160.0F, area.size.x / unit * 0.4F));
    ui.bottom_share = std::clamp(ui.bottom_share, 0.15F, 0.75F);
    const float left = ui.left_px * unit;
    const float right = ui.right_px * unit;
    const float bottom = area.size.y * ui.bottom_share;
    const float top = area.size.y - bottom - gap;
    const float x = area.at.x;
    const float y = area.at.y;
    const float middle = area.size.x - left - right - 2 * gap;

    if (begin_panel("side", {{x, y}, {left, top}})) draw_side_panel(model, ui);
    ImGui::EndChild();
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(4, 4));
    if (begin_panel("timeline", {{x + left + gap, y}, {middle, top}}, ImGuiWindowFlags_NoScrollWithMouse)) {
        draw_timeline(model, ui);
    }
    ImGui::EndChild();
    ImGui::PopStyleVar();
    if (begin_panel("inspector", {{x + area.size.x - right, y}, {right, top}})) draw_inspector(model, ui);
    ImGui::EndChild();
    if (begin_panel("bottom", {{x, y + top + gap}, {area.size.x, bottom}},
                    ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse)) {
        draw_tabs(model, ui);
    }
    ImGui::EndChild();
    splitter("split left", {{x + left, y}, {gap, top}}, true, ui.left_px, 1, 1 / unit);
    splitter("split right", {{x + left + gap + middle, y}, {gap, top}}, true, ui.right_px, -1, 1 / unit);
    splitter("split bottom", {{x, y + top}, {area.size.x, gap}}, false, ui.bottom_share, -1, 1 / area.size.y);
}

}  // namespace

bool SceneCache::outdated(const AppModel& model, float new_width, float new_height, float new_font_px) {
    if (made > 0 && revision == model.revision && details == model.details_revision && width == new_width &&
        height == new_height && font_px == new_font_px && same_view(view, model.view)) {
        return false;
    }
    revision = model.revision;
    details = model.details_revision;
    width = new_width;
    height = new_height;
    font_px = new_font_px;
    view = model.view;
    ++made;
    return true;
}

TextMetrics text_metrics(const Fonts& fonts) {
    ImFont* font = fonts.regular;
    const float size = fonts.size_px;
    const auto width = [font, size](std::string_view text) {
        return font->CalcTextSizeA(size, FLT_MAX, 0, text.data(), text.data() + text.size()).x;
    };
    return {size * 1.2F, width};
}

const char* tab_name(Tab tab) { return kTabNames.at(static_cast<std::size_t>(tab)); }

std::vector<std::string> tab_names() { return {kTabNames.begin(), kTabNames.end()}; }

void draw_frame(AppModel& model, Ui& ui) {
    refresh_derived(model, ui);
    const ImGuiIO& io = ImGui::GetIO();
    const float unit = ui.unit();
    const float margin = 6 * unit;
    ImGui::SetNextWindowPos({0, 0});
    ImGui::SetNextWindowSize(io.DisplaySize);
    constexpr ImGuiWindowFlags kRootFlags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                            ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoScrollWithMouse |
                                            ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoNav;
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    ImGui::Begin("wirestory", nullptr, kRootFlags);
    ImGui::PopStyleVar();
    const float toolbar = ImGui::GetFrameHeight() + 2 * margin;
    const float status = ImGui::GetTextLineHeight() + margin;
    ImGui::SetCursorPos({margin, margin});
    draw_toolbar(model, ui);
    const Area content{{margin, toolbar}, {io.DisplaySize.x - 2 * margin, io.DisplaySize.y - toolbar - status - 4}};
    if (model.has_document()) {
        draw_document(model, ui, content);
    } else {
        if (begin_panel("empty", content)) draw_empty_state(model, ui);
        ImGui::EndChild();
    }
    ImGui::SetCursorPos({2 * margin, io.DisplaySize.y - status});
    draw_status_bar(model);
    ImGui::End();
    if (model.help_open) draw_help(model, ui);
}

}  // namespace wirestory::viz
