// Repeats, the functions of payloads, and the expectations that measure something.
#include "sim/scenario/payload_functions.hpp"
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

Diagnostic only_mistake(const std::string& text) {
    const ParseOutcome outcome = parse(text);
    INFO(format_diagnostics(outcome.diagnostics, text));
    REQUIRE(outcome.diagnostics.items.size() == 1);
    return outcome.diagnostics.items.front();
}

std::string payload(const std::string& value) {
    const Scenario scenario = good(kPrelude + "  - client: 'send(" + value + ")'\n");
    return std::string{as_text(std::get<Bytes>(std::get<CallStep>(scenario.story.back().action).arguments[0].data))};
}

std::string expecting(const std::string& lines) { return kPrelude + "  - client: send(\"x\")\nexpect:\n" + lines; }

}  // namespace

TEST_CASE("repeat writes its steps out, with the counter in actors, sockets and texts") {
    const Scenario scenario = good(
        "story:\n"
        "  - server: socket(udp)\n"
        "  - repeat:\n"
        "      times: 2\n"
        "      steps:\n"
        "        - c${i}: s${i} = socket(udp)\n"
        "        - repeat: { times: 1, as: k, steps: [ \"c${i}\": \"s${i}.bind(80${i}${k})\" ] }\n"
        "        - c${i}: s${i}.sendto(\"from ${i}\" + bytes(${i}), server:900${i})\n");
    REQUIRE(scenario.story.size() == 7);
    CHECK(scenario.actors.size() == 3);
    const auto& last = std::get<CallStep>(scenario.story[6].action);
    CHECK(scenario.actor_name(last.actor) == "c2");
    CHECK(last.socket == "s2");
    CHECK(as_text(std::get<Bytes>(last.arguments[0].data)) == "from 2ab");
    CHECK(std::get<AddressText>(last.arguments[1].data).port == 9002);
    CHECK(scenario.story[6].span.line == 8);
    CHECK(scenario.story[6].text == "s2.sendto(\"from 2\" + bytes(2), server:9002)");
}

TEST_CASE("a mistake inside repeat is told once, at its place in the file") {
    const Diagnostic mistake = only_mistake(kPrelude +
                                            "  - repeat:\n      times: 50\n      steps:\n"
                                            "        - client: send(\"${i}\", MSG_PEAK)\n");
    CHECK(mistake.span.line == 12);
    CHECK(mistake.span.column == 32);
    CHECK(mistake.hint == "did you mean `MSG_PEEK`?");
    CHECK(only_mistake(kPrelude + "  - repeat: { times: 0, steps: [ 'client: x' ] }\n").message.find("from 1") !=
          std::string::npos);
    CHECK(only_mistake(kPrelude + "  - repeat: { steps: [ 'client: x' ] }\n").message == "`repeat` has no `times`");
    CHECK(only_mistake(kPrelude + "  - repeat: { times: 2, steps: no }\n").message.find("list of steps") !=
          std::string::npos);
}

TEST_CASE("repeats end at a limit, not in memory") {
    const std::string nested =
        kPrelude +
        "  - repeat: { times: 9999, steps: [ repeat: { times: 9999, steps: [ repeat: { times: 9999, steps: [ "
        "'client: send(\"x\")' ] } ] } ] }\n";
    CHECK_FALSE(parse(nested).scenario);
    const std::string wide =
        kPrelude + "  - repeat: { times: 9999, steps: [ \"client: send('" + std::string(500'000, 'x') + "')\" ] }\n";
    CHECK_FALSE(parse(wide).scenario);
}

TEST_CASE("functions of payloads") {
    CHECK(payload(R"(pack("<i", 5))") == std::string("\5\0\0\0", 4));
    CHECK(payload(R"(pack(">H2B", 258, 3, 4))") == std::string("\1\2\3\4", 4));
    CHECK(payload(R"(pack("!q", -2))") == std::string("\xff\xff\xff\xff\xff\xff\xff\xfe", 8));
    CHECK(payload(R"(pack("<I", len("hello")) + "hello")") == std::string("\5\0\0\0hello", 9));
    CHECK(payload(R"(hex(x"00ff"))") == "00ff");
    // RFC 1321, A.5.
    CHECK(payload(R"(md5(""))") == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(payload(R"(md5("message digest"))") == "f96b697d7cb7938d525a2f31aaf161d0");
    CHECK(md5_hex(as_bytes("12345678901234567890123456789012345678901234567890123456789012345678901234567890")) ==
          "57edf4a22be3c955ac49da2e2107b67a");
    const auto mistake = [](const char* value) {
        return only_mistake(kPrelude + "  - client: 'send(" + value + ")'\n").message;
    };
    CHECK(mistake(R"(pack("<b", 128))") == "128 does not fit into 1 bytes of `b`");
    CHECK(mistake(R"(pack("<II", 1))") == "pack has more codes than numbers");
    CHECK(mistake(R"(pack("<I", 1, 2))") == "pack has more numbers than codes");
    CHECK(mistake(R"(pack("<f", 1))") == "pack does not know the code `f`");
    CHECK(mistake(R"(pack("99999999999999999999I", 1))").find("pack") == 0);
    CHECK(mistake(R"(md5(5))") == "md5 takes a string, not a number");
}

TEST_CASE("expectations that measure") {
    const Scenario scenario =
        good(expecting("  messages: [server.conn read 1 takes messages 1-3, conn read 2 takes message 4]\n"
                       "  buffers: [client.send_buffer peak >= 4KiB, server.conn.receive_buffer last == 0]\n"
                       "  counts:\n    - client > server: PSH ACK == 3\n    - RST < 1\n    - segments udp >= 0\n"
                       "  lost: [9, 7, 8]\n"
                       "  times: [client.connect takes >= 900ms, client.send(\"x\") to server.accept < 1s]\n"));
    const Expectations& expect = scenario.expect;
    REQUIRE(expect.messages.size() == 2);
    CHECK(expect.messages[0].reader.name == "conn");
    CHECK(expect.messages[0].first_message == 1);
    CHECK(expect.messages[0].last_message == 3);
    CHECK(expect.messages[1].read == 2);
    CHECK(expect.messages[1].last_message == 4);
    REQUIRE(expect.buffers.size() == 2);
    CHECK(expect.buffers[0].bytes == 4096);
    CHECK(expect.buffers[0].comparison == Comparison::kGreaterEqual);
    CHECK(expect.buffers[1].figure == BufferFigure::kReceiveBuffer);
    CHECK(expect.buffers[1].moment == BufferMoment::kLast);
    REQUIRE(expect.counts.size() == 3);
    CHECK(expect.counts[0].count == 3);
    CHECK(expect.counts[0].pattern.tcp_flags == 0x18);
    CHECK(expect.counts[0].text == "client > server: PSH ACK == 3");
    CHECK(expect.counts[1].comparison == Comparison::kLess);
    REQUIRE(expect.lost.size() == 1);
    CHECK(expect.lost[0].numbers == std::vector<std::uint32_t>{7, 8, 9});
    REQUIRE(expect.times.size() == 2);
    CHECK(expect.times[0].duration_ns == 900 * kMillisecondNs);
    CHECK_FALSE(expect.times[0].to);
    CHECK(expect.times[1].from.step == 7);
    CHECK(expect.times[1].to->step == 5);
}

TEST_CASE("mistakes in expectations that measure") {
    const auto mistake = [](const char* lines) { return only_mistake(expecting(lines)).message; };
    CHECK(mistake("  messages: [conn read 0 takes messages 1]\n").find("expected a number from 1") == 0);
    CHECK(mistake("  messages: [conn read 1 takes messages 3-1]\n") == "the last message comes first");
    CHECK(mistake("  messages: [con read 1 takes messages 1]\n").find("no socket is called `con`") == 0);
    CHECK(mistake("  buffers: [client.sendbuffer peak > 1]\n") == "unknown buffer `sendbuffer`");
    CHECK(mistake("  buffers: [u.send_buffer peak > 1]\n") == "UDP sockets have no send_buffer");
    CHECK(mistake("  buffers: [client.send_buffer > 1]\n") == "which value: `peak` or `last`?");
    CHECK(mistake("  counts: [SYN]\n") == "a comparison is missing");
    CHECK(mistake("  lost: [0]\n").find("by its number, from 1") != std::string::npos);
    CHECK(mistake("  times: [client.connect takes < 5]\n") == "a time is a duration");
    CHECK(mistake("  times: [client.connect > 5s]\n").find("expected `to`") == 0);
}

TEST_CASE("the hint for a colon leaves the comment out") {
    const Diagnostic mistake = only_mistake(kPrelude + "  - client: send(\"a: b\")   # two words\n");
    CHECK(mistake.hint == "put the whole text into single quotes: 'send(\"a: b\")'");
}

TEST_CASE("a file full of unknown keys is given up, not gone through") {
    std::string keys = kPrelude;
    for (int i = 0; i < 60'000; ++i) keys += "k" + std::to_string(i) + ": 1\n";
    const ParseOutcome outcome = parse(keys);
    CHECK(outcome.diagnostics.items.size() == 101);
}
