#include <vector>

#include "tests/support/catch.hpp"
#include "viz/app/playback.hpp"

namespace wirestory::viz {
namespace {

const std::vector<TimeNs> kTimes = {1'000'000, 1'100'000, 41'100'000, 41'200'000};

TEST_CASE("the playhead moves by recorded time divided by speed") {
    // 50 us at 1/1000 take 50 ms.
    CHECK(advance(kTimes, AxisMode::kRealTime, 1'000'000, 0.05, 1e-3) == 1'050'000);
    CHECK(advance(kTimes, AxisMode::kSqueezed, 1'000'000, 0.05, 1e-3) == 1'050'000);
}

TEST_CASE("a long stretch without events is crossed in bounded time, except in real time") {
    const double to_the_gap = 0.1;
    CHECK(advance(kTimes, AxisMode::kSqueezed, 1'000'000, to_the_gap + kLongestGapSeconds + 0.05, 1e-3) == 41'150'000);
    const TimeNs half = advance(kTimes, AxisMode::kSqueezed, 1'100'000, kLongestGapSeconds / 2, 1e-3);
    CHECK(half == Approx(21'100'000).margin(10));
    CHECK(advance(kTimes, AxisMode::kRealTime, 1'100'000, kLongestGapSeconds, 1e-3) == 1'900'000);
}

TEST_CASE("the playhead stops at the last event and never goes back") {
    CHECK(advance(kTimes, AxisMode::kSqueezed, 41'150'000, 1000, 1) == 41'200'000);
    CHECK(advance(kTimes, AxisMode::kSqueezed, 41'200'000, 1, 1) == 41'200'000);
    CHECK(advance(kTimes, AxisMode::kSqueezed, 0, 0, 1) == 1'000'000);
    CHECK(advance({}, AxisMode::kSqueezed, 7, 1, 1) == 7);
    TimeNs playhead = kTimes.front();
    for (int frame = 0; frame < 10'000 && playhead < kTimes.back(); ++frame) {
        const TimeNs next = advance(kTimes, AxisMode::kSqueezed, playhead, 1.0 / 60, 1e-4);
        REQUIRE(next > playhead);
        playhead = next;
    }
    CHECK(playhead == kTimes.back());
}

TEST_CASE("the suggested speed plays a recording in about ten seconds") {
    CHECK(kSpeeds.at(suggested_speed(std::vector<TimeNs>{0, 10 * kSecondNs}, AxisMode::kRealTime)) == 1);
    const std::vector<TimeNs> short_one = {0, 1'000'000};
    CHECK(kSpeeds.at(suggested_speed(short_one, AxisMode::kRealTime)) == 1e-4);
    CHECK(suggested_speed({}, AxisMode::kSqueezed) < kSpeeds.size());
}

}  // namespace
}  // namespace wirestory::viz
