#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "tests/support/catch.hpp"
#include "viz/layout/time_axis.hpp"

namespace wirestory::viz {
namespace {

constexpr AxisMode kModes[] = {AxisMode::kSqueezed, AxisMode::kRealTime, AxisMode::kEvenSteps};

std::vector<TimeNs> random_times(unsigned seed, std::size_t count) {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> magnitude(0, 9);  // from nanoseconds to a second between neighbours
    std::vector<TimeNs> times;
    TimeNs time = 1'700'000'000 * kSecondNs;
    for (std::size_t i = 0; i < count; ++i) {
        times.push_back(time);
        time += static_cast<TimeNs>(std::pow(10.0, magnitude(random)));
    }
    return times;
}

TEST_CASE("an axis is strictly monotonic and invertible at its events in every mode") {
    for (const AxisMode mode : kModes) {
        for (unsigned seed = 1; seed <= 40; ++seed) {
            const std::vector<TimeNs> times = random_times(seed, 2 + seed * 7);
            const TimeAxis axis = TimeAxis::build(times, mode);
            for (std::size_t i = 0; i < times.size(); ++i) {
                const double position = axis.position(times[i]);
                REQUIRE(position > 0);
                REQUIRE(position < 1);
                if (i > 0) REQUIRE(position > axis.position(times[i - 1]));
                // Doubles tell 10^15 places of the axis apart; over many seconds of real time that is some ns.
                REQUIRE(std::abs(axis.time_at(position) - times[i]) <= 64);
            }
        }
    }
}

TEST_CASE("positions and times round-trip anywhere on the axis") {
    const std::vector<TimeNs> times = random_times(7, 200);
    for (const AxisMode mode : kModes) {
        const TimeAxis axis = TimeAxis::build(times, mode);
        double previous = -1;
        for (int i = 0; i <= 1000; ++i) {
            const TimeNs time = axis.time_at(i / 1000.0);
            const double position = axis.position(time);
            REQUIRE(position >= previous);
            previous = position;
        }
        REQUIRE(axis.time_at(0) == axis.first_ns());
        REQUIRE(axis.time_at(1) == axis.last_ns());
        REQUIRE(axis.time_at(-3) == axis.first_ns());
        REQUIRE(axis.time_at(3) == axis.last_ns());
        REQUIRE(axis.first_ns() < times.front());
        REQUIRE(axis.last_ns() > times.back());
    }
}

TEST_CASE("a long wait is squeezed and reported, and magnitudes keep their order") {
    std::vector<TimeNs> times;
    TimeNs time = 1000;
    for (int i = 0; i < 20; ++i) times.push_back(time += 10 * kMicrosecondNs);
    times.push_back(time += 100 * kMicrosecondNs);  // longer, but no gap
    for (int i = 0; i < 20; ++i) times.push_back(time += 10 * kMicrosecondNs);
    const TimeNs before = time;
    times.push_back(time += 40 * kMillisecondNs);
    const TimeAxis axis = TimeAxis::build(times, AxisMode::kSqueezed);
    REQUIRE(axis.gaps().size() == 1);
    CHECK(axis.gaps()[0].begin_ns == before);
    CHECK(axis.gaps()[0].end_ns == time);
    const double step = axis.position(times[1]) - axis.position(times[0]);
    const double longer = axis.position(times[20]) - axis.position(times[19]);
    const double gap = axis.position(time) - axis.position(before);
    CHECK(longer > 2 * step);
    CHECK(longer < 10 * step);
    CHECK(gap > longer);
    CHECK(gap < 0.2);
    CHECK(TimeAxis::build(times, AxisMode::kRealTime).gaps().empty());
    CHECK(TimeAxis::build(times, AxisMode::kEvenSteps).gaps().empty());
}

TEST_CASE("real time is linear and even steps are even") {
    const std::vector<TimeNs> times{0, 1000, 500'000, 1'000'000};
    const TimeAxis real = TimeAxis::build(times, AxisMode::kRealTime);
    const double whole = real.position(1'000'000) - real.position(0);
    CHECK(real.position(500'000) - real.position(0) == Approx(whole / 2));
    const TimeAxis even = TimeAxis::build(times, AxisMode::kEvenSteps);
    const double step = even.position(1000) - even.position(0);
    CHECK(even.position(1'000'000) - even.position(500'000) == Approx(step));
}

TEST_CASE("an axis of nothing, of one moment, and of the whole range of times") {
    for (const AxisMode mode : kModes) {
        const TimeAxis none = TimeAxis::build({}, mode);
        CHECK(none.first_ns() < none.last_ns());
        const std::vector<TimeNs> same(5, 42);
        const TimeAxis one = TimeAxis::build(same, mode);
        CHECK(one.position(42) == Approx(0.5));
        CHECK(one.time_at(0.5) == 42);
        const std::vector<TimeNs> far{std::numeric_limits<TimeNs>::min(), 0, 7, std::numeric_limits<TimeNs>::max()};
        const TimeAxis whole = TimeAxis::build(far, mode);
        CHECK(whole.position(far.front()) < whole.position(0));
        CHECK(whole.position(7) < whole.position(far.back()));
        CHECK(whole.time_at(0.9) > whole.time_at(0.1));
    }
}

TEST_CASE("a million moments, unsorted, stay apart") {
    std::mt19937_64 random(3);
    std::vector<TimeNs> times;
    for (TimeNs i = 0; i < 1'000'000; ++i) times.push_back(i * 20'000 + static_cast<TimeNs>(random() % 10'000));
    std::vector<TimeNs> mixed = times;
    std::shuffle(mixed.begin(), mixed.end(), random);
    const TimeAxis axis = TimeAxis::build(mixed, AxisMode::kSqueezed);
    for (std::size_t i = 1; i < times.size(); i += 997) REQUIRE(axis.position(times[i]) > axis.position(times[i - 1]));
}

}  // namespace
}  // namespace wirestory::viz
