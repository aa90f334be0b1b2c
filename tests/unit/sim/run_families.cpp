// The families of sockets, on real ones: each conversation as TCP over IPv4 has it, with its own kind of address.
#include "tests/support/catch.hpp"
#include "tests/unit/sim/run_helpers.hpp"

namespace wirestory::test {
namespace {

TEST_CASE("TCP over IPv6: each actor has an address of its own") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played played = play(checks,
                                         "  - server: socket(tcp6)\n"
                                         "  - server: bind(9000)\n"
                                         "  - server: getsockname() = server:9000\n"
                                         "  - server: listen(5)\n"
                                         "  - client: socket(tcp6)\n"
                                         "  - client: connect(server:9000) = 0\n"  // 5
                                         "  - server: conn = accept()\n"
                                         "  - client: send(\"hello\") = 5\n"  // 7
                                         "  - server: conn.recv(10) = \"hello\"\n"
                                         "  - client: getpeername() = [fd00::2]:9000\n"
                                         "  - client: plain = socket(tcp)\n"
                                         "  - client: plain.connect([::1]:9000) = EAFNOSUPPORT\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              EXPECT_EQUAL_IN(checks, played.call_of(7).peer.to_string(), "[fd00::2]:9000");
              EXPECT_EQUAL_IN(checks, played.call_of(7).local.address.to_string(), "fd00::3");
              EXPECT_IN(checks, !played.reports.empty());
          }) == "");
}

TEST_CASE("UDP over IPv6: unconnected senders have their own address too") {
    for (const User user : users_to_try())
        CHECK(in_sandbox(user, [](Checks& checks) {
                  const Played played = play(checks,
                                             "  - server: socket(udp6)\n"
                                             "  - server: bind(*:7000)\n"
                                             "  - server: getsockname() = *:7000\n"
                                             "  - client: socket(udp6)\n"
                                             "  - client: sendto(\"one\", server:7000) = 3\n"
                                             "  - server: recvfrom(100) = \"one\"\n"  // 5
                                             "  - client: sendto(\"x\", server:7001) = 1\n");
                  EXPECT_EQUAL_IN(checks, played.trouble(), "");
                  EXPECT_EQUAL_IN(checks, played.call_of(5).peer.address.to_string(), "fd00::3");
              }) == "");
}

TEST_CASE("Unix stream: names instead of addresses, nothing on disk") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played played = play(checks,
                                         "  - server: socket(unix)\n"
                                         "  - server: bind(\"printer\") = 0\n"
                                         "  - server: getsockname() = \"printer\"\n"
                                         "  - server: listen(1)\n"
                                         "  - client: socket(unix_stream)\n"
                                         "  - client: connect(server:\"printer\") = 0\n"
                                         "  - server: conn = accept()\n"
                                         "  - client: getpeername() = \"printer\"\n"
                                         "  - client: send(\"a\")\n"
                                         "  - client: send(\"b\")\n"
                                         "  - until: conn.unread_bytes == 2\n"
                                         "  - server: conn.recv(10) = \"ab\"\n"
                                         "  - client: close()\n"
                                         "  - server: conn.recv(10) = \"\"\n"
                                         "  - client: late = socket(unix)\n"
                                         "  - client: late.connect(\"nobody\") = ECONNREFUSED\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              EXPECT_IN(checks, played.sockets.at(2).family == SocketFamily::kUnixStream);
          }) == "");
}

TEST_CASE("Unix datagrams keep their boundaries and are never lost") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played played = play(checks,
                                         "  - server: socket(unix_dgram)\n"
                                         "  - server: bind(\"log\")\n"
                                         "  - client: socket(unix_dgram)\n"
                                         "  - client: sendto(\"one\", \"log\") = 3\n"
                                         "  - client: connect(server:\"log\")\n"
                                         "  - client: send(\"two\") = 3\n"
                                         "  - server: recvfrom(100) = \"one\"\n"
                                         "  - server: recv(2) = \"tw\"\n"
                                         "  - server: listen(5) = EOPNOTSUPP\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
          }) == "");
}

}  // namespace
}  // namespace wirestory::test
