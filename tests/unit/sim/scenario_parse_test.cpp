// Good scenarios become the right plain data.
#include "sim/scenario/scenario.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/sim/scenario_support.hpp"

using namespace wirestory;
using namespace wirestory::sim;
using namespace wirestory::sim::test;

namespace {

Scenario good(const std::string& text) {
    ParseOutcome outcome = parse(text);
    INFO(format_diagnostics(outcome.diagnostics, text));
    REQUIRE(outcome.scenario);
    REQUIRE(outcome.diagnostics.items.empty());
    return std::move(*outcome.scenario);
}

CallStep last_call(const std::string& step) {
    const Scenario scenario = good(kPrelude + "  - " + step + "\n");
    return std::get<CallStep>(scenario.story.back().action);
}

UntilStep last_until(const std::string& condition) {
    const Scenario scenario = good(kPrelude + "  - until: " + condition + "\n");
    return std::get<UntilStep>(scenario.story.back().action);
}

std::string argument(const std::string& value) {
    const CallStep call = last_call("client: 'send(" + value + ")'");
    return std::string{as_text(std::get<Bytes>(call.arguments.at(0).data))};
}

}  // namespace

TEST_CASE("Calls: actors, threads, sockets, arguments, results") {
    CallStep call = last_call("client: send(\"hello\") = 5");
    CHECK(call.actor == 1);
    CHECK(call.thread == 0);
    CHECK(call.kind == CallKind::kSend);
    CHECK(call.socket.empty());
    CHECK(std::get<std::int64_t>(call.expected->data) == 5);
    CHECK(call.arguments[0].text == "\"hello\"");

    call = last_call("server#2: conn.recv(64KiB, MSG_PEEK | MSG_DONTWAIT) = -1 EAGAIN");
    CHECK(call.actor == 0);
    CHECK(call.thread == 1);
    CHECK(call.socket == "conn");
    CHECK(std::get<std::int64_t>(call.arguments[0].data) == 65536);
    CHECK(std::get<Symbol>(call.arguments[1].data).name == "MSG_PEEK|MSG_DONTWAIT");
    CHECK(std::get<Symbol>(call.expected->data).name == "EAGAIN");
    CHECK(call.expected->text == "-1 EAGAIN");

    call = last_call("server: conn2 = accept()");
    CHECK(call.accepted == "conn2");
    CHECK(call.socket.empty());
    CHECK_FALSE(call.expected);

    call = last_call("client: s2 = socket(udp)");
    CHECK(call.socket == "s2");
    CHECK(last_call("client: recv(5) = _").expected->data.index() == 0);
    CHECK(std::get<Duration>(last_call("client: setsockopt(SO_RCVTIMEO, 1.5s)").arguments[1].data).ns == 1'500'000'000);
    CHECK(std::get<AddressText>(last_call("alice: u.bind(*:53)").arguments[0].data).host == "*");
    const CallStep to = last_call("alice: u.sendto(\"x\", 127.0.0.9:53)");
    CHECK(std::get<AddressText>(to.arguments[1].data).host == "127.0.0.9");
    CHECK(std::get<AddressText>(to.arguments[1].data).port == 53);
    CHECK(std::get<AddressText>(last_call("alice: u.connect([::1]:53)").arguments[0].data).host == "::1");
}

TEST_CASE("Byte values") {
    CHECK(argument(R"("a\n\t\\\"\x41\0b")") == std::string("a\n\t\\\"A\0b", 8));
    CHECK(argument(R"(x"00ff 41")") == std::string("\0\xff"
                                                   "A",
                                                   3));
    CHECK(argument(R"("你好")") == "你好");
    CHECK(argument(R"("ab" + x"63" + "d")") == "abcd");
    CHECK(argument("bytes(4)") == "abcd");
    CHECK(argument("bytes(1KiB)").size() == 1024);
    CHECK(argument("bytes(len(\"abc\") + 2)") == "abcde");
}

TEST_CASE("Conditions") {
    UntilStep until = last_until("conn.unread_bytes >= 11 within 5s");
    const auto figure = std::get<FigureCondition>(until.condition);
    CHECK(figure.socket.actor == 0);
    CHECK(figure.socket.name == "conn");
    CHECK(figure.figure == Figure::kUnreadBytes);
    CHECK(figure.comparison == Comparison::kGreaterEqual);
    CHECK(figure.value == 11);
    CHECK(until.timeout_ns == 5 * kSecondNs);

    until = last_until("server.conn.state == CLOSE_WAIT");
    CHECK(std::get<StateCondition>(until.condition).state == TcpState::kCloseWait);
    CHECK_FALSE(until.timeout_ns);
    CHECK(std::get<FigureCondition>(last_until("client.unsent_bytes == 0").condition).socket.name.empty());

    for (const char* text : {"packet(client > server FIN ACK) == 2", "'packet(client > server: FIN ACK) == 2'"}) {
        const auto packet = std::get<PacketCondition>(last_until(text).condition);
        CHECK(packet.count == 2);
        CHECK(packet.pattern.from == 1);
        CHECK(packet.pattern.to == 0);
        CHECK(packet.pattern.tcp_flags == 0x11);
    }
    CHECK(std::get<PacketCondition>(last_until("packet(RST)").condition).count == 1);
    const Scenario waits = good(kPrelude + "  - wait: 50ms\n");
    CHECK(std::get<WaitStep>(waits.story.back().action).duration_ns == 50 * kMillisecondNs);
}

TEST_CASE("Expectations, tour and the rest") {
    const Scenario scenario = good(
        "title: { en: Hello, zh: 你好 }\ntopics: [tcp, udp]\nlink: loopback\nsysctl: { net.ipv4.tcp_sack: 0 }\n" +
        kPrelude +
        "  - client: send(\"x\")\n  - client: send(\"x\")\n"
        "expect:\n  segments:\n    - client > server: PSH ACK \"x\"\n    - ...\n    - udp 500 bytes\n"
        "  never: [RST, client > server: URG]\n  findings: [nagle-hold]\n  states: { client: SYN_SENT ESTABLISHED }\n"
        "lesson: |\n  # A lesson\n  text\n"
        "tour:\n  - { at: client.send(\"x\")#2, say: second }\n  - { at: server.accept, say: { en: a, zh: 甲 } }\n"
        "  - { at: client > server SYN#2, say: packet }\n");
    CHECK(scenario.title.zh == "你好");
    CHECK(scenario.topics == std::vector<std::string>{"tcp", "udp"});
    CHECK(scenario.sysctls.at(0).first == "net.ipv4.tcp_sack");
    CHECK(scenario.actors.at(0).name == "server");
    CHECK(scenario.actors.at(1).name == "client");
    CHECK(scenario.actors.at(2).name == "alice");
    CHECK(scenario.actors.at(1).span.line == 9);
    REQUIRE(scenario.expect.segments.size() == 3);
    const PacketPattern& data = scenario.expect.segments[0].pattern;
    CHECK(data.tcp_flags == 0x18);
    CHECK(data.protocol == "tcp");
    CHECK(as_text(*data.payload) == "x");
    CHECK(data.text == "client > server: PSH ACK \"x\"");
    CHECK(scenario.expect.segments[1].ellipsis);
    CHECK(scenario.expect.segments[2].pattern.payload_bytes == 500);
    CHECK(scenario.expect.segments[2].pattern.from == kNoActor);
    CHECK(scenario.expect.never.size() == 2);
    CHECK(scenario.expect.states.at(0).states == std::vector<TcpState>{TcpState::kSynSent, TcpState::kEstablished});
    CHECK(scenario.lesson.en == "# A lesson\ntext\n");
    REQUIRE(scenario.tour.size() == 3);
    CHECK(scenario.tour[0].place.step == 8);
    CHECK(scenario.tour[1].place.step == 5);
    CHECK(scenario.tour[2].place.occurrence == 2);
    CHECK(scenario.tour[2].place.pattern);
}

TEST_CASE("Steps know their place in the file") {
    const Scenario scenario = good("story:\n  - 'a': \"s = socket(udp)\"\n  - a:  s.close()  # comment\n");
    CHECK(scenario.story[0].span.line == 2);
    CHECK(scenario.story[0].span.column == 11);
    CHECK(scenario.story[1].span.column == 9);
    CHECK(scenario.story[1].span.length == 9);
    CHECK(scenario.story[1].text == "s.close()");
}

TEST_CASE("A scenario is named by its path") {
    const std::string text = "story: [a: socket(udp)]\n";
    const auto name = [&](const char* file) { return parse_scenario(text, file, {}).scenario.value().name; };
    CHECK(name("scenarios/tcp/handshake.yaml") == "tcp/handshake");
    CHECK(name("/home/u/scenarios/udp/a.b.yaml") == "udp/a.b");
    CHECK(name("/tmp/mine.yaml") == "mine");
    CHECK(name("myscenarios/x.yml") == "x");
    CHECK(parse_scenario(text, "x.yaml", {}).scenario.value().title.en == "x");
}

TEST_CASE("Byte order mark and Windows line ends change nothing") {
    const Scenario scenario = good("\xEF\xBB\xBFstory:\r\n  - a: socket(udp)\r\n  - a: close()\r\n");
    CHECK(scenario.story.size() == 2);
    CHECK(scenario.story[1].span.line == 3);
    CHECK(scenario.story[1].span.column == 8);
}
