// The timeline: the scene of viz/layout, painted, and the mouse upon it. All geometry comes from the scene.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "viz/app/commands.hpp"
#include "viz/app/event_text.hpp"
#include "viz/app/panels.hpp"
#include "viz/app/ui_strings.hpp"
#include "viz/app/widgets.hpp"
#include "viz/layout/timeline.hpp"
#include "viz/layout/timeline_index.hpp"

namespace wirestory::viz {

namespace {

constexpr float kArrowTolerancePx = 5;
constexpr float kDragThresholdPx = 4;

struct Hit {
    EventRef event;
    const Box* box = nullptr;
};

Hit hit_test(const Scene& scene, Point p) {
    if (const Arrow* arrow = scene.arrow_at(p, kArrowTolerancePx)) return {arrow->event, nullptr};
    if (const Box* box = scene.box_at(p)) return {box->event, box};
    return {};
}

float axis_bottom(const Scene& scene) {
    float bottom = 0;
    for (const Box& box : scene.boxes) {
        if (box.role == Role::kAxis) bottom = std::max(bottom, box.rect.bottom());
    }
    for (const Label& label : scene.labels) {
        if (label.role == Role::kAxisText) bottom = std::max(bottom, label.at.y);
    }
    return bottom;
}

void zoom_and_pan_by_wheel(AppModel& model, const TimelineFrame& frame, float x) {
    const ImGuiIO& io = ImGui::GetIO();
    constexpr float kZoomPerNotch = 1.25F;
    constexpr float kPanPerNotch = 0.08F;
    if (io.MouseWheelH != 0) pan_by(model, -io.MouseWheelH * kPanPerNotch);
    if (io.MouseWheel == 0) return;
    if (io.KeyShift) return pan_by(model, -io.MouseWheel * kPanPerNotch);
    if (frame.width <= 0) return;
    const float anchor = std::clamp((x - frame.left) / frame.width, 0.0F, 1.0F);
    zoom_around(model, std::pow(kZoomPerNotch, io.MouseWheel), anchor);
}

void click(AppModel& model, const Hit& hit) {
    // Bytes in a buffer are picked as bytes; everything else is an event.
    if (hit.box != nullptr && !hit.box->range.empty() && hit.box->stream.flow != analysis::kNoFlow) {
        return select_bytes(model, hit.box->stream, hit.box->range);
    }
    if (hit.event) {
        select(model, hit.event);
    } else {
        clear_selection(model);
    }
}

void hover_tip(const AppModel& model, const Hit& hit) {
    const Recording& recording = model.recording();
    std::string words = event_text(recording, model.analysis(), hit.event, model.view.language);
    if (hit.box != nullptr && !hit.box->range.empty()) {
        words = fmt::format("{}: {} {}-{} ({})", stream_name(recording, model.analysis(), hit.box->stream),
                            text(Text::kBytes, model.view.language), hit.box->range.begin, hit.box->range.end,
                            format_bytes(hit.box->range.size()));
    }
    if (hit.box != nullptr && hit.box->state != TcpState::kUnknown) {
        words = std::string(to_string(hit.box->state)) + (words.empty() ? "" : "\n" + words);
    }
    if (words.empty()) return;
    if (hit.event) words += "\n" + since_start(recording, time_of(model, hit.event));
    if (hit.event.kind == EventKind::kCall) {
        const Call& call = recording.calls[hit.event.index];
        words += call.returned_at_all() ? "   " + format_duration(call.exit_ns - call.enter_ns)
                                        : std::string("   ") + text(Text::kNeverReturned, model.view.language);
    }
    if (hit.box != nullptr && hit.box->folded > 1) words += fmt::format("   × {}", hit.box->folded);
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(ImGui::GetFontSize() * 36);
    ImGui::TextUnformatted(words.c_str());
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
}

void handle_mouse(AppModel& model, Ui& ui, const TimelineFrame& frame, ImVec2 origin) {
    const ImGuiIO& io = ImGui::GetIO();
    const Point p{io.MousePos.x - origin.x, io.MousePos.y - origin.y};
    const bool hovered = ImGui::IsItemHovered();
    const Hit hit = hovered ? hit_test(ui.timeline.scene, p) : Hit{};
    model.view.hovered = hit.event;
    if (hovered) zoom_and_pan_by_wheel(model, frame, p.x);
    if (ImGui::IsItemActivated()) {
        ui.timeline_dragged = false;
        ui.timeline_drag_playhead = p.y < axis_bottom(ui.timeline.scene) && p.x >= frame.left;
    }
    if (ImGui::IsItemActive()) {
        if (ui.timeline_drag_playhead) {
            model.playback.playing = false;
            set_playhead(model, time_at_x(model.axis, model.view, frame, p.x));
        } else if (ui.timeline_dragged || ImGui::IsMouseDragging(0, kDragThresholdPx)) {
            ui.timeline_dragged = true;
            if (frame.width > 0) pan_by(model, -io.MouseDelta.x / frame.width);
        }
    }
    if (ImGui::IsItemDeactivated() && hovered && !ui.timeline_dragged && !ui.timeline_drag_playhead) {
        click(model, hit);
    }
    if (hovered && !ImGui::IsItemActive() && (hit.event || hit.box != nullptr)) hover_tip(model, hit);
}

}  // namespace

void draw_timeline(AppModel& model, Ui& ui) {
    const ImVec2 room = ImGui::GetContentRegionAvail();
    if (room.x < 50 || room.y < 20) return;
    TimelineOptions options;
    options.width = room.x;
    options.height = room.y;
    options.text = text_metrics(ui.fonts);
    options.index = model.timeline_index.get();
    if (ui.timeline.outdated(model, room.x, room.y, ui.fonts.size_px)) {
        ui.timeline.scene = layout_timeline(model.recording(), model.analysis(), model.axis, model.view, options);
    }
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const float height = std::max(room.y, ui.timeline.scene.height);
    ui.timeline_area = {origin.x, origin.y, room.x, height};
    const ImVec2 window = ImGui::GetWindowPos();
    const ImVec2 size = ImGui::GetWindowSize();
    ImGui::InvisibleButton("canvas", {room.x, height - 1});
    handle_mouse(model, ui, timeline_frame(model.recording(), options), origin);
    paint(ui.timeline.scene, ImGui::GetWindowDrawList(), origin, {window.x + 1, window.y + 1, size.x - 2, size.y - 2},
          model.theme(), ui.fonts.scene());
}

}  // namespace wirestory::viz
