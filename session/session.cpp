#include "session/session.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <signal.h>
#include <sys/utsname.h>

#include "analysis/analysis.hpp"
#include "analysis/fate_words.hpp"
#include "base/messages.hpp"
#include "capture/source/capture_file.hpp"
#include "recording/recording_writer.hpp"
#include "session/observer.hpp"
#include "session/report_json.hpp"
#include "session/taps.hpp"
#include "session/verdicts.hpp"
#include "sim/sandbox/sandbox.hpp"
#include "sim/wire/wire.hpp"

namespace wirestory::session {

namespace {

constexpr DurationNs kTapTimeoutNs = 5 * kSecondNs;
constexpr DurationNs kRestNs = 10 * kSecondNs;

std::atomic<bool> interrupt_requested{false};

void request_interrupt(int) { interrupt_requested = true; }

void catch_interrupts() {
    struct sigaction action {};
    action.sa_handler = request_interrupt;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);  // a file at its size limit is an error to report, not a death
}

// On a wire each actor is a host with an address of its own; on loopback each has one of 127.0.0.0/8.
std::vector<Actor> place_actors(const sim::Scenario& scenario, const sim::Wire* wire, std::uint32_t address_block) {
    std::vector<Actor> actors;
    for (std::size_t i = 0; i < scenario.actors.size(); ++i) {
        const auto address = wire != nullptr ? wire->hosts().at(i).address
                                             : IpAddress::v4(address_block + 2 + static_cast<std::uint32_t>(i));
        actors.push_back({scenario.actors[i].name, address});
    }
    return actors;
}

Result<sim::Sandbox> enter_sandbox(const sim::Scenario& scenario, const RunOptions& options) {
    // The host's own network has no room for other hosts; and on a wire the scenario's settings are the hosts' own.
    if (scenario.wire) return sim::enter_sandbox({{}, false});
    return sim::enter_sandbox({scenario.sysctls, options.allow_host_namespace});
}

Result<std::optional<sim::Wire>> open_wire(const sim::Scenario& scenario) {
    if (!scenario.wire) return std::optional<sim::Wire>{};
    sim::WireSpec spec = *scenario.wire;
    spec.sysctls = scenario.sysctls;
    auto wire = sim::Wire::open(spec);
    if (!wire) return tl::unexpected(wire.error());
    return std::optional<sim::Wire>{std::move(*wire)};
}

// All rules that the wire has at some moment of the story, numbered as the wire numbers them.
std::vector<std::string> rule_texts(const sim::Scenario& scenario) {
    std::vector<std::string> texts;
    const auto add = [&texts](const std::vector<sim::WireRule>& rules) {
        for (const sim::WireRule& rule : rules) texts.push_back(rule.text);
    };
    if (scenario.wire) add(scenario.wire->rules);
    for (const sim::Step& step : scenario.story) {
        if (const auto* link = std::get_if<sim::LinkStep>(&step.action)) add(link->rules);
    }
    return texts;
}

// What is on its way when the story ends still arrives and is answered: until nothing moves any more.
void let_come_to_rest(sim::Wire& wire) {
    const TimeNs deadline_ns = monotonic_now_ns() + kRestNs;
    for (std::uint64_t before = ~std::uint64_t{0}; monotonic_now_ns() < deadline_ns;) {
        if (!wire.drain(deadline_ns - monotonic_now_ns())) return;
        const std::uint64_t offered = wire.statistics().offered;
        if (offered == before) return;
        before = offered;
    }
}

// A run in which the machine lost packets does not show what its scenario says.
void add_wire_verdict(const sim::WireStatistics& statistics, std::vector<Verdict>& verdicts) {
    const std::uint64_t lost = statistics.unasked_losses();
    if (lost == 0 && statistics.log_losses == 0) return;
    std::string seen = tr_format("{} lost: this machine was too busy for the wire", lost);
    if (statistics.log_losses != 0) seen += tr_format("; the fate of {} is not known", statistics.log_losses);
    verdicts.push_back({false, tr("wire"), tr("no packet lost that nobody wanted lost"), std::move(seen), 0, {}});
}

std::vector<RunFact> describe_machine(const sim::Sandbox& sandbox) {
    utsname machine{};
    uname(&machine);
    std::vector<RunFact> facts{{"kernel", fmt::format("{} {}", machine.sysname, machine.release)},
                               {"sandbox", std::string{sim::to_string(sandbox.kind)}}};
    facts.insert(facts.end(), sandbox.facts.begin(), sandbox.facts.end());
    return facts;
}

// Findings about packets, and what the wire did to them, become their comments, so that Wireshark shows them too.
std::map<std::uint32_t, std::string> packet_comments(const Recording& recording, const analysis::Analysis& analysis) {
    std::map<std::uint32_t, std::string> comments;
    for (std::uint32_t packet = 0; analysis.sightings.any() && packet < recording.packets.size(); ++packet) {
        if (!analysis.sightings.is_logical(packet)) continue;
        std::string fate = analysis::describe_fate(recording, analysis.sightings, packet);
        if (!fate.empty()) comments[packet] = std::move(fate);
    }
    for (const analysis::Finding& finding : analysis.findings) {
        const auto packet = std::find_if(finding.events.begin(), finding.events.end(),
                                         [](const EventRef& event) { return event.kind == EventKind::kPacket; });
        if (packet == finding.events.end()) continue;
        std::string& comment = comments[packet->index];
        if (!comment.empty()) comment += '\n';
        comment += fmt::format("{}: {}", analysis::to_string(finding.kind), analysis::describe(recording, finding));
    }
    return comments;
}

// The run itself, inside its own process.
class Run {
public:
    Run(const sim::Scenario& scenario, const RunOptions& options) : scenario_(scenario), options_(options) {}

    Result<RunReport> run() {
        const TimeNs began_ns = monotonic_now_ns();
        catch_interrupts();
        auto sandbox = enter_sandbox(scenario_, options_);
        if (!sandbox) return tl::unexpected<Error>(sandbox.error());
        auto wire = open_wire(scenario_);
        if (!wire) return tl::unexpected<Error>(wire.error());
        sim::Wire* const the_wire = *wire ? &**wire : nullptr;
        auto taps = Taps::open(*sandbox, the_wire, scenario_.wire ? scenario_.wire->mtu_bytes : 0);
        if (!taps) return tl::unexpected<Error>(taps.error());

        header_.actors = place_actors(scenario_, the_wire, sandbox->address_block);
        header_.taps = taps->describe();
        header_.wire_rules = rule_texts(scenario_);
        header_.facts = describe_machine(*sandbox);
        if (the_wire != nullptr) {
            header_.facts.insert(header_.facts.end(), the_wire->facts().begin(), the_wire->facts().end());
            for (const auto& [key, value] : scenario_.sysctls)
                header_.facts.push_back({fmt::format("sysctl {}", key), value + " (scenario, each host)"});
        }
        header_.story = make_story(scenario_, header_);
        if (auto staged = stage(*taps, the_wire); !staged) return tl::unexpected<Error>(staged.error());
        return conclude(began_ns);
    }

private:
    // Taps, story and observer together, until the last packet of the story is in the file.
    Status stage(Taps& taps, sim::Wire* wire) {
        auto writer = RecordingWriter::create(options_.recording_path, header_);
        if (!writer) return tl::unexpected<Error>(writer.error());
        sim::Stage stage{header_.actors};
        // Packets from before the first marker are not of this story.
        if (auto ready = taps.synchronise([](const PacketRecord&) {}, kTapTimeoutNs); !ready) return ready;

        Observer observer{taps, wire, stage, *writer, header_, interrupt_requested};
        if (auto started = observer.start(); !started) return started;
        outcome_ = sim::run_story(scenario_, stage, options_.limits, interrupt_requested, wire);
        if (wire != nullptr && !outcome_.interrupted) let_come_to_rest(*wire);
        if (auto finished = observer.finish(); !finished) return finished;
        if (wire != nullptr) {
            wire->close();
            if (auto written = observer.write_last_fates(); !written) return written;
            wire_statistics_ = wire->statistics();
        }
        taps.add_statistics(header_.taps);
        header_.complete = !outcome_.interrupted;
        return writer->finish(header_);
    }

    // What the recording shows, judged and written into it.
    Result<RunReport> conclude(TimeNs began_ns) {
        auto recording = capture::open_capture_file(options_.recording_path);
        if (!recording) return tl::unexpected<Error>(recording.error());
        const analysis::Analysis analysis = analysis::analyse(*recording);
        recording->story = make_story(scenario_, *recording);
        recording->story.verdicts = judge(scenario_, outcome_, *recording, analysis);
        if (scenario_.wire) add_wire_verdict(wire_statistics_, recording->story.verdicts);
        const auto written =
            write_recording(options_.recording_path, *recording, packet_comments(*recording, analysis));
        if (!written) return tl::unexpected<Error>(written.error());

        RunReport report;
        report.verdicts = recording->story.verdicts;
        report.passed = std::all_of(report.verdicts.begin(), report.verdicts.end(),
                                    [](const Verdict& verdict) { return verdict.passed; });
        report.interrupted = outcome_.interrupted;
        report.stuck = outcome_.stuck;
        report.duration_ns = monotonic_now_ns() - began_ns;
        report.recording_path = options_.recording_path;
        return report;
    }

    const sim::Scenario& scenario_;
    const RunOptions& options_;
    Recording header_;
    sim::StoryOutcome outcome_;
    sim::WireStatistics wire_statistics_;
};

}  // namespace

Result<ScenarioRun> ScenarioRun::start(const sim::Scenario& scenario, const RunOptions& options) {
    auto child = ChildProcess::start([&] { return report_to_json(Run{scenario, options}.run()); });
    if (!child) return tl::unexpected<Error>(child.error());
    return ScenarioRun{std::move(*child), options.recording_path};
}

Result<RunReport> ScenarioRun::finish() {
    const auto text = child_.finish();
    if (!text)
        return fail(tr_format("{}; what was recorded until then is in {}", text.error().message, recording_path_));
    return report_from_json(*text);
}

Result<RunReport> run_scenario(const sim::Scenario& scenario, const RunOptions& options) {
    auto run = ScenarioRun::start(scenario, options);
    if (!run) return tl::unexpected<Error>(run.error());
    return run->finish();
}

std::vector<std::string> known_findings() {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < analysis::kFindingKindCount; ++i) {
        names.emplace_back(analysis::to_string(static_cast<analysis::FindingKind>(i)));
    }
    return names;
}

}  // namespace wirestory::session
