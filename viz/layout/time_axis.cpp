#include "viz/layout/time_axis.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wirestory::viz {

namespace {

constexpr double kRoomShare = 0.015;  // free room at either end, as a share of the axis
constexpr double kGapRatio = 30;      // a stretch this many times the typical one is squeezed
constexpr double kGapShare = 0.10;    // what a squeezed stretch gets, of all the others together ...
constexpr double kGapLeast = 6;       // ... within these bounds, in widths of a typical stretch,
constexpr double kGapMost = 24;       // so that waits stay visible in short and in long recordings
constexpr double kLeastWidth = 0.35;  // two events never fall together, however close they are
constexpr DurationNs kLoneEventRoomNs = 500;

// Exact for any two times, also where the difference would overflow.
double span_ns(TimeNs from, TimeNs to) {
    return static_cast<double>(static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from));
}

TimeNs saturating_add(TimeNs time, DurationNs by) {
    TimeNs sum = 0;
    if (!__builtin_add_overflow(time, by, &sum)) return sum;
    return by < 0 ? std::numeric_limits<TimeNs>::min() : std::numeric_limits<TimeNs>::max();
}

std::vector<TimeNs> sorted_distinct(std::span<const TimeNs> events_ns) {
    std::vector<TimeNs> times(events_ns.begin(), events_ns.end());
    if (!std::is_sorted(times.begin(), times.end())) std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    return times;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

DurationNs to_duration(double ns) { return static_cast<DurationNs>(std::clamp(ns, 1.0, 9.0e18)); }

// Width of each stretch between neighbouring times; which of them are gaps goes to `is_gap`.
std::vector<double> squeezed_widths(const std::vector<TimeNs>& times, double typical, std::vector<bool>& is_gap) {
    std::vector<double> widths(times.size() - 1);
    is_gap.assign(widths.size(), false);
    double ordinary = 0;
    for (std::size_t i = 0; i < widths.size(); ++i) {
        const double ratio = span_ns(times[i], times[i + 1]) / typical;
        is_gap[i] = ratio > kGapRatio;
        widths[i] = kLeastWidth + std::log2(1 + ratio);  // ten times as long: about 3.3 wider, so magnitude shows
        if (!is_gap[i]) ordinary += widths[i];
    }
    const double gap_width = std::clamp(kGapShare * ordinary, kGapLeast, kGapMost);
    for (std::size_t i = 0; i < widths.size(); ++i) {
        if (is_gap[i]) widths[i] = gap_width;
    }
    return widths;
}

}  // namespace

void TimeAxis::set_knots(std::span<const TimeNs> times_ns, std::span<const double> widths, DurationNs room_ns) {
    double total = 0;
    for (const double width : widths) total += width;
    const double scale = total > 0 ? (1 - 2 * kRoomShare) / total : 0;
    knots_.reserve(times_ns.size() + 2);
    const TimeNs before = saturating_add(times_ns.front(), -room_ns);
    if (before < times_ns.front()) knots_.push_back({before, 0});
    double passed = 0;
    for (std::size_t i = 0; i < times_ns.size(); ++i) {
        knots_.push_back({times_ns[i], total > 0 ? kRoomShare + passed * scale : 0.5});
        if (i < widths.size()) passed += widths[i];
    }
    const TimeNs after = saturating_add(times_ns.back(), room_ns);
    if (after > times_ns.back()) knots_.push_back({after, 1});
}

TimeAxis TimeAxis::build(std::span<const TimeNs> events_ns, AxisMode mode) {
    TimeAxis axis;
    const std::vector<TimeNs> times = sorted_distinct(events_ns);
    if (times.empty()) {
        axis.knots_ = {{0, 0}, {2 * kLoneEventRoomNs, 1}};
        return axis;
    }
    if (times.size() == 1) {
        axis.set_knots(times, {}, kLoneEventRoomNs);
        return axis;
    }
    if (mode == AxisMode::kRealTime) {
        const std::vector<TimeNs> ends{times.front(), times.back()};
        axis.set_knots(ends, std::vector<double>{1}, to_duration(span_ns(ends[0], ends[1]) * kRoomShare));
        return axis;
    }
    std::vector<double> spans(times.size() - 1);
    for (std::size_t i = 0; i < spans.size(); ++i) spans[i] = span_ns(times[i], times[i + 1]);
    const double typical = median(spans);
    if (mode == AxisMode::kEvenSteps) {
        axis.set_knots(times, std::vector<double>(spans.size(), 1), to_duration(typical));
        return axis;
    }
    std::vector<bool> is_gap;
    const std::vector<double> widths = squeezed_widths(times, typical, is_gap);
    axis.set_knots(times, widths, to_duration(typical));
    for (std::size_t i = 0; i < widths.size(); ++i) {
        if (is_gap[i]) axis.gaps_.push_back({times[i], times[i + 1]});
    }
    return axis;
}

double TimeAxis::position(TimeNs time_ns) const {
    if (knots_.empty()) return 0;
    const auto next = std::upper_bound(knots_.begin(), knots_.end(), time_ns,
                                       [](TimeNs time, const Knot& knot) { return time < knot.time_ns; });
    if (next == knots_.begin()) return knots_.front().position;
    if (next == knots_.end()) return knots_.back().position;
    const Knot& before = *(next - 1);
    const double along = span_ns(before.time_ns, time_ns) / span_ns(before.time_ns, next->time_ns);
    return before.position + along * (next->position - before.position);
}

TimeNs TimeAxis::time_at(double position) const {
    if (knots_.empty()) return 0;
    const auto next = std::upper_bound(knots_.begin(), knots_.end(), position,
                                       [](double p, const Knot& knot) { return p < knot.position; });
    if (next == knots_.begin()) return knots_.front().time_ns;
    if (next == knots_.end()) return knots_.back().time_ns;
    const Knot& before = *(next - 1);
    const double along = (position - before.position) / (next->position - before.position);
    const double offset_ns = std::round(along * span_ns(before.time_ns, next->time_ns));
    // Added as unsigned, so that no stretch is too long; never past the next knot, whatever was rounded.
    const auto moved = static_cast<std::uint64_t>(before.time_ns) + static_cast<std::uint64_t>(offset_ns);
    return std::min(static_cast<TimeNs>(moved), next->time_ns);
}

TimeNs TimeAxis::first_ns() const { return knots_.empty() ? 0 : knots_.front().time_ns; }
TimeNs TimeAxis::last_ns() const { return knots_.empty() ? 0 : knots_.back().time_ns; }

}  // namespace wirestory::viz
