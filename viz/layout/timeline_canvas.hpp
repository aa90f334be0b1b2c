// What the parts of the timeline share while one picture is laid out: the visible stretch of time, where a time stands,
// who is selected, and which places labels have taken. Lives for one call of layout_timeline().
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "viz/layout/scene.hpp"
#include "viz/layout/time_axis.hpp"
#include "viz/layout/timeline.hpp"
#include "viz/layout/timeline_index.hpp"

namespace wirestory::viz {

// Rows for labels: a label takes a place only where no other stands.
class LabelRows {
public:
    LabelRows() = default;
    // Row 0 is the topmost, or the lowest when they count from below.
    LabelRows(Rect area, float row_height, bool from_below);

    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] bool is_free(std::size_t row, float left, float right) const;
    void take(std::size_t row, float left, float right);
    [[nodiscard]] float y_of(std::size_t row) const;

private:
    Rect area_;
    float row_height_ = 1;
    bool from_below_ = false;
    std::vector<std::vector<std::pair<float, float>>> rows_;
};

struct PartyLanes {
    Rect heading;
    Rect calls;  // rows of boxes
    LabelRows call_labels;
    float call_box_height = 0;
    bool labels_above = true;  // of the calls: where their labels stand
    std::vector<Rect> states;
    std::vector<Rect> send;
    std::vector<Rect> receive;
    Rect notes;  // the findings, beside the wire; empty when there are none
    float note_row_height = 0;
    float top = 0;     // of the whole group: where arrows from above end
    float bottom = 0;  // where arrows from below end
};

struct WireLane {
    Rect rect;
    LabelRows labels;
};

class TimelineCanvas {
public:
    TimelineCanvas(const TimelineIndex& index, const TimeAxis& axis, const ViewState& view,
                   const TimelineOptions& options);

    const TimelineIndex& index;
    const Recording& recording;
    const analysis::Analysis& analysis;
    const TimeAxis& axis;
    const ViewState& view;
    const TimelineOptions& options;
    const TextMetrics& text;
    TimelineFrame frame;
    TimeNs begin_ns = 0;  // visible stretch; its end is the playhead where that is earlier
    TimeNs end_ns = 0;
    std::vector<PartyLanes> parties;
    std::vector<WireLane> wires;  // wires[i] lies between parties[i] and parties[i + 1]
    Rect axis_band;
    Scene scene;

    [[nodiscard]] float x(TimeNs time_ns) const;          // not clipped
    [[nodiscard]] float clipped_x(TimeNs time_ns) const;  // to the plot
    [[nodiscard]] TimeNs time_at(float x) const;
    [[nodiscard]] float left() const { return frame.left; }
    [[nodiscard]] float right() const { return frame.left + frame.width; }

    // By the display filter. Samples and states are not asked about: they stay as they are.
    [[nodiscard]] bool is_filtered_out(EventRef event) const;
    [[nodiscard]] Emphasis emphasis(EventRef event) const;
    // A finding stands out with the bytes it speaks of.
    [[nodiscard]] Emphasis finding_emphasis(std::uint32_t finding) const;
    [[nodiscard]] Emphasis emphasis(analysis::StreamId stream, analysis::ByteRange range, EventRef event) const;
    [[nodiscard]] const std::vector<EventRef>& selected() const { return selected_; }
    // It, or it carries the same bytes; whatever the pointer is on.
    [[nodiscard]] bool is_selected(EventRef event) const {
        return std::binary_search(selected_.begin(), selected_.end(), event);
    }

    Box& add_box(Rect rect, Role role, EventRef event = {});
    // Adds the label, cut to its max_width; nothing when not even the dots fit.
    void add_label(Label label);
    // A text inside a box, at its visible left end; only when a useful part of it fits.
    void add_text_inside(Rect box, std::string_view text, Role role, EventRef event, Emphasis emphasis);
    // Thin strip that shows which messages an event moved, in proportion to their bytes.
    void add_message_strip(Rect rect, EventRef event, Role role);

private:
    std::vector<EventRef> selected_;
    analysis::ByteTrace trace_;
};

void stack_lanes(TimelineCanvas& canvas);
void lay_out_axis(TimelineCanvas& canvas);
void lay_out_findings(TimelineCanvas& canvas);
void lay_out_states(TimelineCanvas& canvas);
void lay_out_buffers(TimelineCanvas& canvas);
void lay_out_calls(TimelineCanvas& canvas);
void lay_out_wires(TimelineCanvas& canvas);
void lay_out_selection(TimelineCanvas& canvas);
void lay_out_playhead(TimelineCanvas& canvas);

}  // namespace wirestory::viz
