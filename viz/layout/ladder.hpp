// The ladder: actors as columns, calls beside the segments, top to bottom in time order. Laid out in character cells
// for terminals (paint_text) and with font metrics for the viewer; the same function does both.
#pragma once

#include "analysis/analysis.hpp"
#include "recording/recording.hpp"
#include "viz/layout/scene.hpp"
#include "viz/layout/view_state.hpp"

namespace wirestory::viz {

struct LadderOptions {
    float width = 80;  // in units of the metrics (cells for terminals)
    TextMetrics text;
    bool show_findings = true;
};

Scene layout_ladder(const Recording& recording, const analysis::Analysis& analysis, const ViewState& view,
                    const LadderOptions& options);

}  // namespace wirestory::viz
