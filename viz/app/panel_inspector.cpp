// Right: everything known of what is selected.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "viz/app/event_text.hpp"
#include "viz/app/flow_text.hpp"
#include "viz/app/inspect.hpp"
#include "viz/app/panel_latency.hpp"
#include "viz/app/panels.hpp"
#include "viz/app/ui_strings.hpp"
#include "viz/app/widgets.hpp"

namespace wirestory::viz {

namespace {

void draw_fields(const Ui& ui, const FieldGroup& group, float name_width) {
    ImGui::PushFont(ui.fonts.regular);
    for (const Field& field : group.fields) name_value(field.name.c_str(), field.value.c_str(), name_width);
    ImGui::PopFont();
}

float width_of_names(const std::vector<FieldGroup>& groups) {
    float width = 0;
    for (const FieldGroup& group : groups) {
        for (const Field& field : group.fields) width = std::max(width, ImGui::CalcTextSize(field.name.c_str()).x);
    }
    return std::min(width + 12, ImGui::GetContentRegionAvail().x * 0.55F);
}

void heading(const Ui& ui, const char* words) {
    ImGui::Dummy({1, 4});
    ImGui::Separator();
    section_title(ui.fonts, words);
}

// The bytes of one layer, as many a line as the panel is wide.
void draw_layer_bytes(const Ui& ui, ByteView bytes, std::size_t offset) {
    ImGui::PushFont(ui.fonts.mono);
    const float cell = ImGui::CalcTextSize("0").x;
    const auto columns = static_cast<std::size_t>(std::max(1.0F, ImGui::GetContentRegionAvail().x / cell));
    const std::size_t per_line = columns > 7 + 4 * 16 ? 16 : columns > 7 + 4 * 8 ? 8 : 4;
    constexpr std::size_t kMostBytes = 256;
    for (const std::string& line : hex_lines(bytes.subspan(0, std::min(bytes.size(), kMostBytes)), offset, per_line)) {
        dim_text(line.c_str());
    }
    if (bytes.size() > kMostBytes) dim_text("…");
    ImGui::PopFont();
}

void draw_packet(const AppModel& model, Ui& ui, std::uint32_t packet) {
    const Recording& recording = model.recording();
    const ByteView frame = recording.packets.frame(packet);
    ImGui::TextWrapped("%s %u", text(Text::kPacket, model.view.language), packet + 1);
    const auto groups = packet_layers(recording, model.analysis(), packet, model.view.language);
    const float name_width = width_of_names(groups);
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const FieldGroup& group = groups[i];
        // What is about the transport and what it carries is open at first; the layers below are there for those who
        // ask.
        const bool open = i + 2 >= groups.size();
        ImGui::SetNextItemOpen(open, ImGuiCond_FirstUseEver);
        ImGui::PushID(static_cast<int>(i));
        ImGui::PushStyleColor(ImGuiCol_Header, panel_colours(model.theme()).raised);
        const bool shown = ImGui::CollapsingHeader((group.title + "###layer").c_str());
        ImGui::PopStyleColor();
        if (shown) {
            draw_fields(ui, group, name_width);
            if (i > 0) draw_layer_bytes(ui, frame.subspan(group.begin, group.end - group.begin), group.begin);
        }
        ImGui::PopID();
    }
}

void draw_call(const AppModel& model, Ui& ui, std::uint32_t index) {
    const Call& call = model.recording().calls[index];
    const FieldGroup group = call_fields(model.recording(), call, model.view.language);
    dim_text(fmt::format("{}  ·  {}", text(Text::kCall, model.view.language), actor_name(model.recording(), call.actor))
                 .c_str());
    ImGui::PushFont(ui.fonts.mono);
    ImGui::TextWrapped("%s", group.title.c_str());
    ImGui::PopFont();
    ImGui::Dummy({1, 2});
    draw_fields(ui, group, width_of_names({group}));
}

void draw_byte_selection(const AppModel& model, const ByteSelection& bytes) {
    ImGui::TextUnformatted(text(Text::kSelectedBytes, model.view.language));
    ImGui::TextWrapped("%s", stream_name(model.recording(), model.analysis(), bytes.stream).c_str());
    dim_text(fmt::format("{} {} - {}  ({})", text(Text::kOffset, model.view.language), bytes.range.begin,
                         bytes.range.end, format_bytes(bytes.range.size()))
                 .c_str());
}

// Calls and packets that carry the same bytes; a click goes there.
void draw_same_bytes(AppModel& model, Ui& ui) {
    std::vector<EventRef> others;
    for (const EventRef event : model.selection.events) {
        if (event != model.view.selected) others.push_back(event);
    }
    if (others.empty()) return;
    std::stable_sort(others.begin(), others.end(),
                     [&](EventRef a, EventRef b) { return time_of(model, a) < time_of(model, b); });
    heading(ui, text(Text::kCarriesTitle, model.view.language));
    constexpr std::size_t kMost = 60;
    EventRef clicked;
    for (std::size_t i = 0; i < std::min(others.size(), kMost); ++i) {
        const std::string words = short_event_text(model.recording(), model.analysis(), others[i]);
        if (list_row(std::to_string(i).c_str(), words.c_str(), false, false, panel_colours(model.theme()))) {
            clicked = others[i];
        }
    }
    if (others.size() > kMost) dim_text(fmt::format("+ {}", others.size() - kMost).c_str());
    if (clicked) go_to(model, clicked);
}

void draw_findings_here(AppModel& model, Ui& ui) {
    bool titled = false;
    for (const std::vector<analysis::Finding>* findings :
         {&model.analysis().findings, &std::as_const(model).late_flow.findings}) {
        for (const std::uint32_t index : findings_of(*findings, model.view.selected, model.selection)) {
            if (!std::exchange(titled, true)) heading(ui, text(Text::kWhyTitle, model.view.language));
            const analysis::Finding& finding = (*findings)[index];
            coloured_text(to_imgui(text_colour(Role::kFinding, model.theme(), Emphasis::kNormal)),
                          finding_name(finding.kind, model.view.language));
            flow_paragraph(ui.fonts, panel_colours(model.theme()),
                           analysis::describe(model.recording(), finding, model.view.language));
            ImGui::Dummy({1, 2});
        }
    }
}

analysis::FlowId flow_selected(const AppModel& model) {
    const EventRef event = model.view.selected;
    const analysis::Analysis& analysis = model.analysis();
    if (model.view.bytes) return model.view.bytes->stream.flow;
    if (event.kind == EventKind::kPacket && event.index < analysis.packets.size()) {
        return analysis.packets.flow[event.index];
    }
    if (event.kind != EventKind::kCall || event.index >= model.recording().calls.size()) return analysis::kNoFlow;
    const auto ends = analysis.ends_of(model.recording().calls[event.index].socket);
    return ends.size() == 1 ? ends.front().flow : analysis::kNoFlow;
}

void draw_connection(const AppModel& model, Ui& ui) {
    const analysis::FlowId flow = flow_selected(model);
    const Language language = model.view.language;
    if (ui.connection_of != flow || ui.connection_revision != model.revision || ui.connection_language != language) {
        ui.connection = flow_fields(model.recording(), model.analysis(), flow, language);
        ui.connection_of = flow;
        ui.connection_revision = model.revision;
        ui.connection_language = language;
    }
    if (ui.connection.title.empty()) return;
    heading(ui, ui.connection.title.c_str());
    draw_fields(ui, ui.connection, width_of_names({ui.connection}));
}

void draw_reports(const AppModel& model, const Ui& ui) {
    const EventRef event = model.view.selected;
    if (event.kind != EventKind::kCall || event.index >= model.recording().calls.size()) return;
    const FieldGroup group = report_fields(model.recording(), model.analysis(), event.index, model.view.language);
    if (group.title.empty()) return;
    wrapped_dim_text(group.title.c_str());
    draw_fields(ui, group, width_of_names({group}));
    ImGui::Dummy({1, 4});
}

void draw_kernel_figures(const AppModel& model, Ui& ui) {
    const auto views = kernel_views(model.recording(), model.analysis(), model.view.selected);
    if (views.empty()) return;
    heading(ui, text(Text::kKernelTitle, model.view.language));
    std::vector<FieldGroup> groups;
    for (const KernelView& view : views) {
        groups.push_back(sample_fields(model.recording(), model.recording().samples[view.sample], view.event_ns,
                                       model.view.language));
    }
    const float name_width = width_of_names(groups);
    for (std::size_t i = 0; i < groups.size(); ++i) {
        FieldGroup& group = groups[i];
        const bool new_socket = i == 0 || groups[i - 1].title != group.title;
        if (new_socket) coloured_text(panel_colours(model.theme()).accent, group.title.c_str());
        // The line that says when it was read stands alone: it is longer than a column.
        ImGui::TextUnformatted(group.fields.front().name.c_str());
        ImGui::SameLine(0, ui.fonts.size_px * 0.5F);
        wrapped_dim_text(group.fields.front().value.c_str());
        const FieldGroup figures{{}, 0, 0, {group.fields.begin() + 1, group.fields.end()}};
        ImGui::Indent(ui.fonts.size_px * 0.8F);
        draw_fields(ui, figures, name_width);
        ImGui::Unindent(ui.fonts.size_px * 0.8F);
        ImGui::Dummy({1, 3});
    }
    draw_reports(model, ui);
}

}  // namespace

void draw_inspector(AppModel& model, Ui& ui) {
    const EventRef event = model.view.selected;
    section_title(ui.fonts, text(Text::kInspector, model.view.language));
    ImGui::Dummy({1, 2});
    if (!event && !model.view.bytes) {
        wrapped_dim_text(text(Text::kInspectorHint, model.view.language));
        return;
    }
    if (ui.selection_moved) ImGui::SetScrollY(0);
    const Recording& recording = model.recording();
    if (model.view.bytes) draw_byte_selection(model, *model.view.bytes);
    if (event.kind == EventKind::kPacket && event.index < recording.packets.size()) draw_packet(model, ui, event.index);
    if (event.kind == EventKind::kCall && event.index < recording.calls.size()) draw_call(model, ui, event.index);
    draw_latencies(model, ui);
    draw_findings_here(model, ui);
    draw_same_bytes(model, ui);
    draw_connection(model, ui);
    if (event) draw_kernel_figures(model, ui);
}

}  // namespace wirestory::viz
