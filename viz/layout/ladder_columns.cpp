#include "viz/layout/ladder_columns.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace wirestory::viz {

namespace {

constexpr float kLeastLaneColumns = 38;
constexpr DurationNs kSecondsFromNs = 10 * kSecondNs;  // longer recordings count in seconds

}  // namespace

std::string ladder_time_text(DurationNs since_start, bool seconds) {
    return seconds ? fmt::format("{:.6f}", static_cast<double>(since_start) / 1e9)
                   : fmt::format("{:.3f}", static_cast<double>(since_start) / 1e6);
}

LadderColumns place_ladder_columns(const LadderPlan& plan, const LadderOptions& options) {
    LadderColumns c;
    c.text_height = options.text.line_height;
    const bool cells = options.text.line_height <= 1;
    c.row_height = cells ? 1 : std::round(options.text.line_height * 1.4F);
    c.unit = std::max(options.text.width("0"), 0.5F);
    const DurationNs span = plan.rows().empty() ? 0 : plan.rows().back().time_ns - plan.start_ns();
    c.seconds = span >= kSecondsFromNs;
    c.time_right = std::max(8 * c.unit, options.text.width(ladder_time_text(span, c.seconds)) + c.unit);
    const float left = c.time_right + c.unit;
    const float right = options.width - 1 * c.unit;
    for (const TcpState state : {TcpState::kSynReceived, TcpState::kEstablished}) {  // the longest two
        c.state_width = std::max(c.state_width, std::ceil(options.text.width(to_string(state))));
    }
    const float states = c.state_width + c.unit;
    c.states = plan.has_state_columns() && right - left - 2 * states >= kLeastLaneColumns * c.unit;
    const float first = std::floor(left + (c.states ? states : 0));
    const float last = std::max(first, std::floor(right - (c.states ? states : 0)));
    const std::size_t count = plan.parties().size();
    for (std::size_t i = 0; i < count; ++i) {
        const float share = count < 2 ? 0 : static_cast<float>(i) / static_cast<float>(count - 1);
        c.lifelines.push_back(std::round(first + share * (last - first)));
    }
    return c;
}

}  // namespace wirestory::viz
