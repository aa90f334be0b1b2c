// What lies over the lanes: the time axis with its squeezed stretches, and the playhead.
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "viz/layout/lane_words.hpp"
#include "viz/layout/timeline_canvas.hpp"

namespace wirestory::viz {

namespace {

constexpr float kTickDistance = 92;
constexpr float kLeastGapWidth = 8;

struct Tick {
    TimeNs time_ns = 0;
    DurationNs step_ns = 1;  // what it was rounded to
};

// The roundest time (1, 2 or 5 times a power of ten after the start) between the two.
Tick round_time(TimeNs start_ns, TimeNs from_ns, TimeNs to_ns) {
    const DurationNs from = from_ns - start_ns;
    const DurationNs to = to_ns - start_ns;
    for (DurationNs power = 1'000'000'000'000; power >= 1; power /= 10) {
        for (const DurationNs factor : {DurationNs{5}, DurationNs{2}, DurationNs{1}}) {
            const DurationNs step = factor * power;
            const DurationNs candidate = (to >= 0 ? to / step : (to - step + 1) / step) * step;
            if (candidate >= from && candidate <= to) return {start_ns + candidate, step};
        }
    }
    return {from_ns, 1};
}

// "40.54 ms": as many decimals as the rounding left.
std::string tick_text(DurationNs time, DurationNs step) {
    struct Unit {
        DurationNs ns;
        const char* name;
        int digits;
    };
    constexpr std::array kUnits{Unit{kSecondNs, "s", 9}, Unit{kMillisecondNs, "ms", 6}, Unit{kMicrosecondNs, "us", 3}};
    if (time == 0) return "0";
    const DurationNs size = std::abs(time);
    for (const Unit& unit : kUnits) {
        if (size < unit.ns) continue;
        int decimals = unit.digits;
        for (DurationNs s = step; s >= 10 && decimals > 0; s /= 10) --decimals;
        return fmt::format("{:.{}f} {}", static_cast<double>(time) / static_cast<double>(unit.ns), decimals, unit.name);
    }
    return fmt::format("{} ns", time);
}

void gap_marks(TimelineCanvas& canvas, LabelRows& row) {
    const std::span<const TimeAxis::Gap> gaps = canvas.axis.gaps();
    auto gap = std::lower_bound(gaps.begin(), gaps.end(), canvas.time_at(canvas.left()),
                                [](const TimeAxis::Gap& g, TimeNs time) { return g.end_ns < time; });
    const TimeNs end_ns = canvas.time_at(canvas.right());
    // Nothing to see where gaps are narrower than this: then there are too many to look at, too.
    const auto most = static_cast<std::ptrdiff_t>(canvas.frame.width / kLeastGapWidth);
    for (std::ptrdiff_t seen = 0; gap != gaps.end() && gap->begin_ns < end_ns && seen < most; ++gap, ++seen) {
        const float x0 = canvas.clipped_x(gap->begin_ns);
        const float x1 = canvas.clipped_x(gap->end_ns);
        if (x1 - x0 < kLeastGapWidth) continue;
        canvas.add_box({x0, 0, x1 - x0, canvas.scene.height}, Role::kAxisGap);
        const std::string took = format_duration(gap->end_ns - gap->begin_ns);
        for (const std::string& text : {lane_word(LaneWord::kSqueezed, canvas.view.language, took), took}) {
            const float width = canvas.text.width(text);
            const float middle = (x0 + x1) / 2;
            if (!row.is_free(0, middle - width / 2, middle + width / 2) || width > x1 - x0 + 60) continue;
            row.take(0, middle - width / 2, middle + width / 2);
            Label label;
            label.text = text;
            label.at = {middle, row.y_of(0)};
            label.align = Align::kCentre;
            label.role = Role::kAxisGap;
            canvas.add_label(std::move(label));
            break;
        }
    }
}

void ticks(TimelineCanvas& canvas, LabelRows& row) {
    const float last = canvas.right() - kTickDistance / 3;
    for (float x = canvas.left() + kTickDistance / 4; x <= last; x += kTickDistance) {
        const Tick tick = round_time(canvas.index.start_ns(), canvas.time_at(x - kTickDistance / 4),
                                     canvas.time_at(x + kTickDistance / 4));
        const float at = canvas.x(tick.time_ns);
        const std::string text = tick_text(tick.time_ns - canvas.index.start_ns(), tick.step_ns);
        const float width = canvas.text.width(text);
        if (!row.is_free(0, at - width / 2, at + width / 2)) continue;
        row.take(0, at - width / 2, at + width / 2);
        canvas.add_box({at, canvas.axis_band.bottom() - 5, 1, canvas.scene.height - canvas.axis_band.bottom() + 5},
                       Role::kAxisTick);
        Label label;
        label.text = text;
        label.at = {at, row.y_of(0)};
        label.align = Align::kCentre;
        label.role = Role::kAxisText;
        canvas.add_label(std::move(label));
    }
}

}  // namespace

void lay_out_axis(TimelineCanvas& canvas) {
    const Rect band = canvas.axis_band;
    LabelRows row({band.x, band.y + 3, band.width, canvas.text.line_height}, canvas.text.line_height, false);
    gap_marks(canvas, row);
    ticks(canvas, row);
    canvas.add_box({band.x, band.bottom() - 1, band.width, 1}, Role::kAxis);
}

void lay_out_playhead(TimelineCanvas& canvas) {
    if (!canvas.view.playhead_active) return;
    const float x = canvas.x(canvas.view.playhead_ns);
    if (x < canvas.left() || x > canvas.right() - 1) return;
    canvas.add_box({x, 0, 1.5F, canvas.scene.height}, Role::kPlayhead);
}

}  // namespace wirestory::viz
