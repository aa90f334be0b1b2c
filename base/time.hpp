// Times are nanoseconds since 1970 on the realtime clock, the clock that libpcap stamps packets with (DESIGN: calls
// and packets share one clock). Differences of two times are DurationNs. No other clock appears in a recording.
#pragma once

#include <cstdint>
#include <ctime>

namespace wirestory {

using TimeNs = std::int64_t;
using DurationNs = std::int64_t;

constexpr DurationNs kMicrosecondNs = 1'000;
constexpr DurationNs kMillisecondNs = 1'000'000;
constexpr DurationNs kSecondNs = 1'000'000'000;

inline TimeNs clock_now_ns(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<TimeNs>(now.tv_sec) * kSecondNs + now.tv_nsec;
}

// The stamp of calls and samples. Served by the vDSO: about 20 ns, no system call.
inline TimeNs realtime_now_ns() { return clock_now_ns(CLOCK_REALTIME); }

// For time-outs only: it never jumps when somebody sets the clock.
inline TimeNs monotonic_now_ns() { return clock_now_ns(CLOCK_MONOTONIC); }

}  // namespace wirestory
