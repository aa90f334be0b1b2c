// poll and non-blocking sockets, on real ones.
#include "tests/support/catch.hpp"
#include "tests/unit/sim/run_helpers.hpp"

namespace wirestory::test {
namespace {

TEST_CASE("a connection made without blocking") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played played = play(checks,
                                         "  - server: socket(tcp)\n"
                                         "  - server: bind(9000)\n"
                                         "  - server: listen(5)\n"
                                         "  - client: socket(tcp)\n"
                                         "  - client: set_blocking(false) = 0\n"
                                         "  - client: connect(server:9000) = EINPROGRESS\n"
                                         "  - client: poll(POLLOUT, 5s) = POLLOUT\n"  // 6
                                         "  - client: getsockopt(SO_ERROR) = 0\n"
                                         "  - client: recv(10) = EAGAIN\n"
                                         "  - server: conn = accept()\n"
                                         "  - client: send(\"x\") = 1\n"
                                         "  - server: conn.recv(10) = \"x\"\n"
                                         "  - client: set_blocking(true)\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              EXPECT_EQUAL_IN(checks, played.call_of(6).returned_text, "POLLOUT");
          }) == "");
}

TEST_CASE("poll sees what a program without us would see") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played played =
                  play(checks, kConnection +
                                   "  - server: conn.poll(POLLIN, 5ms) = 0\n"
                                   "  - server: conn.poll(POLLIN) = POLLIN\n"  // 8: waits for the next step
                                   "  - client: send(\"hello\")\n"
                                   "  - server: conn.recv(10) = \"hello\"\n"
                                   // the reports of the send lie in the error queue now
                                   "  - client: poll(POLLIN|POLLOUT, 0) = POLLOUT\n"
                                   "  - client: poll(POLLIN, 5ms) = 0\n"
                                   "  - client: getsockopt(SO_ERROR) = 0\n"  // not before the poll is over
                                   "  - server: conn.close()\n"
                                   "  - client: poll(POLLIN|POLLRDHUP, 5s) = POLLIN|POLLRDHUP\n"
                                   "  - alice: socket(udp)\n"
                                   "  - alice: connect(server:1)\n"
                                   "  - alice: send(\"x\")\n"
                                   "  - alice: poll(POLLIN, 5s) = POLLERR\n"  // ICMP: a real error stays
                                   "  - alice: recv(1) = ECONNREFUSED\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              EXPECT_IN(checks, played.call_of(8).slept);
              EXPECT_IN(checks, !played.reports.empty());
          }) == "");
}

}  // namespace
}  // namespace wirestory::test
