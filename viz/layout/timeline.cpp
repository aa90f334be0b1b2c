#include "viz/layout/timeline.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "viz/layout/timeline_canvas.hpp"

namespace wirestory::viz {

namespace {

constexpr float kGutterPad = 20;
constexpr float kRightPad = 12;
constexpr float kLeastPlotWidth = 40;
// The widest there are. In both languages, so that the plot stays where it is when the language changes.
constexpr std::array<std::string_view, 4> kLaneTitles{"receive buffer", "peak 100.0 KiB", "接收缓冲区",
                                                      "峰值 100.0 KiB"};

}  // namespace

TimelineFrame timeline_frame(const Recording& recording, const TimelineOptions& options) {
    float gutter = options.gutter;
    if (gutter <= 0) {
        for (const std::string_view title : kLaneTitles) gutter = std::max(gutter, options.text.width(title));
        for (const Actor& actor : recording.actors) gutter = std::max(gutter, options.text.width(actor.name));
        gutter = std::min(gutter + kGutterPad, options.width / 2);
    }
    return {gutter, std::max(options.width - gutter - kRightPad, kLeastPlotWidth)};
}

float x_of(const TimeAxis& axis, const ViewState& view, const TimelineFrame& frame, TimeNs time_ns) {
    const double along = (axis.position(time_ns) - static_cast<double>(view.pan)) * static_cast<double>(view.zoom);
    return static_cast<float>(static_cast<double>(frame.left) + along * static_cast<double>(frame.width));
}

TimeNs time_at_x(const TimeAxis& axis, const ViewState& view, const TimelineFrame& frame, float x) {
    const double zoom = std::max(static_cast<double>(view.zoom), 1e-6);
    const double along = (static_cast<double>(x) - static_cast<double>(frame.left)) / static_cast<double>(frame.width);
    return axis.time_at(static_cast<double>(view.pan) + along / zoom);
}

std::vector<TimeNs> event_times(const Recording& recording, const analysis::Analysis& analysis) {
    std::vector<TimeNs> times;
    times.reserve(recording.packets.size() + 2 * recording.calls.size() + analysis.states.size());
    for (std::size_t i = 0; i < recording.packets.size(); ++i) times.push_back(recording.packets.time_ns(i));
    for (const Call& call : recording.calls) {
        times.push_back(call.enter_ns);
        if (call.returned_at_all()) times.push_back(call.exit_ns);
    }
    for (const analysis::StateSpan& span : analysis.states) times.push_back(span.begin_ns);
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    return times;
}

TimeAxis axis_for(const Recording& recording, const analysis::Analysis& analysis, AxisMode mode) {
    return TimeAxis::build(event_times(recording, analysis), mode);
}

Scene layout_timeline(const Recording& recording, const analysis::Analysis& analysis, const TimeAxis& axis,
                      const ViewState& view, const TimelineOptions& options) {
    std::optional<TimelineIndex> made;
    if (options.index == nullptr) made.emplace(recording, analysis);
    TimelineCanvas canvas(options.index != nullptr ? *options.index : *made, axis, view, options);
    stack_lanes(canvas);
    lay_out_axis(canvas);
    lay_out_states(canvas);
    lay_out_buffers(canvas);
    lay_out_findings(canvas);
    lay_out_calls(canvas);
    lay_out_wires(canvas);
    lay_out_selection(canvas);
    lay_out_playhead(canvas);
    return std::move(canvas.scene);
}

}  // namespace wirestory::viz
