// What a scenario may say of its link, what that becomes, and what is said of mistakes.
#include <algorithm>
#include <vector>

#include "sim/scenario/scenario.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/sim/mistake.hpp"
#include "tests/unit/sim/scenario_support.hpp"

using namespace wirestory;
using namespace wirestory::sim;
using namespace wirestory::sim::test;

namespace {

Scenario good(const std::string& text) {
    const ParseOutcome outcome = parse(text);
    INFO(format_diagnostics(outcome.diagnostics, text));
    REQUIRE(outcome.scenario);
    return *outcome.scenario;
}

WireSpec wire_of(const std::string& link) {
    const Scenario scenario = good(kPrelude + link);
    REQUIRE(scenario.wire);
    return *scenario.wire;
}

}  // namespace

TEST_CASE("No link, or loopback, is no wire") {
    CHECK_FALSE(good(kPrelude).wire);
    CHECK_FALSE(good(kPrelude + "link: loopback\n").wire);
}

TEST_CASE("A link's keys become the wire's settings, in both directions") {
    const WireSpec wire = wire_of(
        "link:\n"
        "  delay: 10ms\n"
        "  jitter: 2ms\n"
        "  rate: 1.5Mbit\n"
        "  burst: 3KiB\n"
        "  queue: 20 packets\n"
        "  loss: 5%\n"
        "  seed: 7\n"
        "  duplicate: { every: 4, copies: 2 }\n"
        "  reorder: { rate: 1%, by: 15ms }\n"
        "  corrupt: 0.5%\n"
        "  mtu: 576\n"
        "  ecn: 5 packets\n"
        "sysctl: { net.ipv4.tcp_ecn: 1 }\n");
    CHECK(wire.hosts == std::vector<std::string>{"server", "client", "alice"});
    const PathSpec path = wire.path_between(0, 1);
    CHECK(path == wire.path_between(1, 0));
    CHECK(path.delay_ns == 10 * kMillisecondNs);
    CHECK(path.jitter_ns == 2 * kMillisecondNs);
    CHECK_FALSE(path.jitter_reorders);
    CHECK(path.loss == Chance{0, 0.05});
    CHECK(path.duplicate == Chance{4, 0});
    CHECK(path.duplicate_copies == 2);
    CHECK(path.reorder == Chance{0, 0.01});
    CHECK(path.reorder_by_ns == 15 * kMillisecondNs);
    CHECK(path.corrupt == Chance{0, 0.005});
    CHECK(wire.seed == 7);
    CHECK(wire.mtu_bytes == 576);
    const PortSpec port = wire.port_to(1);
    CHECK(port.rate_bits_per_s == 1'500'000);
    CHECK(port.burst_bytes == 3072);
    CHECK(port.queue_packets == 20);
    CHECK(port.ecn_mark_packets == 5);
}

TEST_CASE("A direction changes its own path and the port at its end") {
    const WireSpec wire = wire_of(
        "link:\n"
        "  client > server: { loss: { every: 3 }, rate: 64kbit, mtu: 1000, delay: 1ms }\n"
        "  delay: 5ms\n"
        "  queue: 30KiB\n");
    const PathSpec there = wire.path_between(1, 0);
    const PathSpec back = wire.path_between(0, 1);
    CHECK(there.delay_ns == kMillisecondNs);
    CHECK(there.loss == Chance{3, 0});
    CHECK(there.mtu_bytes == 1000);
    CHECK(back.delay_ns == 5 * kMillisecondNs);
    CHECK(back.loss == Chance{});
    CHECK(wire.port_to(0).rate_bits_per_s == 64'000);
    CHECK(wire.port_to(0).queue_bytes == 30 * 1024);
    CHECK(wire.port_to(1).rate_bits_per_s == 0);
    CHECK(wire.mtu_bytes == 1500);
}

TEST_CASE("Exact packets are named by pattern and number") {
    const WireSpec wire = wire_of(
        "link:\n"
        "  drop: ['client > server: PSH ACK #2', RST]\n"
        "  duplicate: ['client > server: \"x\"']\n"
        "  reorder: { packets: ['server > client: ACK #3'], by: 20ms }\n"
        "  corrupt: ['client > server: 5 bytes #1']\n");
    REQUIRE(wire.rules.size() == 5);
    std::vector<std::string> texts;
    for (const WireRule& rule : wire.rules) texts.push_back(rule.text);
    std::sort(texts.begin(), texts.end());
    CHECK(texts[0] == "corrupt client > server: 5 bytes #1");
    CHECK(texts[1] == "delay server > client: ACK #3");
    CHECK(texts[2] == "drop RST");
    CHECK(texts[3] == "drop client > server: PSH ACK #2");
    CHECK(texts[4] == "duplicate client > server: \"x\"");
    for (const WireRule& rule : wire.rules) {
        if (rule.action == WireAction::kDelay) {
            CHECK(rule.occurrence == 3);
            CHECK(rule.delay_ns == 20 * kMillisecondNs);
        }
        if (rule.action == WireAction::kDuplicate) CHECK(rule.occurrence == 0);
    }
}

TEST_CASE("Losses in bursts") {
    const WireSpec wire = wire_of("link: { loss: { burst: { enter: 1%, leave: 25%, outside: 0.1% }, seed: 3 } }\n");
    REQUIRE(wire.path.bursts);
    CHECK(*wire.path.bursts == GilbertElliott{0.01, 0.25, 0.001, 1.0});
    CHECK(wire.path.loss == Chance{});
    CHECK(wire.seed == 3);
}

TEST_CASE("A step holds the link as it is from then on") {
    const Scenario scenario = good(kPrelude +
                                   "  - link: down\n"
                                   "  - link: up\n"
                                   "  - link: { client > server: down, loss: 50% }\n"
                                   "  - link: { drop: ['client > server: RST'] }\n"
                                   "link: { delay: 2ms }\n");
    std::vector<LinkStep> steps;
    std::vector<std::string> texts;
    for (const Step& step : scenario.story) {
        if (const auto* link = std::get_if<LinkStep>(&step.action)) {
            steps.push_back(*link);
            texts.push_back(step.text);
        }
    }
    REQUIRE(steps.size() == 4);
    CHECK(texts[0] == "down");
    CHECK(texts[2] == "{client > server: down, loss: 50%}");
    CHECK(steps[0].path.cut);
    CHECK(steps[0].path.delay_ns == 2 * kMillisecondNs);
    CHECK_FALSE(steps[1].path.cut);
    REQUIRE(steps[2].paths.size() == 1);
    CHECK(steps[2].paths[0].path.cut);
    CHECK(steps[2].paths[0].path.loss == Chance{0, 0.5});
    CHECK_FALSE(steps[2].path.cut);
    CHECK(steps[2].path.loss == Chance{0, 0.5});
    CHECK(steps[2].rules.empty());
    CHECK(steps[3].rules.size() == 1);
    CHECK(steps[3].paths.size() == 1);
    CHECK(scenario.wire->rules.empty());
}

TEST_CASE("Mistakes of a link") {
    const std::vector<Mistake> rows{
        {"link: ⟦[down]\n", "a link is `loopback` or a mapping, not a list", "delay: 10ms"},
        {"link: { delay: ⟦3 }\n", "`delay` is a duration, not `3`", "10ms"},
        {"link: { ⟦dealy: 3ms }\n", "unknown key `dealy` in `link`", "did you mean `delay`?"},
        {"link: { delay: ⟦11m }\n", "`delay` is a duration", "10ms"},
        {"link: { delay: ⟦601s }\n", "more than 10 minutes", "10ms"},
        {"link: { loss: ⟦0.05 }\n", "`loss` is a percentage, not `0.05`", "write 5%"},
        {"link: { loss: ⟦120% }\n", "more than 100 %", "5%"},
        {"link: { loss: ⟦{ seed: 3 } }\n", "`loss` does not say which packets", "every: 3"},
        {"link: { loss: { every: ⟦0 } }\n", "`every` is a number from 1", ""},
        {"link: { loss: { burst: ⟦{ enter: 1% } } }\n", "a chance to begin and one to end", "leave: 25%"},
        {"link: { seed: 1, loss: { rate: 5%, seed: ⟦2 } }\n", "a link has one seed", ""},
        {"link: { rate: ⟦10 }\n", "`rate` is a rate, not `10`", "10Mbit"},
        {"link: { rate: ⟦10MB }\n", "`rate` is a rate", "10Mbit"},
        {"link: { rate: ⟦1bit }\n", "between 1kbit", "leave it out"},
        {"link: { queue: ⟦20 }\n", "what does this number count?", "`20 packets`"},
        {"link: { queue: ⟦0 packets }\n", "between 1 and", "20 packets"},
        {"link: { duplicate: { every: 2, copies: ⟦9 } }\n", "`copies` is a number from 1 to 3", ""},
        {"link: { reorder: ⟦5% }\n", "which packets come later, and by how much", "by: 15ms"},
        {"link: { reorder: ⟦{ every: 5 } }\n", "does not say by how much", "by: 15ms"},
        {"link: { jitter: { by: 1ms, reorders: ⟦yes } }\n", "true or false", ""},
        {"link: { mtu: ⟦20 }\n", "`mtu` is a number from 68 to 65535", ""},
        {"link: { drop: ['client > ⟦srver: SYN'] }\n", "unknown actor `srver`", "did you mean `server`?"},
        {"link: { drop: ['⟦client > alice: SYN'] }\n", "neither connects or sends", ""},
        {"link: { client > ⟦srver: { delay: 1ms } }\n", "unknown actor `srver`", "did you mean `server`?"},
        {"link: { ⟦client > client: { delay: 1ms } }\n", "is no direction", "client > server"},
        {"link: { client > server: { ⟦seed: 4 } }\n", "unknown key `seed` in a direction", ""},
        {"link: { delay: 1ms, client > server: ⟦down }\n", "described by a mapping, not text", "delay: 10ms"},
    };
    for (const Mistake& row : rows) expect_mistake(kPrelude + std::string(row.text), row);
}

TEST_CASE("Mistakes of steps that change the link") {
    const std::vector<Mistake> rows{
        {"  - link: ⟦dwon\n", "unknown state `dwon`", "`down`"},
        {"  - link: { ⟦seed: 3 }\n", "unknown key `seed` in a change of the link", ""},
        {"  - link: { ⟦mtu: 600 }\n", "unknown key `mtu`", ""},
    };
    for (const Mistake& row : rows) expect_mistake(kPrelude + std::string(row.text) + "link: { delay: 1ms }\n", row);
    expect_mistake(kPrelude + "  - link: ⟦down\n", {"", "there is no wire to change", "add `link: { delay: 10ms }`"});
}

TEST_CASE("What no wire carries") {
    const std::string link = "link: { delay: 1ms }\n";
    expect_mistake("link: ⟦{ delay: 1ms }\nstory:\n  - server: socket(tcp)\n", {"", "at least two actors", "loopback"});
    expect_mistake(kPrelude + "  - alice: ⟦six = socket(udp6)\n" + link, {"", "a wire carries IPv4 only", "loopback"});
    expect_mistake(kPrelude + "  - alice: ⟦x = socket(unix)\n" + link, {"", "Unix sockets do not leave", "loopback"});
}
