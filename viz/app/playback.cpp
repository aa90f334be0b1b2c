#include "viz/app/playback.hpp"

#include <algorithm>
#include <cmath>

namespace wirestory::viz {

namespace {

constexpr double kNsPerSecond = 1e9;
constexpr double kSuggestedLengthSeconds = 10;

// Wall seconds that the stretch between two neighbouring events takes.
double crossing_seconds(DurationNs stretch_ns, AxisMode mode, double speed) {
    const double seconds = static_cast<double>(stretch_ns) / kNsPerSecond / speed;
    return mode == AxisMode::kRealTime ? seconds : std::min(seconds, kLongestGapSeconds);
}

}  // namespace

TimeNs advance(std::span<const TimeNs> event_times, AxisMode mode, TimeNs playhead, double wall_seconds, double speed) {
    if (event_times.empty()) return playhead;
    playhead = std::max(playhead, event_times.front());
    auto next = std::upper_bound(event_times.begin(), event_times.end(), playhead);
    while (next != event_times.end() && wall_seconds > 0) {
        const TimeNs previous = next == event_times.begin() ? playhead : *std::prev(next);
        const double whole = crossing_seconds(*next - previous, mode, speed);
        const double share = static_cast<double>(*next - playhead) / static_cast<double>(*next - previous);
        if (whole * share > wall_seconds) {
            const double step = static_cast<double>(*next - previous) * wall_seconds / whole;
            return std::min(*next, playhead + std::max<DurationNs>(1, std::llround(step)));
        }
        wall_seconds -= whole * share;
        playhead = *next;
        ++next;
    }
    return std::min(playhead, event_times.back());
}

std::size_t suggested_speed(std::span<const TimeNs> event_times, AxisMode mode) {
    std::size_t best = 0;
    double best_distance = -1;
    for (std::size_t i = 0; i < kSpeeds.size(); ++i) {
        double length = 1e-9;
        for (std::size_t k = 1; k < event_times.size(); ++k) {
            length += crossing_seconds(event_times[k] - event_times[k - 1], mode, kSpeeds.at(i));
        }
        const double distance = std::abs(std::log(length / kSuggestedLengthSeconds));
        if (best_distance < 0 || distance < best_distance) {
            best = i;
            best_distance = distance;
        }
    }
    return best;
}

const char* speed_label(std::size_t speed_index) {
    static constexpr std::array<const char*, kSpeeds.size()> kLabels = {
        "1/10000", "1/5000", "1/2000", "1/1000", "1/500", "1/200", "1/100", "1/50", "1/20", "1/10", "1/5", "1/2", "1"};
    return kLabels.at(speed_index);
}

}  // namespace wirestory::viz
