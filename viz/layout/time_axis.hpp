// TimeAxis: time <-> x. Squeezed mode shortens stretches in which nothing happens, so that a 40 ms wait and a 20 us
// handshake are both readable; every squeezed stretch is marked as one. Monotonic and invertible in every mode.
#pragma once

#include <span>
#include <vector>

#include "base/time.hpp"
#include "viz/layout/view_state.hpp"

namespace wirestory::viz {

class TimeAxis {
public:
    struct Gap {
        TimeNs begin_ns = 0;
        TimeNs end_ns = 0;
    };

    // `events_ns` need not be sorted. The axis spans first to last event, with a little room at both ends.
    static TimeAxis build(std::span<const TimeNs> events_ns, AxisMode mode);

    // Position in 0..1 of the whole axis.
    [[nodiscard]] double position(TimeNs time_ns) const;
    [[nodiscard]] TimeNs time_at(double position) const;
    [[nodiscard]] std::span<const Gap> gaps() const { return gaps_; }  // squeezed ones, in order
    // Ends of the axis, the room included: time_at(0) and time_at(1).
    [[nodiscard]] TimeNs first_ns() const;
    [[nodiscard]] TimeNs last_ns() const;

private:
    struct Knot {
        TimeNs time_ns;
        double position;
    };
    void set_knots(std::span<const TimeNs> times_ns, std::span<const double> widths, DurationNs room_ns);

    std::vector<Knot> knots_;  // piecewise linear, strictly increasing in both
    std::vector<Gap> gaps_;
};

}  // namespace wirestory::viz
