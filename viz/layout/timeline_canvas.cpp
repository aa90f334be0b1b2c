#include "viz/layout/timeline_canvas.hpp"

#include <algorithm>
#include <cmath>

namespace wirestory::viz {

namespace {

constexpr float kLabelGap = 5;     // between two labels of a row
constexpr float kInnerMargin = 4;  // between a box's edge and the text in it
constexpr float kStripHeight = 3;
constexpr float kFarOutside = 1.0e6F;  // beyond any picture, well inside what a float can tell apart

}  // namespace

LabelRows::LabelRows(Rect area, float row_height, bool from_below)
    : area_(area), row_height_(row_height), from_below_(from_below) {
    const float count = row_height > 0 ? std::floor(area.height / row_height) : 0;
    rows_.resize(static_cast<std::size_t>(std::clamp(count, 0.0F, 64.0F)));
}

bool LabelRows::is_free(std::size_t row, float left, float right) const {
    if (row >= rows_.size() || left < area_.x || right > area_.right()) return false;
    return std::none_of(rows_[row].begin(), rows_[row].end(),
                        [&](const auto& taken) { return left < taken.second && right > taken.first; });
}

void LabelRows::take(std::size_t row, float left, float right) {
    if (row < rows_.size()) rows_[row].emplace_back(left - kLabelGap, right + kLabelGap);
}

float LabelRows::y_of(std::size_t row) const {
    const auto rank = static_cast<float>(row);
    return from_below_ ? area_.bottom() - (rank + 1) * row_height_ : area_.y + rank * row_height_;
}

TimelineCanvas::TimelineCanvas(const TimelineIndex& the_index, const TimeAxis& the_axis, const ViewState& the_view,
                               const TimelineOptions& the_options)
    : index(the_index),
      recording(the_index.events().recording()),
      analysis(the_index.events().analysis()),
      axis(the_axis),
      view(the_view),
      options(the_options),
      text(the_options.text),
      frame(timeline_frame(recording, the_options)) {
    const double zoom = std::max(static_cast<double>(view.zoom), 1e-6);
    begin_ns = axis.time_at(view.pan);
    end_ns = axis.time_at(view.pan + 1 / zoom);
    if (view.playhead_active) end_ns = std::min(end_ns, view.playhead_ns);
    selected_ = selected_events(recording, analysis, view);
    if (view.bytes) {
        trace_ = analysis::trace_range(recording, analysis, view.bytes->stream, view.bytes->range);
    } else if (view.selected.kind == EventKind::kFinding && view.selected.index < analysis.findings.size()) {
        const analysis::Finding& finding = analysis.findings[view.selected.index];
        trace_.stream = {finding.flow, finding.from};
        trace_.range = finding.range;
    } else if (view.selected) {
        trace_ = analysis::trace(recording, analysis, view.selected);
    }
}

float TimelineCanvas::x(TimeNs time_ns) const {
    return std::clamp(x_of(axis, view, frame, time_ns), -kFarOutside, kFarOutside);
}

float TimelineCanvas::clipped_x(TimeNs time_ns) const { return std::clamp(x(time_ns), left(), right()); }

TimeNs TimelineCanvas::time_at(float place) const { return time_at_x(axis, view, frame, place); }

bool TimelineCanvas::is_filtered_out(EventRef event) const {
    const bool asked =
        event.kind == EventKind::kCall || event.kind == EventKind::kPacket || event.kind == EventKind::kFinding;
    return view.filter != nullptr && asked && !view.filter->has(event);
}

Emphasis TimelineCanvas::emphasis(EventRef event) const {
    if (event && event == view.hovered) return Emphasis::kSelected;
    if (selected_.empty()) return is_filtered_out(event) ? Emphasis::kDimmed : Emphasis::kNormal;
    return std::binary_search(selected_.begin(), selected_.end(), event) ? Emphasis::kSelected : Emphasis::kDimmed;
}

Emphasis TimelineCanvas::emphasis(analysis::StreamId stream, analysis::ByteRange range, EventRef event) const {
    if (selected_.empty()) return is_filtered_out(event) ? Emphasis::kDimmed : Emphasis::kNormal;
    if (trace_.stream == stream && trace_.range.overlaps(range)) return Emphasis::kSelected;
    return event && event == view.selected ? Emphasis::kSelected : Emphasis::kDimmed;
}

Emphasis TimelineCanvas::finding_emphasis(std::uint32_t index_of) const {
    const analysis::Finding& finding = analysis.findings[index_of];
    const EventRef event{EventKind::kFinding, index_of};
    if (event == view.hovered || event == view.selected) return Emphasis::kSelected;
    if (selected_.empty()) return is_filtered_out(event) ? Emphasis::kDimmed : Emphasis::kNormal;
    if (trace_.stream == analysis::StreamId{finding.flow, finding.from} && trace_.range.overlaps(finding.range)) {
        return Emphasis::kNormal;
    }
    const bool rests = std::any_of(finding.events.begin(), finding.events.end(), [this](EventRef e) {
        return std::binary_search(selected_.begin(), selected_.end(), e);
    });
    return rests ? Emphasis::kNormal : Emphasis::kDimmed;
}

Box& TimelineCanvas::add_box(Rect rect, Role role, EventRef event) {
    Box box;
    box.rect = rect;
    box.role = role;
    box.event = event;
    if (event) box.emphasis = emphasis(event);
    scene.boxes.push_back(box);
    return scene.boxes.back();
}

void TimelineCanvas::add_label(Label label) {
    label.text = fit_text(text, label.text, label.max_width);
    if (!label.text.empty()) scene.labels.push_back(std::move(label));
}

void TimelineCanvas::add_text_inside(Rect box, std::string_view words, Role role, EventRef event, Emphasis how) {
    const float room = box.width - 2 * kInnerMargin;
    if (room <= 0 || box.height < text.line_height - 1) return;
    // Less than about five characters tell nothing.
    if (text.width(words) > room && room < text.width("00000")) return;
    Label label;
    label.text = std::string{words};
    label.at = {box.x + kInnerMargin, box.y + (box.height - text.line_height) / 2};
    label.max_width = room;
    label.role = role;
    label.event = event;
    label.emphasis = how;
    add_label(std::move(label));
}

void TimelineCanvas::add_message_strip(Rect rect, EventRef event, Role role) {
    const std::vector<EventIndex::Part> parts = index.events().parts_of(event);
    double total = 0;
    for (const EventIndex::Part& part : parts) total += static_cast<double>(part.bytes);
    if (total <= 0 || rect.width < 1) return;
    float at = rect.x;
    for (const EventIndex::Part& part : parts) {
        const auto width = static_cast<float>(rect.width * static_cast<double>(part.bytes) / total);
        Box& box = add_box({at, rect.bottom() - kStripHeight, width, kStripHeight}, role, event);
        box.message = part.message;
        at += width;
    }
}

}  // namespace wirestory::viz
