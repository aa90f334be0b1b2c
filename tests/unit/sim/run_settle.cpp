// The settle rule: what blocks stays open while the story goes on, and what was woken is waited for.
#include "tests/support/catch.hpp"
#include "tests/unit/sim/run_helpers.hpp"

namespace wirestory::test {
namespace {

std::size_t entries_for(const Played& played, std::int32_t step) {
    return static_cast<std::size_t>(
        std::ranges::count_if(played.log, [step](const auto& entry) { return entry.call.step == step; }));
}

TEST_CASE("accept before connect: it stays open, is logged twice under one key, and returns") {
    CHECK(for_each_user([](Checks& checks) {
              const Played played = play(checks, kConnection +
                                                     "  - client: close()\n"
                                                     "  - server: conn.recv(10) = \"\"\n"
                                                     "  - server: conn.close()\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              EXPECT_EQUAL_IN(checks, entries_for(played, 4), 2U);
              std::vector<sim::LoggedCall> accepts;
              for (const auto& entry : played.log)
                  if (entry.call.step == 4) accepts.push_back(entry);
              EXPECT_EQUAL_IN(checks, accepts.at(0).key, accepts.at(1).key);
              EXPECT_IN(checks, !accepts.at(0).call.returned_at_all());
              EXPECT_IN(checks, accepts.at(0).call.slept && accepts.at(1).call.slept);
              EXPECT_EQUAL_IN(checks, accepts.at(0).call.enter_ns, accepts.at(1).call.enter_ns);
              // It was entered before the client even had a socket, and left after connect had begun.
              EXPECT_IN(checks, accepts.at(1).call.enter_ns < played.call_of(5).enter_ns);
              EXPECT_IN(checks, accepts.at(1).call.exit_ns > played.call_of(6).enter_ns);
          }) == "");
}

TEST_CASE("a blocked recv stays open while the story goes on, and gets what is sent later") {
    CHECK(for_each_user([](Checks& checks) {
              const Played played = play(checks, kConnection +
                                                     "  - server: conn.recv(100) = \"hello\"\n"   // 7
                                                     "  - client: getpeername() = server:9000\n"  // 8
                                                     "  - client: send(\"hello\") = 5\n"          // 9
                                                     "  - server: conn.send(\"bye\") = 3\n"       // 10
                                                     "  - client: recv(100) = \"bye\"\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              const Call recv = played.call_of(7);
              EXPECT_IN(checks, recv.slept);
              EXPECT_IN(checks, recv.enter_ns < played.call_of(8).enter_ns);
              EXPECT_IN(checks, recv.exit_ns > played.call_of(9).enter_ns);
              // The next step of the same actor waited for it.
              EXPECT_IN(checks, played.call_of(10).enter_ns >= recv.exit_ns);
          }) == "");
}

TEST_CASE("two calls of two actors block at the same time") {
    CHECK(for_each_user([](Checks& checks) {
              const Played played = play(checks,
                                         "  - alice: socket(udp)\n"
                                         "  - alice: bind(7001)\n"
                                         "  - bob: socket(udp)\n"
                                         "  - bob: bind(7002)\n"
                                         "  - carol: socket(udp)\n"
                                         "  - alice: recvfrom(100) = \"to alice\"\n"
                                         "  - bob: recvfrom(100) = \"to bob\"\n"
                                         "  - carol: sendto(\"to bob\", bob:7002) = 6\n"
                                         "  - carol: sendto(\"to alice\", alice:7001) = 8\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              EXPECT_IN(checks, played.call_of(5).slept && played.call_of(6).slept);
              EXPECT_IN(checks, played.call_of(6).exit_ns > played.call_of(7).enter_ns);
              // Nobody bound carol: her datagrams still leave from her own address.
              EXPECT_EQUAL_IN(checks, played.call_of(6).peer.address.to_string(), "127.0.0.4");
          }) == "");
}

TEST_CASE("threads of one actor share its sockets") {
    CHECK(for_each_user([](Checks& checks) {
              const Played played = play(checks, kConnection +
                                                     "  - server: conn.recv(10) = \"to one\"\n"  // 7
                                                     "  - server#2: conn.getpeername() = _\n"    // 8
                                                     "  - server#2: two = accept()\n"
                                                     "  - client#2: other = socket(tcp)\n"
                                                     "  - client#2: other.connect(server:9000)\n"
                                                     "  - client#2: other.send(\"to two\") = 6\n"
                                                     "  - server#2: two.recv(10) = \"to two\"\n"
                                                     "  - client: send(\"to one\") = 6\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              EXPECT_EQUAL_IN(checks, played.call_of(8).thread, 1);
              EXPECT_EQUAL_IN(checks, played.sockets.size(), 5U);
          }) == "");
}

TEST_CASE("one user's story, two hundred times over", "[repeat]") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              for (int round = 0; round < 200 && checks.failures().empty(); ++round) {
                  const Played played = play(checks, kConnection +
                                                         "  - server: conn.recv(100) = \"hello\"\n"
                                                         "  - client: send(\"hello\") = 5\n"
                                                         "  - client: recv(100) = \"bye\"\n"
                                                         "  - server: conn.send(\"bye\") = 3\n"
                                                         "  - server: conn.recv(1) = \"\"\n"
                                                         "  - client: close()\n"
                                                         "  - server: conn.close()\n");
                  EXPECT_EQUAL_IN(checks, played.trouble(), "");
                  for (const std::int32_t step : {4, 7, 9, 11}) EXPECT_IN(checks, played.call_of(step).slept);
              }
          }) == "");
}

}  // namespace
}  // namespace wirestory::test
