// Steps of several system calls, variables, framing: on real sockets.
#include "tests/support/catch.hpp"
#include "tests/unit/sim/run_helpers.hpp"

namespace wirestory::test {
namespace {

std::vector<Call> returned_calls(const Played& played, std::int32_t step) {
    std::vector<Call> calls;
    for (const auto& entry : played.log)
        if (entry.call.step == step && entry.call.returned_at_all()) calls.push_back(entry.call);
    return calls;
}

constexpr std::int32_t kAfter = 7;  // the first step behind kConnection

TEST_CASE("sendall on a socket that does not block is a loop of real sends and polls") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played played = play(checks, kConnection +
                                                     "  - client: setsockopt(SO_SNDBUF, 16KiB)\n"
                                                     "  - client: set_blocking(false)\n"
                                                     "  - client: sendall(bytes(1MiB)) = 1MiB\n"  // 9
                                                     "  - server: conn.recvall(1MiB, 64KiB) = bytes(1MiB)\n"
                                                     "  - client: close()\n"
                                                     "  - server: conn.recvall(10) = \"\"\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              std::int64_t sent = 0;
              std::size_t refused = 0;
              std::size_t waits = 0;
              for (const Call& call : returned_calls(played, kAfter + 2)) {
                  if (call.kind == CallKind::kSend && call.returned > 0) sent += call.returned;
                  if (call.kind == CallKind::kSend && call.returned > 0)
                      EXPECT_EQUAL_IN(checks, static_cast<std::int64_t>(call.payload.size()), call.returned);
                  if (call.kind == CallKind::kSend && call.returned < 0) ++refused;
                  if (call.kind == CallKind::kPoll) ++waits;
              }
              EXPECT_EQUAL_IN(checks, sent, std::int64_t{1} << 20);
              EXPECT_IN(checks, refused > 0 && refused == waits);
              const auto reads = returned_calls(played, kAfter + 3);
              EXPECT_IN(checks, reads.size() >= 16);
              for (const Call& call : reads) EXPECT_IN(checks, call.kind == CallKind::kRecv && call.returned <= 65536);
          }) == "");
}

TEST_CASE("a blocking sendall is one send, which sleeps; the story goes on meanwhile") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played played = play(checks, kConnection +
                                                     "  - client: sendall(bytes(8MiB)) = 8MiB\n"
                                                     "  - until: conn.unread_bytes > 0\n"
                                                     "  - server: conn.recvall(8MiB)\n"
                                                     "  - client: send(\"x\")\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              const auto sends = returned_calls(played, kAfter);
              EXPECT_EQUAL_IN(checks, sends.size(), std::size_t{1});
              EXPECT_IN(checks, sends.front().slept);
          }) == "");
}

TEST_CASE("what was read is used by later calls of the same actor") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played played = play(
                  checks, kConnection +
                              "  - client: send(pack(\"<i\", 5) + \"hello\")\n"
                              "  - server: conn.recv(4) -> $header\n"
                              "  - server: conn.recv(unpack(\"<i\", $header)) = \"hello\" -> $text\n"
                              "  - server: conn.send(\"you said \" + $text + \", \" + text(len($text)) + \" bytes\")\n"
                              "  - client: recv(100) = \"you said hello, 5 bytes\" ->> $all\n"
                              "  - server: conn.send(md5($text))\n"
                              "  - client: recv(100) = md5(\"hello\") ->> $all\n"
                              "  - client: send($all) = len($all) -> $sent\n"
                              "  - server: conn.recv(100) -> $back\n"
                              "  - server: conn.send(replace(part($back, 0, 14), \"hello\", \"Welt\"))\n"
                              "  - client: recv($sent) = \"you said Welt\"\n"
                              "  - client: getsockopt(SO_TYPE) -> $type\n"
                              "  - client: send(text($type)) = 1\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              EXPECT_EQUAL_IN(checks, played.call_of(kAfter + 2).arguments, "5");
              EXPECT_EQUAL_IN(checks, played.call_of(kAfter + 3).arguments, "\"you said hello, 5 bytes\"");
              EXPECT_EQUAL_IN(checks, std::string{as_text(played.call_of(kAfter + 12).payload)}, "1");
          }) == "");
}

TEST_CASE("a step that uses a variable waits for the call that gives it") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played played = play(checks, kConnection +
                                                     "  - server: conn.recv(10) -> $word\n"  // sleeps
                                                     "  - client: send(\"now\")\n"
                                                     "  - server#2: conn.send($word)\n"
                                                     "  - client: recv(10) = \"now\"\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              const Played never = play(checks,
                                        kConnection +
                                            "  - client: set_blocking(false)\n"
                                            "  - client: recv(10) = _ -> $word\n"
                                            "  - client: send($word)\n",
                                        short_limits());
              EXPECT_IN(checks, never.trouble().find("`$word` has no value") != std::string::npos);
          }) == "");
}

TEST_CASE("recvfrom gives the bytes and who sent them") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              for (const std::string family : {"udp", "udp6"}) {
                  const Played played = play(checks, "  - server: socket(" + family + ")\n" +
                                                         "  - server: bind(7000)\n"
                                                         "  - client: socket(" +
                                                         family +
                                                         ")\n"
                                                         "  - client: sendto(\"q\", server:7000)\n"
                                                         "  - server: recvfrom(100) -> $question, $who\n"
                                                         "  - server: sendto($question + \"!\", $who)\n"
                                                         "  - client: recvfrom(100) = \"q!\"\n"
                                                         "  - client: getsockname() -> $mine\n"
                                                         "  - server: connect($who)\n"
                                                         "  - server: getpeername() = $who\n");
                  EXPECT_EQUAL_IN(checks, played.trouble(), "");
              }
              const Played unix = play(checks,
                                       "  - server: socket(unix_dgram)\n"
                                       "  - server: bind(\"here\")\n"
                                       "  - client: socket(unix_dgram)\n"
                                       "  - client: bind(\"there\")\n"
                                       "  - client: sendto(\"q\", server:\"here\")\n"
                                       "  - server: recvfrom(100) -> $question, $who\n"
                                       "  - server: sendto($question, $who)\n"
                                       "  - client: recvfrom(100) = \"q\"\n");
              EXPECT_EQUAL_IN(checks, unix.trouble(), "");
          }) == "");
}

TEST_CASE("set_timeout sets both time-outs") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played played = play(checks, kConnection +
                                                     "  - client: set_timeout(80ms) = 0\n"
                                                     "  - client: getsockopt(SO_RCVTIMEO) = 80ms\n"
                                                     "  - client: getsockopt(SO_SNDTIMEO) -> $timeout\n"
                                                     "  - client: recv(1) = EAGAIN\n"
                                                     "  - client: recvall(4) = EAGAIN\n"
                                                     "  - client: set_timeout(0)\n"
                                                     "  - client: getsockopt(SO_RCVTIMEO) = 0ms\n"
                                                     "  - client: set_timeout($timeout)\n"
                                                     "  - client: getsockopt(SO_SNDTIMEO) = 80ms\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
              const auto set = returned_calls(played, kAfter);
              EXPECT_EQUAL_IN(checks, set.size(), std::size_t{2});
              EXPECT_EQUAL_IN(checks, set.front().arguments, "SO_RCVTIMEO, 80ms");
          }) == "");
}

TEST_CASE("options with values of their own kind") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played played = play(checks, kConnection +
                                                     "  - client: getsockopt(TCP_INFO, tcpi_state) = 1\n"
                                                     "  - client: send(\"hello\")\n"
                                                     "  - until: conn.unread_bytes == 5\n"
                                                     "  - server: conn.getsockopt(TCP_INFO, tcpi_bytes_received) = 5\n"
                                                     "  - client: getsockopt(TCP_INFO, tcpi_snd_mss) -> $mss\n"
                                                     "  - client: getsockopt(TCP_CONGESTION) = \"cubic\"\n"
                                                     "  - alice: socket(udp)\n"
                                                     "  - alice: setsockopt(IP_MULTICAST_IF, alice)\n"
                                                     "  - alice: setsockopt(IP_MULTICAST_TTL, 1)\n"
                                                     "  - alice: setsockopt(SO_BROADCAST, 1)\n"
                                                     "  - bob: socket(udp)\n"
                                                     "  - bob: bind(*:5000)\n"
                                                     "  - bob: setsockopt(IP_ADD_MEMBERSHIP, \"239.1.2.3\")\n"
                                                     "  - alice: sendto(\"to all\", 239.1.2.3:5000)\n"
                                                     "  - bob: recvfrom(100) = \"to all\"\n"
                                                     "  - bob: setsockopt(IP_DROP_MEMBERSHIP, \"239.1.2.3\")\n"
                                                     "  - bob: setsockopt(IP_DROP_MEMBERSHIP, \"239.1.2.3\") = "
                                                     "EADDRNOTAVAIL\n"
                                                     "  - carol: socket(udp6)\n"
                                                     "  - carol: setsockopt(IPV6_JOIN_GROUP, \"ff02::77\", \"lo\")\n"
                                                     "  - carol: setsockopt(IPV6_MULTICAST_IF, \"lo\")\n"
                                                     "  - carol: getsockopt(IPV6_MULTICAST_IF) = \"lo\"\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
          }) == "");
}

Played framed(Checks& checks, const std::string& framing, const std::string& steps, const sim::RunLimits& limits = {}) {
    const std::string text = "framing: " + framing + "\nstory:\n" + kConnection + steps;
    sim::ParseOutcome parsed = sim::parse_scenario(text, "test.yaml", {});
    if (!parsed.scenario) throw std::runtime_error(sim::format_diagnostics(parsed.diagnostics, text));
    Played played;
    sim::Stage stage(
        actors_of(*parsed.scenario, checks.sandbox != nullptr ? checks.sandbox->address_block : 127U << 24U));
    played.outcome = sim::run_story(*parsed.scenario, stage, limits, never_interrupted());
    stage.take_calls(played.log);
    return played;
}

TEST_CASE("recv_message reads one message and not a byte more, however it comes") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played prefixed = framed(checks, "{ length-prefix: \"<i\" }",
                                             "  - client: send_message(\"one\") = 7\n"
                                             "  - client: send_message(\"\")\n"
                                             "  - client: send(x\"0600\")\n"  // the header in two pieces
                                             "  - server: conn.recv_message() = \"one\"\n"
                                             "  - server: conn.recv_message() = \"\"\n"
                                             "  - server: conn.recv_message() = \"second\" -> $text\n"
                                             "  - client: send(x\"0000\" + \"sec\")\n"
                                             "  - client: send(\"ond\")\n"
                                             "  - server: conn.send_message($text)\n"
                                             "  - client: recv_message() = \"second\"\n"
                                             "  - client: close()\n"
                                             "  - server: conn.recv_message() = \"\"\n");
              EXPECT_EQUAL_IN(checks, prefixed.trouble(), "");
              EXPECT_IN(checks, returned_calls(prefixed, kAfter + 5).size() >= 4);
              const Played lines = framed(checks, "{ delimiter: \"\\r\\n\" }",
                                          "  - client: send(\"first\\r\")\n"
                                          "  - server: conn.recv_message() = \"first\"\n"
                                          "  - client: send(\"\\nsecond\\r\\nthird\\r\\n\")\n"
                                          "  - server: conn.recv_message() = \"second\"\n"
                                          "  - client: send_message(bytes(5000)) = 5002\n"
                                          "  - server: conn.recv_message() = \"third\"\n"
                                          "  - server: conn.recv_message() = bytes(5000)\n");
              EXPECT_EQUAL_IN(checks, lines.trouble(), "");
              const Played fixed = framed(checks, "{ fixed: 4 }",
                                          "  - client: send(\"abcdef\")\n"
                                          "  - server: conn.recv_message() = \"abcd\"\n"
                                          "  - client: set_blocking(false)\n"
                                          "  - client: send_message(\"1234\")\n"
                                          "  - server: conn.set_blocking(false)\n"
                                          "  - server: conn.recv_message() = \"ef12\"\n"
                                          "  - server: conn.recv_message() = \"3456\"\n"  // waits by poll
                                          "  - client: send(\"56\")\n");
              EXPECT_EQUAL_IN(checks, fixed.trouble(), "");
          }) == "");
}

TEST_CASE("a message that is not whole is told") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const auto trouble = [&](const std::string& framing, const std::string& steps) {
                  return framed(checks, framing, steps, short_limits()).trouble();
              };
              const std::string cut = trouble("{ fixed: 9 }",
                                              "  - client: send(\"abc\")\n"
                                              "  - client: close()\n"
                                              "  - server: conn.recv_message()\n");
              EXPECT_IN(checks, cut.find("expected a whole message, seen \"abc\" and the end of the stream") !=
                                    std::string::npos);
              const std::string huge = trouble("{ length-prefix: \"!I\" }",
                                               "  - client: send(x\"ffffffff\")\n"
                                               "  - server: conn.recv_message() = \"abc\"\n");
              EXPECT_IN(checks, huge.find("seen a length prefix of x\"ffffffff\"") != std::string::npos);
              const std::string negative = trouble("{ length-prefix: \"<h\" }",
                                                   "  - client: send(x\"ffff\")\n"
                                                   "  - server: conn.recv_message() = _\n");
              EXPECT_EQUAL_IN(checks, negative, "");
              const std::string waits = trouble("{ delimiter: \";\" }",
                                                "  - client: send(\"abc\")\n"
                                                "  - server: conn.recv_message()\n");
              EXPECT_IN(checks, waits.find("still inside `conn.recv_message()`") != std::string::npos);
              const std::string inside = trouble("{ delimiter: \";\" }",
                                                 "  - client: send(\"a;b;\")\n"
                                                 "  - server: conn.recv(10) -> $line\n"
                                                 "  - server: conn.send_message($line)\n");
              EXPECT_IN(checks, inside.find("the message holds the delimiter") != std::string::npos);
          }) == "");
}

TEST_CASE("urgent data, peeking, and the other flags") {
    CHECK(in_sandbox(User::kSelf, [](Checks& checks) {
              const Played played = play(checks, kConnection +
                                                     "  - client: send(\"abc\", MSG_DONTWAIT|MSG_NOSIGNAL) = 3\n"
                                                     "  - until: conn.unread_bytes == 3\n"
                                                     "  - server: conn.recv(10, MSG_PEEK) = \"abc\"\n"
                                                     "  - server: conn.recv(3, MSG_TRUNC) = 3\n"
                                                     "  - server: conn.recv(10, MSG_DONTWAIT) = EAGAIN\n"
                                                     "  - client: send(\"12\", MSG_MORE)\n"
                                                     "  - client: send(\"34\")\n"
                                                     "  - server: conn.recv(4, MSG_WAITALL) = \"1234\"\n"
                                                     "  - client: send(\"x!\", MSG_OOB) = 2\n"
                                                     "  - server: conn.poll(POLLPRI, 5s) = POLLPRI\n"
                                                     "  - server: conn.recv(1, MSG_OOB) = \"!\"\n"
                                                     "  - server: conn.recv(10) = \"x\"\n");
              EXPECT_EQUAL_IN(checks, played.trouble(), "");
          }) == "");
}

}  // namespace
}  // namespace wirestory::test
