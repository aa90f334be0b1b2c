// How stories end that cannot go on: by a sentence that names the step and what it waits for, by an interrupt, and
// always without a thread or descriptor left (play() counts them).
#include <thread>

#include <poll.h>

#include "tests/support/catch.hpp"
#include "tests/unit/sim/run_helpers.hpp"

namespace wirestory::test {
namespace {

using Catch::Matchers::Contains;

// What became of a story that is given little time.
void expect_stuck(const std::string& steps, const std::string& sentence) {
    CHECK(in_sandbox(User::kSelf, [&](Checks& checks) {
              const Played played = play(checks, steps, short_limits());
              EXPECT_IN(checks, !played.outcome.completed);
              EXPECT_EQUAL_IN(checks, played.outcome.stuck, sentence);
          }) == "");
}

TEST_CASE("a step whose actor is still blocked names both") {
    expect_stuck(
        "  - server: socket(tcp)\n"
        "  - server: bind(9000)\n"
        "  - server: listen(5)\n"
        "  - server: conn = accept()\n"
        "  - server: conn.recv(1024)\n",
        "line 8: `server: conn.recv(1024)` cannot start: server is still inside `conn = accept()` of line 7, which "
        "waits for a connection");
}

TEST_CASE("another thread's step that needs a socket still to come") {
    expect_stuck(
        "  - server: socket(tcp)\n"
        "  - server: bind(9000)\n"
        "  - server: listen(5)\n"
        "  - server: conn = accept()\n"
        "  - server#2: conn.recv(1024)\n",
        "line 8: `server#2: conn.recv(1024)` cannot start: server is still inside `conn = accept()` of line 7, which "
        "waits for a connection");
}

TEST_CASE("a call that never returns at the end of the story") {
    expect_stuck(kConnection + "  - client: recv(10)\n",
                 "the story has ended, but client is still inside `recv(10)` of line 11, which waits for data or the "
                 "end of the stream");
    expect_stuck(
        "  - server: socket(udp)\n  - server: bind(7000)\n  - server: recvfrom(10)\n",
        "the story has ended, but server is still inside `recvfrom(10)` of line 6, which waits for a datagram");
}

TEST_CASE("an until that does not come true says what was seen") {
    expect_stuck(kConnection +
                     "  - client: send(\"hello\") = 5\n"
                     "  - until: conn.unread_bytes == 11 within 50ms\n",
                 "line 12: `until: conn.unread_bytes == 11 within 50ms` did not come true within 50.0 ms: "
                 "conn.unread_bytes is 5 at "
                 "last");
}

TEST_CASE("a socket that could not be made ends the story with the reason") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played played = play(checks,
                                         "  - server: socket(tcp)\n"
                                         "  - server: setsockopt(SO_RCVTIMEO, 10ms)\n"
                                         "  - server: listen(1)\n"
                                         "  - server: conn = accept()\n"
                                         "  - server: conn.recv(10)\n");
              EXPECT_EQUAL_IN(checks, played.outcome.stuck,
                              "line 8: `server: conn.recv(10)` cannot start: server has no socket `conn`, because line "
                              "7: `server: conn = accept()` failed with EAGAIN");
              EXPECT_EQUAL_IN(checks, played.outcome.stuck_step.value_or(99), 4U);
              EXPECT_EQUAL_IN(checks, played.outcome.mismatches.size(), 1U);
          }) == "");
}

TEST_CASE("calls that were ended from outside are logged as never returned, once or as they were seen asleep") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played played = play(checks,
                                         kConnection +
                                             "  - client: recv(10)\n"
                                             "  - server: conn.recv(10)\n",
                                         short_limits());
              EXPECT_IN(checks, !played.outcome.stuck.empty());
              for (const std::int32_t step : {7, 8}) {
                  const auto of_step = [step](const auto& entry) { return entry.call.step == step; };
                  EXPECT_EQUAL_IN(checks, std::ranges::count_if(played.log, of_step), 1);
                  EXPECT_IN(checks, !played.call_of(step).returned_at_all());
                  EXPECT_IN(checks, played.call_of(step).enter_ns != 0);
              }
          }) == "");
}

TEST_CASE("a send that waits for room is ended, and its bytes are accounted for") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played played = play(checks, kConnection + "  - client: send(bytes(8MiB))\n", short_limits());
              EXPECT_IN(checks,
                        played.outcome.stuck.find("which waits for room in the send buffer") != std::string::npos);
              // Cut short, it returns what the kernel had taken: those bytes are in the stream.
              const Call send = played.call_of(7);
              EXPECT_IN(checks, send.returned_at_all());
              EXPECT_IN(checks, send.returned > 0 && send.returned < send.requested_bytes);
              EXPECT_EQUAL_IN(checks, static_cast<std::int64_t>(send.payload.size()), send.returned);
          }) == "");
}

TEST_CASE("an interrupt ends a waiting story") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              // Set beforehand: nothing may start. (The flag is a signal handler's; setting it later is the next case.)
              const std::atomic<bool> interrupted{true};
              const Played played = play(checks, kConnection, {}, interrupted);
              EXPECT_IN(checks, played.outcome.interrupted && !played.outcome.completed);
              EXPECT_EQUAL_IN(checks, played.outcome.stuck, "");
              EXPECT_EQUAL_IN(checks, played.log.size(), 0U);
          }) == "");
    for (const char* last : {"  - wait: 60s\n", "  - until: conn.unread_bytes == 7\n", "  - server: conn.recv(10)\n"})
        CHECK(in_sandbox(User::kSelf, [last](Checks& checks) {
                  const sim::Scenario scenario = scenario_of(kConnection + "  - client: recv(10)\n" + last);
                  sim::Stage stage(actors_of(scenario, checks.sandbox->address_block));
                  std::atomic<bool> interrupt{false};
                  sim::StoryOutcome outcome;
                  std::atomic<bool> ended{false};
                  {
                      std::jthread runner([&] {
                          outcome = sim::run_story(scenario, stage, {}, interrupt);
                          ended = true;
                      });
                      // As soon as the client's recv is known to sleep (step 7), the story is where it waits.
                      std::vector<sim::LoggedCall> log;
                      const auto client_sleeps = [&log] {
                          return std::ranges::any_of(log, [](const auto& entry) { return entry.call.step == 7; });
                      };
                      while (!client_sleeps() && !ended) {
                          pollfd wait{stage.event_fd(), POLLIN, 0};
                          poll(&wait, 1, 100);
                          stage.clear_event();
                          stage.take_calls(log);
                      }
                      interrupt = true;
                  }
                  EXPECT_EQUAL_IN(checks, outcome.stuck, "");
                  EXPECT_IN(checks, outcome.interrupted && !outcome.completed);
                  EXPECT_EQUAL_IN(checks, threads_left(1), 1U);
              }) == "");
}

}  // namespace
}  // namespace wirestory::test
