// The playback clock: how far the playhead goes while wall time passes. Pure.
// Speed is recorded time per wall time (1/1000: one recorded millisecond takes a second). On the squeezed and the even
// axis a stretch without events never takes longer than kLongestGapSeconds to cross, however long it was: the playhead
// runs through it quickly but visibly. On the real-time axis it keeps true time.
#pragma once

#include <array>
#include <span>

#include "base/time.hpp"
#include "viz/layout/view_state.hpp"

namespace wirestory::viz {

constexpr double kLongestGapSeconds = 0.8;

// From 1/10000 to 1 in steps of 1, 2, 5.
constexpr std::array<double, 13> kSpeeds = {1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1};

struct Playback {
    bool playing = false;
    std::size_t speed_index = 3;

    [[nodiscard]] double speed() const { return kSpeeds.at(speed_index); }
};

// The playhead after `wall_seconds`; never beyond the last event. `event_times` is sorted.
TimeNs advance(std::span<const TimeNs> event_times, AxisMode mode, TimeNs playhead, double wall_seconds, double speed);

// The speed at which the whole recording plays in about ten seconds.
std::size_t suggested_speed(std::span<const TimeNs> event_times, AxisMode mode);

// "1/1000", "1/2", "1".
const char* speed_label(std::size_t speed_index);

}  // namespace wirestory::viz
