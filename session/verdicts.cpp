#include "session/verdicts.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "session/measured_verdicts.hpp"
#include "session/packet_view.hpp"
#include "session/seen_packets.hpp"
#include "session/segment_match.hpp"

namespace wirestory::session {

namespace {

class Judge {
public:
    Judge(const sim::Scenario& scenario, const Recording& recording, const analysis::Analysis& analysis)
        : scenario_(scenario),
          recording_(recording),
          analysis_(analysis),
          packets_(see_packets(recording, analysis.sightings)) {}

    std::vector<Verdict> judge(const sim::StoryOutcome& outcome) {
        judge_story(outcome);
        if (!scenario_.expect.segments.empty()) judge_segments();
        for (const sim::PacketPattern& pattern : scenario_.expect.never) judge_never(pattern);
        for (const sim::FindingExpectation& finding : scenario_.expect.findings) judge_finding(finding);
        for (const sim::StatesExpectation& states : scenario_.expect.states) judge_states(states);
        for (Verdict& verdict : judge_measured(scenario_.expect, recording_, analysis_, packets_)) {
            verdicts_.push_back(std::move(verdict));
        }
        return std::move(verdicts_);
    }

private:
    void add(bool passed, std::string name, std::string expected, std::string seen, int line, EventRef event = {}) {
        verdicts_.push_back({passed, std::move(name), std::move(expected), std::move(seen), line, event});
    }

    // The packet at `position` of those seen; past the end the last one, after which more was expected.
    [[nodiscard]] EventRef packet_near(std::size_t position) const {
        if (packets_.index.empty()) return {};
        return {EventKind::kPacket, packets_.index[std::min(position, packets_.index.size() - 1)]};
    }

    void judge_story(const sim::StoryOutcome& outcome) {
        const int line = outcome.stuck_step ? scenario_.story.at(*outcome.stuck_step).span.line : 0;
        const std::string all = fmt::format("all {} steps", scenario_.story.size());
        if (outcome.interrupted) {
            add(false, "story", all, "interrupted", line);
        } else {
            const EventRef event = outcome.stuck_step ? call_of_step(recording_, *outcome.stuck_step) : EventRef{};
            add(outcome.completed, "story", all, outcome.completed ? all : outcome.stuck, line, event);
        }
        for (const sim::StepMismatch& mismatch : outcome.mismatches) {
            const sim::Step& step = scenario_.story.at(mismatch.step);
            const auto* call = std::get_if<sim::CallStep>(&step.action);
            const std::string who = call != nullptr ? scenario_.actor_name(call->actor) + ": " : std::string{};
            add(false, who + step.text, mismatch.expected, mismatch.seen, step.span.line,
                call_of_step(recording_, mismatch.step));
        }
    }

    [[nodiscard]] std::string packet_text(std::size_t packet) const {
        if (packet >= packets_.seen.size()) return "no further packet";
        return describe_packet(packets_.seen[packet], recording_.actors);
    }

    void judge_segments() {
        const auto& expected = scenario_.expect.segments;
        const SegmentMatch match = match_segments(expected, packets_.seen);
        const auto wanted = static_cast<std::size_t>(
            std::count_if(expected.begin(), expected.end(), [](const auto& e) { return !e.ellipsis; }));
        if (match.matched) {
            add(true, "segments", fmt::format("{} segments in order", wanted), "seen",
                scenario_.expect.segments_span.line);
            return;
        }
        if (match.expectation >= expected.size()) {
            add(false, "segments", "no further packet", packet_text(match.packet), scenario_.expect.segments_span.line,
                packet_near(match.packet));
            return;
        }
        const sim::PacketPattern& pattern = expected[match.expectation].pattern;
        const bool after_ellipsis = match.expectation > 0 && expected[match.expectation - 1].ellipsis;
        const std::string seen = after_ellipsis
                                     ? "nowhere after: " + packet_text(match.packet - (match.packet > 0 ? 1 : 0))
                                     : packet_text(match.packet);
        add(false, "segments", pattern.text, seen, pattern.span.line, packet_near(match.packet));
    }

    void judge_never(const sim::PacketPattern& pattern) {
        const auto hit = std::find_if(packets_.seen.begin(), packets_.seen.end(), [&](const sim::SeenPacket& packet) {
            return sim::matches_at_least(pattern, packet);
        });
        const bool passed = hit == packets_.seen.end();
        add(passed, "never " + pattern.text, "never", passed ? "never" : describe_packet(*hit, recording_.actors),
            pattern.span.line,
            passed ? EventRef{} : packet_near(static_cast<std::size_t>(hit - packets_.seen.begin())));
    }

    void judge_finding(const sim::FindingExpectation& expected) {
        std::vector<std::string_view> seen;
        for (const analysis::Finding& finding : analysis_.findings) seen.push_back(analysis::to_string(finding.kind));
        std::sort(seen.begin(), seen.end());
        seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
        const bool passed = std::find(seen.begin(), seen.end(), expected.kind) != seen.end();
        add(passed, "finding " + expected.kind, expected.kind,
            seen.empty() ? "no findings" : fmt::format("{}", fmt::join(seen, ", ")), expected.span.line);
    }

    // The states each connection of `actor` went through, in order; LISTEN in front when it listened.
    [[nodiscard]] std::vector<std::vector<TcpState>> states_of(ActorId actor) const {
        const bool listened = std::any_of(analysis_.listens.begin(), analysis_.listens.end(), [&](const auto& span) {
            return span.socket < recording_.sockets.size() && recording_.sockets[span.socket].actor == actor;
        });
        std::vector<std::vector<TcpState>> all;
        const analysis::StateSpan* previous = nullptr;
        for (const analysis::StateSpan& span : analysis_.states) {
            if (analysis_.flows[span.flow].end(span.side).actor != actor) continue;
            if (previous == nullptr || previous->flow != span.flow || previous->side != span.side) {
                all.emplace_back();
                if (listened) all.back().push_back(TcpState::kListen);
            }
            const bool initial_closed = span.state == TcpState::kClosed && previous == nullptr;
            if (!initial_closed) all.back().push_back(span.state);
            previous = &span;
        }
        return all;
    }

    static std::string states_text(const std::vector<TcpState>& states) {
        std::vector<std::string_view> names;
        for (const TcpState state : states) names.push_back(to_string(state));
        return fmt::format("{}", fmt::join(names, " "));
    }

    // LISTEN in front and CLOSED at the ends need not be written.
    static bool same_states(std::vector<TcpState> expected, std::vector<TcpState> seen) {
        const auto trim = [](std::vector<TcpState>& states) {
            while (!states.empty() && states.back() == TcpState::kClosed) states.pop_back();
            while (!states.empty() && states.front() == TcpState::kClosed) states.erase(states.begin());
        };
        trim(expected);
        trim(seen);
        const bool listen_written = !expected.empty() && expected.front() == TcpState::kListen;
        if (!listen_written && !seen.empty() && seen.front() == TcpState::kListen) seen.erase(seen.begin());
        trim(seen);
        return expected == seen;
    }

    void judge_states(const sim::StatesExpectation& expected) {
        const auto all = states_of(expected.actor);
        const bool passed =
            std::any_of(all.begin(), all.end(), [&](const auto& seen) { return same_states(expected.states, seen); });
        std::vector<std::string> seen;
        for (const auto& states : all) seen.push_back(states_text(states));
        add(passed, "states " + scenario_.actor_name(expected.actor), states_text(expected.states),
            seen.empty() ? "no connection" : fmt::format("{}", fmt::join(seen, "; ")), expected.span.line);
    }

    const sim::Scenario& scenario_;
    const Recording& recording_;
    const analysis::Analysis& analysis_;
    SeenPackets packets_;
    std::vector<Verdict> verdicts_;
};

}  // namespace

std::vector<Verdict> judge(const sim::Scenario& scenario, const sim::StoryOutcome& outcome, const Recording& recording,
                           const analysis::Analysis& analysis) {
    return Judge{scenario, recording, analysis}.judge(outcome);
}

Story make_story(const sim::Scenario& scenario, const Recording& recording) {
    Story story;
    story.name = scenario.name;
    story.file_name = scenario.file_name;
    story.yaml = scenario.yaml;
    story.title = scenario.title;
    story.lesson = scenario.lesson;
    story.topics = scenario.topics;
    story.framing = scenario.framing;
    for (const sim::Step& step : scenario.story) {
        const auto* call = std::get_if<sim::CallStep>(&step.action);
        const char* keyword = std::holds_alternative<sim::WaitStep>(step.action)    ? "wait: "
                              : std::holds_alternative<sim::UntilStep>(step.action) ? "until: "
                              : std::holds_alternative<sim::LinkStep>(step.action)  ? "link: "
                                                                                    : "";
        story.steps.push_back({step.span.line, call != nullptr ? call->actor : kNoActor, keyword + step.text});
    }
    const SeenPackets packets = see_packets(recording, analysis::Sightings(recording));
    for (const sim::TourEntry& entry : scenario.tour) {
        story.tour.push_back({entry.at, find_place(entry.place, recording, packets), entry.say});
    }
    return story;
}

}  // namespace wirestory::session
