// Where the ladder's columns stand: times at the left, then the lifelines with the states outside of them. Pure.
#pragma once

#include <string>
#include <vector>

#include "viz/layout/ladder.hpp"
#include "viz/layout/ladder_plan.hpp"

namespace wirestory::viz {

struct LadderColumns {
    float unit = 1;  // width of one character cell
    float row_height = 1;
    float text_height = 1;
    float time_right = 0;  // right end of the times
    bool seconds = false;
    bool states = false;
    float state_width = 0;  // room for any state's name
    std::vector<float> lifelines;
};

std::string ladder_time_text(DurationNs since_start, bool seconds);
LadderColumns place_ladder_columns(const LadderPlan& plan, const LadderOptions& options);

}  // namespace wirestory::viz
