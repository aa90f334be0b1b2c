// The ladder: actors as columns, calls beside the segments, top to bottom in time order. Laid out in character cells
// for terminals (paint_text) and with font metrics for the viewer; the same function does both.
#pragma once

#include "analysis/analysis.hpp"
#include "recording/recording.hpp"
#include "viz/layout/scene.hpp"
#include "viz/layout/view_state.hpp"

namespace wirestory::viz {

class LadderPlan;

struct LadderOptions {
    float width = 80;  // in units of the metrics (cells for terminals)
    TextMetrics text;
    bool show_findings = true;
    // A plan made once saves making it for every picture, and allows to lay out a part: rows [first_row, first_row +
    // row_count). The heading with the names stands above row 0. Without a plan one is made.
    const LadderPlan* plan = nullptr;
    std::size_t first_row = 0;
    std::size_t row_count = static_cast<std::size_t>(-1);
};

// How many parties fit side by side: what a LadderPlan for this width is made with.
std::size_t ladder_columns_for(const LadderOptions& options);

Scene layout_ladder(const Recording& recording, const analysis::Analysis& analysis, const ViewState& view,
                    const LadderOptions& options);

}  // namespace wirestory::viz
