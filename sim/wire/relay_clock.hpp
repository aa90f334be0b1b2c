// The relay's time: it waits and schedules on the monotonic clock, which nobody can set, while the kernel stamps frames
// and recordings are written on the realtime clock. This keeps the difference of the two, refreshed often enough to
// follow a clock that is being slewed. One thread.
#pragma once

#include "base/time.hpp"

namespace wirestory::sim {

class RelayClock {
public:
    RelayClock() { refresh(); }

    // Monotonic; refreshes the difference when it is old.
    TimeNs now() {
        const TimeNs now = monotonic_now_ns();
        if (now - refreshed_ns_ > kRefreshNs) refresh();
        return now;
    }
    [[nodiscard]] TimeNs to_realtime(TimeNs monotonic_ns) const { return monotonic_ns + offset_ns_; }
    [[nodiscard]] TimeNs to_monotonic(TimeNs realtime_ns) const { return realtime_ns - offset_ns_; }

private:
    static constexpr DurationNs kRefreshNs = kMillisecondNs;
    static constexpr DurationNs kCloseEnoughNs = 2 * kMicrosecondNs;
    static constexpr int kTries = 8;

    // A thread that is put aside between two readings would measure the pause: the tightest of a few readings counts.
    void refresh() {
        DurationNs tightest = kSecondNs;
        for (int i = 0; i < kTries && tightest > kCloseEnoughNs; ++i) {
            const TimeNs before = monotonic_now_ns();
            const TimeNs realtime = realtime_now_ns();
            const TimeNs after = monotonic_now_ns();
            if (after - before >= tightest) continue;
            tightest = after - before;
            offset_ns_ = realtime - before - (after - before) / 2;
            refreshed_ns_ = after;
        }
    }

    TimeNs refreshed_ns_ = 0;
    DurationNs offset_ns_ = 0;
};

}  // namespace wirestory::sim
