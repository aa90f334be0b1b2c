#include "session/verdicts.hpp"

#include <algorithm>

#include "session/measured_verdicts.hpp"
#include "session/session.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_recordings.hpp"

using namespace wirestory;
using namespace wirestory::session;

namespace {

// The story of nagle_recording(), with `expect` behind it.
sim::Scenario scenario_expecting(const std::string& expect) {
    const std::string text =
        "title: { en: Nagle, zh: Nagle }\n"
        "story:\n"
        "  - server: socket(tcp)\n"
        "  - server: bind(9000)\n"
        "  - server: listen(5)\n"
        "  - client: socket(tcp)\n"
        "  - client: connect(server:9000) = 0\n"
        "  - server: conn = accept()\n"
        "  - client: send(\"hello\") = 5\n"
        "  - client: close()\n"
        "  - server: conn.close()\n"
        "expect:\n" +
        expect;
    sim::ParseOutcome parsed = sim::parse_scenario(text, "test.yaml", known_findings());
    INFO(sim::format_diagnostics(parsed.diagnostics, text));
    REQUIRE(parsed.scenario);
    return *parsed.scenario;
}

std::vector<Verdict> judged(const std::string& expect, const sim::StoryOutcome& outcome) {
    const Recording recording = test::nagle_recording();
    return judge(scenario_expecting(expect), outcome, recording, analysis::analyse(recording));
}

std::vector<Verdict> judged(const std::string& expect) {
    sim::StoryOutcome outcome;
    outcome.completed = true;
    return judged(expect, outcome);
}

const Verdict& named(const std::vector<Verdict>& verdicts, std::string_view name) {
    const auto found = std::find_if(verdicts.begin(), verdicts.end(), [&](const Verdict& v) { return v.name == name; });
    REQUIRE(found != verdicts.end());
    return *found;
}

}  // namespace

TEST_CASE("what was seen passes") {
    const auto verdicts = judged(
        "  segments:\n"
        "    - 'client > server: SYN'\n"
        "    - 'server > client: SYN ACK'\n"
        "    - ...\n"
        "    - 'client > server: PSH ACK \"world!\"'\n"
        "    - ...\n"
        "  never: [RST]\n"
        "  findings: [nagle-hold, sticky-read]\n"
        "  states: { client: SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT }\n");
    CHECK(verdicts.size() == 6);
    for (const Verdict& verdict : verdicts) {
        INFO(verdict.name << ": expected " << verdict.expected << ", seen " << verdict.seen);
        CHECK(verdict.passed);
    }
}

TEST_CASE("a segment that did not come is named with what came, its line and its place") {
    const auto verdicts = judged(
        "  segments:\n"
        "    - 'client > server: SYN'\n"
        "    - 'client > server: ACK'\n"
        "    - ...\n");
    const Verdict& segments = named(verdicts, "segments");
    CHECK_FALSE(segments.passed);
    CHECK(segments.expected == "client > server: ACK");
    CHECK(segments.seen == "server > client: SYN ACK");
    CHECK(segments.line == 15);
    CHECK(segments.event == EventRef{EventKind::kPacket, 1});
}

TEST_CASE("what must never come fails where it came") {
    const Verdict never = named(judged("  never: [SYN]\n"), "never SYN");
    CHECK_FALSE(never.passed);
    CHECK(never.seen == "client > server: SYN");
    CHECK(never.event == EventRef{EventKind::kPacket, 0});
}

TEST_CASE("findings and states that were not seen fail and say what was") {
    const auto verdicts = judged(
        "  findings: [half-close]\n"
        "  states: { client: SYN_SENT ESTABLISHED }\n");
    const Verdict& finding = named(verdicts, "finding half-close");
    CHECK_FALSE(finding.passed);
    CHECK(finding.seen.find("nagle-hold") != std::string::npos);
    const Verdict& states = named(verdicts, "states client");
    CHECK_FALSE(states.passed);
    CHECK(states.seen.find("TIME_WAIT") != std::string::npos);
}

TEST_CASE("a story that got stuck, and a call with another result, are verdicts") {
    sim::StoryOutcome outcome;
    outcome.stuck = "line 8: nobody came";
    outcome.stuck_step = 5;
    outcome.mismatches.push_back({6, "5", "3"});
    const auto verdicts = judged("  never: [RST]\n", outcome);
    const Verdict& story = named(verdicts, "story");
    CHECK_FALSE(story.passed);
    CHECK(story.seen == "line 8: nobody came");
    CHECK(story.line == 8);
    const Verdict& call = named(verdicts, "client: send(\"hello\") = 5");
    CHECK_FALSE(call.passed);
    CHECK((call.expected == "5" && call.seen == "3"));
}

TEST_CASE("messages, buffers, counts and times are measured") {
    const auto verdicts = judged(
        "  messages: ['server.conn read 1 takes messages 1-3']\n"
        "  buffers: ['client.send_buffer peak == 11', 'client.unsent peak == 6', 'server.conn.receive_buffer last == "
        "0']\n"
        "  counts: ['client > server: PSH ACK == 2']\n"
        "  times: ['client.send(\"hello\") takes < 10s']\n");
    CHECK(verdicts.size() == 7);
    for (const Verdict& verdict : verdicts) {
        INFO(verdict.name << ": seen " << verdict.seen);
        CHECK(verdict.passed);
    }
}

TEST_CASE("measures that are not as expected say what was measured") {
    const auto verdicts = judged(
        "  messages: ['server.conn read 1 takes message 1']\n"
        "  buffers: ['client.send_buffer peak < 11']\n"
        "  counts: ['client > server: PSH ACK == 3']\n"
        "  times: ['client.send(\"hello\") takes > 10s']\n");
    for (const auto& [name, seen] :
         {std::pair{"server.conn read 1 takes message 1", "takes messages 1-3"},
          std::pair{"client.send_buffer peak < 11", "11 B"}, std::pair{"client > server: PSH ACK == 3", "2"}}) {
        const Verdict& verdict = named(verdicts, name);
        CHECK_FALSE(verdict.passed);
        CHECK(verdict.seen == seen);
    }
    CHECK_FALSE(named(verdicts, "client.send(\"hello\") takes > 10s").passed);
}

TEST_CASE("lost datagrams are judged by their numbers") {
    const Recording recording = test::udp_loss_recording();
    const analysis::Analysis analysis = analysis::analyse(recording);
    const SeenPackets packets = see_packets(recording, analysis::Sightings(recording));
    sim::Expectations expected;
    expected.lost.push_back({kNoActor, kNoActor, {7, 8, 9, 10}, {}, "[7, 8, 9, 10]"});
    expected.lost.push_back({kNoActor, kNoActor, {7, 8}, {}, "[7, 8]"});
    const auto verdicts = judge_measured(expected, recording, analysis, packets);
    REQUIRE(verdicts.size() == 2);
    CHECK(verdicts[0].passed);
    CHECK_FALSE(verdicts[1].passed);
    CHECK(verdicts[1].seen == "lost [7, 8, 9, 10]");
}
