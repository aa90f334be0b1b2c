#include "session/session.hpp"

#include <algorithm>
#include <atomic>
#include <map>

#include <fmt/format.h>
#include <signal.h>
#include <sys/utsname.h>

#include "analysis/analysis.hpp"
#include "base/messages.hpp"
#include "capture/source/capture_file.hpp"
#include "capture/source/live_capture.hpp"
#include "recording/recording_writer.hpp"
#include "session/observer.hpp"
#include "session/report_json.hpp"
#include "session/verdicts.hpp"
#include "sim/sandbox/sandbox.hpp"

namespace wirestory::session {

namespace {

constexpr DurationNs kTapTimeoutNs = 5 * kSecondNs;

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

std::vector<Actor> place_actors(const sim::Scenario& scenario, std::uint32_t address_block) {
    std::vector<Actor> actors;
    for (std::size_t i = 0; i < scenario.actors.size(); ++i) {
        const auto address = IpAddress::v4(address_block + 2 + static_cast<std::uint32_t>(i));
        actors.push_back({scenario.actors[i].name, address});
    }
    return actors;
}

std::vector<RunFact> describe_machine(const sim::Sandbox& sandbox) {
    utsname machine{};
    uname(&machine);
    std::vector<RunFact> facts{{"kernel", fmt::format("{} {}", machine.sysname, machine.release)},
                               {"sandbox", std::string{sim::to_string(sandbox.kind)}}};
    facts.insert(facts.end(), sandbox.facts.begin(), sandbox.facts.end());
    return facts;
}

// Findings about packets become their comments, so that Wireshark shows them too.
std::map<std::uint32_t, std::string> packet_comments(const Recording& recording, const analysis::Analysis& analysis) {
    std::map<std::uint32_t, std::string> comments;
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
        auto sandbox = sim::enter_sandbox({scenario_.sysctls, options_.allow_host_namespace});
        if (!sandbox) return tl::unexpected<Error>(sandbox.error());

        capture::LiveOptions live;
        live.filter = sandbox->capture_filter;
        auto tap = capture::LiveCapture::open(live);
        if (!tap) return tl::unexpected<Error>(tap.error());

        header_.actors = place_actors(scenario_, sandbox->address_block);
        header_.taps = {Tap{live.device, tap->link_type(), live.snap_bytes, 0, 0, false}};
        header_.facts = describe_machine(*sandbox);
        header_.story = make_story(scenario_, header_);
        if (auto staged = stage(*tap); !staged) return tl::unexpected<Error>(staged.error());
        return conclude(began_ns);
    }

private:
    // Tap, story and observer together, until the last packet of the story is in the file.
    Status stage(capture::LiveCapture& tap) {
        auto writer = RecordingWriter::create(options_.recording_path, header_);
        if (!writer) return tl::unexpected<Error>(writer.error());
        sim::Stage stage{header_.actors};
        // Packets from before the first marker are not of this story.
        if (auto ready = tap.synchronise([](const PacketRecord&) {}, kTapTimeoutNs); !ready) return ready;

        Observer observer{tap, stage, *writer, header_, interrupt_requested};
        if (auto started = observer.start(); !started) return started;
        outcome_ = sim::run_story(scenario_, stage, options_.limits, interrupt_requested);
        if (auto finished = observer.finish(); !finished) return finished;

        const capture::LiveStatistics statistics = tap.statistics();
        header_.taps[0].received = statistics.received;
        header_.taps[0].dropped = statistics.dropped;
        header_.taps[0].has_statistics = true;
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
