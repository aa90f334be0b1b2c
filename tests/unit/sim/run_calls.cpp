// Every call of a story, on real sockets: results, errors, and what the log keeps of them.
#include "tests/support/catch.hpp"
#include "tests/unit/sim/run_helpers.hpp"

namespace wirestory::test {
namespace {

TEST_CASE("a TCP conversation with every call of a program") {
    CHECK(for_each_user([](Checks& checks) {
              const Played played = play(checks, kConnection +
                                                     "  - client: setsockopt(TCP_NODELAY, 1) = 0\n"  // 7
                                                     "  - client: getsockopt(TCP_NODELAY) = 1\n"     // 8
                                                     "  - client: getsockopt(TCP_CONGESTION) = \"cubic\"\n"
                                                     "  - server: conn.getsockopt(TCP_CONGESTION) = \"cubic\"\n"
                                                     "  - server: conn.getsockname() = server:9000\n"  // 11
                                                     "  - client: getpeername() = server:9000\n"
                                                     "  - client: send(\"hello\", MSG_DONTWAIT) = 5\n"  // 13
                                                     "  - server: conn.recv(2) = \"he\"\n"              // 14
                                                     "  - server: conn.recv(100, MSG_PEEK) = \"llo\"\n"
                                                     "  - server: conn.recvfrom(100) = \"llo\"\n"
                                                     "  - client: setsockopt(SO_RCVTIMEO, 20ms)\n"
                                                     "  - client: recv(1) = EAGAIN\n"  // 18
                                                     "  - client: shutdown(SHUT_WR) = 0\n"
                                                     "  - server: conn.recv(100) = \"\"\n"
                                                     "  - client: send(\"x\") = EPIPE\n"  // 21
                                                     "  - server: conn.close() = 0\n"
                                                     "  - client: recv(10) = 0\n"
                                                     "  - client: close()\n"
                                                     "  - server: close()\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              const Call send = played.call_of(13);
              EXPECT_EQUAL_IN(checks, send.arguments, "\"hello\", MSG_DONTWAIT");
              EXPECT_EQUAL_IN(checks, as_text(send.payload), "hello");
              EXPECT_EQUAL_IN(checks, send.requested_bytes, 5);
              EXPECT_EQUAL_IN(checks, send.peer.to_string(), "127.0.0.2:9000");
              EXPECT_EQUAL_IN(checks, send.local.address.to_string(), "127.0.0.3");
              EXPECT_EQUAL_IN(checks, played.call_of(14).requested_bytes, 2);
              EXPECT_EQUAL_IN(checks, played.call_of(8).returned_text, "1");
              EXPECT_EQUAL_IN(checks, played.call_of(11).returned_text, "127.0.0.2:9000");
              EXPECT_EQUAL_IN(checks, played.call_of(18).error_number, EAGAIN);
              EXPECT_EQUAL_IN(checks, played.call_of(21).error_number, EPIPE);
              EXPECT_EQUAL_IN(checks, played.call_of(21).payload.size(), 0U);
              const Call accept = played.call_of(4);
              EXPECT_EQUAL_IN(checks, accept.accepted, played.call_of(11).socket);
              EXPECT_EQUAL_IN(checks, accept.peer.to_string(), send.local.to_string());
          }) == "");
}

TEST_CASE("UDP: named and unnamed peers, truncation, refusal") {
    CHECK(for_each_user([](Checks& checks) {
              const Played played = play(checks,
                                         "  - server: socket(udp)\n"
                                         "  - server: bind(7000) = 0\n"
                                         "  - client: socket(udp)\n"
                                         "  - client: sendto(\"one\", server:7000) = 3\n"  // 3
                                         "  - server: recvfrom(100) = \"one\"\n"           // 4
                                         "  - client: connect(server:7000)\n"
                                         "  - client: send(\"twenty\") = 6\n"
                                         "  - server: recv(3) = \"twe\"\n"
                                         "  - client: send(\"\") = 0\n"
                                         "  - server: recv(10) = \"\"\n"
                                         "  - client: send(\"cut short\") = 9\n"
                                         "  - server: recv(3, MSG_TRUNC) = 9\n"  // 11
                                         "  - server: close()\n"
                                         "  - client: send(\"nobody\") = 6\n"
                                         "  - client: recv(10) = ECONNREFUSED\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              const Call from = played.call_of(4);
              EXPECT_EQUAL_IN(checks, from.peer.to_string(), played.call_of(3).local.to_string());
              EXPECT_EQUAL_IN(checks, from.peer.address.to_string(), "127.0.0.3");
              const Call cut = played.call_of(11);
              EXPECT_EQUAL_IN(checks, as_text(cut.payload), "cut");
          }) == "");
}

TEST_CASE("what a program gets refused is a value") {
    CHECK(for_each_user([](Checks& checks) {
              const Played played = play(checks,
                                         "  - client: socket(tcp)\n"
                                         "  - client: connect(server:9) = ECONNREFUSED\n"
                                         "  - client: send(\"x\") = EPIPE\n"
                                         "  - client: close()\n"
                                         "  - client: late = socket(tcp)\n"
                                         "  - client: late.bind(9100)\n"  // after a refused connect on another
                                         "  - client: late.getsockname() = client:9100\n"
                                         "  - server: socket(tcp)\n"
                                         "  - server: bind(9100)\n"  // another address: no clash
                                         "  - server: two = socket(tcp)\n"
                                         "  - server: two.bind(9100) = EADDRINUSE\n"
                                         "  - server: two.setsockopt(SO_LINGER, 1, 0)\n"
                                         "  - server: two.getsockopt(SO_RCVTIMEO) = _\n"
                                         "  - server: listen(0)\n"
                                         "  - server: recv(1) = ENOTCONN\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
          }) == "");
}

TEST_CASE("a bind after a refused connect still works: only the address was bound beforehand") {
    CHECK(for_each_user([](Checks& checks) {
              const Played played = play(checks,
                                         "  - server: socket(tcp)\n"
                                         "  - client: socket(tcp)\n"
                                         "  - client: connect(server:9) = ECONNREFUSED\n"
                                         "  - client: bind(9200) = 0\n"
                                         "  - client: getsockname() = client:9200\n"
                                         "  - client: u = socket(udp)\n"
                                         "  - client: u.sendto(\"x\", server:9) = 1\n"
                                         "  - client: u.bind(9201) = EINVAL\n");  // as without us: it has a port by now
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
          }) == "");
}

TEST_CASE("mismatches are told and do not stop the story") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played played = play(checks, kConnection +
                                                     "  - client: send(\"hello\") = 4\n"          // 7
                                                     "  - server: conn.recv(10) = \"jello\"\n"    // 8
                                                     "  - client: connect(server:9000)\n"         // 9
                                                     "  - client: send(\"x\") = EAGAIN\n"         // 10
                                                     "  - client: getsockopt(SO_TYPE) = 77\n"     // 11
                                                     "  - client: getpeername() = client:9000\n"  // 12
                                                     "  - client: close()\n");
              EXPECT_IN(checks, played.outcome.completed);
              std::string told;
              for (const auto& m : played.outcome.mismatches)
                  told += std::to_string(m.step) + " " + m.expected + " / " + m.seen + "\n";
              EXPECT_EQUAL_IN(checks, told,
                              "7 4 / 5\n"
                              "8 \"jello\" / \"hello\"\n"
                              "9 success / -1 EISCONN\n"
                              "10 EAGAIN / 1\n"
                              "11 77 / 1\n"
                              "12 client:9000 / 127.0.0.2:9000\n");
          }) == "");
}

}  // namespace
}  // namespace wirestory::test
