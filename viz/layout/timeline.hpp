// The timeline: lanes of calls, state, send buffer, segments, receive buffer and calls on one time axis (DESIGN 7).
#pragma once

#include "analysis/analysis.hpp"
#include "recording/recording.hpp"
#include "viz/layout/scene.hpp"
#include "viz/layout/time_axis.hpp"
#include "viz/layout/view_state.hpp"

namespace wirestory::viz {

class TimelineIndex;

struct TimelineOptions {
    float width = 1000;
    float height = 600;
    TextMetrics text;
    float gutter = 0;  // width of the lane titles at the left; 0: as wide as they need
    // Made once a recording (timeline_index.hpp), it makes the cost of a layout depend on what is visible only. Without
    // it, one is made for this call.
    const TimelineIndex* index = nullptr;
};

// Pure. `axis` was built for the same recording and view.axis.
Scene layout_timeline(const Recording& recording, const analysis::Analysis& analysis, const TimeAxis& axis,
                      const ViewState& view, const TimelineOptions& options);

TimeAxis axis_for(const Recording& recording, const analysis::Analysis& analysis, AxisMode mode);

// x of a time, and back, as layout_timeline places them.
struct TimelineFrame {
    float left = 0;   // of the plot, after the gutter
    float width = 0;  // of the plot
};
TimelineFrame timeline_frame(const Recording& recording, const TimelineOptions& options);
float x_of(const TimeAxis& axis, const ViewState& view, const TimelineFrame& frame, TimeNs time_ns);
TimeNs time_at_x(const TimeAxis& axis, const ViewState& view, const TimelineFrame& frame, float x);

// Every moment at which something happens, sorted, without doubles: what step forward and back go through.
std::vector<TimeNs> event_times(const Recording& recording, const analysis::Analysis& analysis);

}  // namespace wirestory::viz
