// Plays a story written as text, in the sandbox the caller is in, and gathers everything it left.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/run/stage.hpp"
#include "sim/run/story_runner.hpp"
#include "sim/scenario/scenario.hpp"
#include "tests/support/process_entries.hpp"
#include "tests/support/sandboxed.hpp"

namespace wirestory::test {

inline sim::Scenario scenario_of(const std::string& steps) {
    const std::string text = "title: { en: test, zh: test }\nlink: loopback\nstory:\n" + steps;
    sim::ParseOutcome parsed = sim::parse_scenario(text, "test.yaml", {});
    if (!parsed.scenario) throw std::runtime_error(sim::format_diagnostics(parsed.diagnostics, text));
    return std::move(*parsed.scenario);
}

inline std::vector<Actor> actors_of(const sim::Scenario& scenario, std::uint32_t address_block) {
    std::vector<Actor> actors;
    for (const auto& actor : scenario.actors)
        actors.push_back({actor.name, IpAddress::v4(address_block + 2 + static_cast<std::uint32_t>(actors.size()))});
    return actors;
}

struct Played {
    sim::StoryOutcome outcome;
    std::vector<sim::LoggedCall> log;
    std::vector<Sample> samples;
    std::vector<TxReport> reports;
    std::vector<SocketInfo> sockets;

    // The last entry of the call of this step; the default one when it was never logged.
    [[nodiscard]] Call call_of(std::int32_t step) const {
        Call found;
        for (const auto& entry : log)
            if (entry.call.step == step) found = entry.call;
        return found;
    }
    // Why it did not go as written; empty when it did.
    [[nodiscard]] std::string trouble() const {
        std::string text = outcome.stuck;
        for (const auto& mismatch : outcome.mismatches)
            text += " step " + std::to_string(mismatch.step) + ": expected " + mismatch.expected + ", seen " +
                    mismatch.seen;
        if (text.empty() && !outcome.completed) text = outcome.interrupted ? "interrupted" : "not completed";
        return text;
    }
};

inline sim::RunLimits short_limits() { return {300 * kMillisecondNs, 20 * kSecondNs}; }

inline const std::atomic<bool>& never_interrupted() {
    static const std::atomic<bool> never{false};
    return never;
}

inline Played play(Checks& checks, const std::string& steps, const sim::RunLimits& limits = {},
                   const std::atomic<bool>& interrupt = never_interrupted()) {
    const sim::Scenario scenario = scenario_of(steps);
    const std::size_t threads_before = entries_of("/proc/self/task");
    const std::size_t descriptors_before = open_descriptors();
    Played played;
    {
        sim::Stage stage(actors_of(scenario, checks.sandbox != nullptr ? checks.sandbox->address_block : 127U << 24U));
        played.outcome = sim::run_story(scenario, stage, limits, interrupt);
        EXPECT_EQUAL_IN(checks, threads_left(threads_before), threads_before);
        EXPECT_EQUAL_IN(checks, open_descriptors(), descriptors_before + 1);  // the stage's event descriptor
        EXPECT_IN(checks, !stage.any_call_blocked());
        stage.take_calls(played.log);
        stage.take_call_samples(played.samples);
        stage.take_reports(played.reports);
        played.sockets = stage.sockets();
    }
    EXPECT_EQUAL_IN(checks, open_descriptors(), descriptors_before);
    return played;
}

// A connection between server and client: `conn` on the server's side. Steps 0 to 7.
inline const std::string kConnection =
    "  - server: socket(tcp)\n"
    "  - server: setsockopt(SO_REUSEADDR, 1)\n"
    "  - server: bind(9000)\n"
    "  - server: listen(5)\n"
    "  - server: conn = accept()\n"
    "  - client: socket(tcp)\n"
    "  - client: connect(server:9000) = 0\n";

}  // namespace wirestory::test
