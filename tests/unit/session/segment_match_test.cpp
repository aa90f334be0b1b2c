#include "session/segment_match.hpp"

#include "capture/wire/tcp.hpp"
#include "tests/support/catch.hpp"

using namespace wirestory;
using namespace wirestory::session;

namespace {

constexpr std::uint16_t kSyn = capture::kSyn;
constexpr std::uint16_t kAck = capture::kAck;
constexpr std::uint16_t kPshAck = capture::kPsh | capture::kAck;

sim::SeenPacket packet(ActorId from, std::uint16_t flags, std::string_view payload = {}) {
    sim::SeenPacket seen;
    seen.from = from;
    seen.to = static_cast<ActorId>(1 - from);
    seen.protocol = "tcp";
    seen.tcp_flags = flags;
    seen.payload = as_bytes(payload);
    seen.payload_bytes = static_cast<std::uint32_t>(payload.size());
    return seen;
}

sim::SegmentExpectation expect(ActorId from, std::uint16_t flags, const char* payload = nullptr) {
    sim::SegmentExpectation expectation;
    expectation.pattern.from = from;
    expectation.pattern.to = static_cast<ActorId>(1 - from);
    expectation.pattern.tcp_flags = flags;
    if (payload != nullptr) expectation.pattern.payload = to_bytes(payload);
    return expectation;
}

sim::SegmentExpectation ellipsis() {
    sim::SegmentExpectation expectation;
    expectation.ellipsis = true;
    return expectation;
}

const std::vector<sim::SeenPacket> kExchange{packet(0, kSyn), packet(1, kSyn | kAck), packet(0, kAck),
                                             packet(0, kPshAck, "hello"), packet(1, kAck)};

}  // namespace

TEST_CASE("segments match one by one, and none may be left over") {
    const std::vector all{expect(0, kSyn), expect(1, kSyn | kAck), expect(0, kAck), expect(0, kPshAck, "hello"),
                          expect(1, kAck)};
    CHECK(match_segments(all, kExchange).matched);

    const std::vector fewer(all.begin(), all.end() - 1);
    const SegmentMatch left_over = match_segments(fewer, kExchange);
    CHECK_FALSE(left_over.matched);
    CHECK(left_over.expectation == 4);
    CHECK(left_over.packet == 4);
}

TEST_CASE("an ellipsis skips any number of packets, none included") {
    CHECK(match_segments(std::vector{ellipsis()}, kExchange).matched);
    CHECK(match_segments(std::vector{ellipsis()}, {}).matched);
    CHECK(match_segments(std::vector{expect(0, kSyn), ellipsis(), expect(1, kAck)}, kExchange).matched);
    CHECK(match_segments(std::vector{ellipsis(), expect(0, kSyn), ellipsis(), expect(0, kPshAck, "hello"), ellipsis()},
                         kExchange)
              .matched);
    // The first packet that fits need not be the right one.
    const std::vector doubled{packet(0, kAck), packet(1, kAck), packet(0, kAck), packet(1, kSyn)};
    CHECK(match_segments(std::vector{ellipsis(), expect(0, kAck), expect(1, kSyn)}, doubled).matched);
}

TEST_CASE("a mismatch is reported where it is") {
    const SegmentMatch wrong_payload = match_segments(
        std::vector{expect(0, kSyn), expect(1, kSyn | kAck), expect(0, kAck), expect(0, kPshAck, "world")}, kExchange);
    CHECK_FALSE(wrong_payload.matched);
    CHECK(wrong_payload.expectation == 3);
    CHECK(wrong_payload.packet == 3);

    const SegmentMatch missing = match_segments(std::vector{ellipsis(), expect(0, capture::kRst)}, kExchange);
    CHECK_FALSE(missing.matched);
    CHECK(missing.expectation == 1);
}

TEST_CASE("patterns compare only what they name") {
    sim::PacketPattern pattern;
    CHECK(sim::matches(pattern, kExchange[0]));
    pattern.from = 1;
    CHECK_FALSE(sim::matches(pattern, kExchange[0]));
    pattern = {};
    pattern.payload_bytes = 5;
    CHECK(sim::matches(pattern, kExchange[3]));
    CHECK_FALSE(sim::matches(pattern, kExchange[4]));
    pattern = {};
    pattern.protocol = "udp";
    CHECK_FALSE(sim::matches(pattern, kExchange[0]));
    pattern = {};
    pattern.tcp_flags = kSyn;
    CHECK(sim::matches(pattern, packet(0, kSyn | capture::kEce | capture::kCwr)));
    CHECK_FALSE(sim::matches(pattern, kExchange[1]));
}

TEST_CASE("what must never come may not come with further flags either") {
    sim::PacketPattern pattern;
    pattern.tcp_flags = capture::kRst;
    CHECK_FALSE(sim::matches(pattern, packet(0, capture::kRst | kAck)));
    CHECK(sim::matches_at_least(pattern, packet(0, capture::kRst | kAck)));
    CHECK_FALSE(sim::matches_at_least(pattern, packet(0, kPshAck)));
    pattern.from = 1;
    CHECK_FALSE(sim::matches_at_least(pattern, packet(0, capture::kRst)));
}
