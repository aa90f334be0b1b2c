// `wirestory run`: stages scenarios, several at once, and says what passed.
#include <algorithm>
#include <filesystem>
#include <list>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "base/messages.hpp"
#include "cli/commands.hpp"
#include "cli/ladder_excerpt.hpp"
#include "cli/run_queue.hpp"
#include "cli/run_report.hpp"
#include "cli/scenario_library.hpp"
#include "cli/terminal.hpp"
#include "session/session.hpp"
#include "sim/scenario/scenario.hpp"

namespace wirestory::cli {

namespace {

namespace fs = std::filesystem;

struct RunArguments {
    std::vector<std::string> words;
    std::string output;
    std::string junit;
    double timeout_s = 10;
    int jobs = 1;
    int repeat = 1;
    bool json = false;
};

// Where recordings go: one named file, or a folder.
struct Destination {
    std::string file;
    fs::path folder;
};

Result<Destination> choose_destination(const RunArguments& arguments, std::size_t run_count) {
    std::error_code error;
    if (arguments.output.empty()) {
        Destination destination{{}, fs::temp_directory_path(error) / fmt::format("wirestory-{}", getuid())};
        fs::create_directories(destination.folder, error);
        if (error) return fail(tr_format("create {}: {}", destination.folder.string(), error.message()));
        return destination;
    }
    const bool is_folder = fs::is_directory(arguments.output, error) || arguments.output.back() == '/';
    if (!is_folder && run_count == 1) return Destination{arguments.output, {}};
    fs::create_directories(arguments.output, error);
    if (error) {
        return fail(tr_format("-o {}: with several runs this must be a folder, and it cannot be made: {}",
                              arguments.output, error.message()));
    }
    return Destination{{}, arguments.output};
}

std::string recording_path(const Destination& destination, const sim::Scenario& scenario, int round, int repeat) {
    if (!destination.file.empty()) return destination.file;
    std::string name = scenario.name;
    std::replace(name.begin(), name.end(), '/', '-');
    if (repeat > 1) name += fmt::format("-{}", round);
    return (destination.folder / (name + ".pcapng")).string();
}

class RunCommand {
public:
    explicit RunCommand(const RunArguments& arguments)
        : arguments_(arguments),
          colour_(stdout_wants_colour()),
          progress_(!arguments.json && isatty(STDERR_FILENO) == 1) {}

    int run() {
        load_all();
        const auto destination =
            choose_destination(arguments_, scenarios_.size() * static_cast<std::size_t>(arguments_.repeat));
        if (!destination) {
            fmt::print(stderr, "wirestory run: {}\n", destination.error().message);
            return kMachineCannot;
        }
        fill_queue(*destination);
        const TimeNs began_ns = monotonic_now_ns();
        run_queue(queue_, arguments_.jobs, [this](const FinishedRun& run) { return finished(run); });
        clear_progress();
        const double seconds = static_cast<double>(monotonic_now_ns() - began_ns) / 1e9;
        if (!arguments_.json && records_.size() > 1) fmt::print("{}", summary_text(records_, seconds, colour_));
        if (!arguments_.junit.empty()) {
            if (const Status written = write_junit(arguments_.junit, records_, seconds); !written) {
                fmt::print(stderr, "wirestory run: {}\n", written.error().message);
                worst_ = std::max(worst_, static_cast<int>(kMachineCannot));
            }
        }
        return worst_;
    }

private:
    // Every mistake of every file is said before anything runs; what is right runs all the same.
    void load_all() {
        for (const std::string& word : arguments_.words) {
            const auto files = resolve_scenarios(word);
            if (!files) {
                fmt::print(stderr, "wirestory run: {}\n", files.error().message);
                worst_ = kMistake;
                continue;
            }
            for (const std::string& file : *files) load(file);
        }
    }

    void load(const std::string& file) {
        std::string text;
        sim::ParseOutcome parsed = sim::load_scenario(file, session::known_findings(), text);
        if (!parsed.diagnostics.items.empty()) {
            fmt::print(stderr, "{}", sim::format_diagnostics(parsed.diagnostics, text));
        }
        if (parsed.scenario) {
            scenarios_.push_back(std::move(*parsed.scenario));
            return;
        }
        worst_ = kMistake;
        RunRecord record;
        record.name = record.file = file;
        record.status = kMistake;
        record.trouble = tr("mistakes in the file");
        if (arguments_.json) fmt::print("{}", run_json(record));
        records_.push_back(std::move(record));
    }

    void fill_queue(const Destination& destination) {
        for (int round = 1; round <= arguments_.repeat; ++round) {
            for (const sim::Scenario& scenario : scenarios_) {
                QueuedRun run{&scenario, round, {}};
                run.options.recording_path = recording_path(destination, scenario, round, arguments_.repeat);
                run.options.limits.step_timeout_ns = static_cast<DurationNs>(arguments_.timeout_s * 1e9);
                queue_.push_back(std::move(run));
            }
        }
        show_progress();
    }

    bool finished(const FinishedRun& run) {
        RunRecord record;
        record.name = run.run->scenario->name;
        record.file = run.run->scenario->file_name;
        record.round = run.run->round;
        if (run.report) {
            record.status = run.report->interrupted ? kInterrupted : run.report->passed ? kSuccess : kExpectationFailed;
            record.seconds = static_cast<double>(run.report->duration_ns) / 1e9;
            record.recording = run.report->recording_path;
            record.verdicts = run.report->verdicts;
            locate(record);
        } else {
            record.status = kMachineCannot;
            record.trouble =
                tr_format("{}; `wirestory doctor` tells what works on this machine", run.report.error().message);
        }
        worst_ = std::max(worst_, record.status);
        clear_progress();
        say(record);
        // Of many rounds only those that failed are worth keeping, unless a folder was named for them.
        if (record.status == kSuccess && arguments_.repeat > 1 && arguments_.output.empty()) {
            std::error_code ignored;
            fs::remove(record.recording, ignored);
        }
        records_.push_back(std::move(record));
        show_progress();
        return records_.back().status != kInterrupted;
    }

    // The places of the failed verdicts stand in the recording, not in the report.
    static void locate(RunRecord& record) {
        const bool all_passed = record.status == kSuccess;
        if (all_passed) return;
        if (auto verdicts = recorded_verdicts(record.recording); verdicts.size() == record.verdicts.size()) {
            record.verdicts = std::move(verdicts);
        }
    }

    void say(const RunRecord& record) {
        const bool many = queue_.size() > 1;
        if (arguments_.json) {
            fmt::print("{}", run_json(record));
        } else if (record.status == kMachineCannot) {
            fmt::print(stderr, "wirestory run: {}: {}\n", record.file, record.trouble);
        } else if (!many || record.status != kSuccess || arguments_.repeat == 1) {
            fmt::print("{}", run_text(record, arguments_.repeat > 1, colour_));
        }
        std::fflush(stdout);
    }

    void show_progress() {
        if (!progress_ || queue_.size() < 2 || records_.size() >= queue_.size()) return;
        fmt::print(stderr, "{}", tr_format("{}/{} runs", records_.size(), queue_.size()));
        std::fflush(stderr);
    }
    void clear_progress() {
        if (progress_) fmt::print(stderr, "\r\x1b[K");
    }

    const RunArguments& arguments_;
    bool colour_;
    bool progress_;
    int worst_ = kSuccess;
    std::list<sim::Scenario> scenarios_;  // a list: the queue points into it
    std::vector<QueuedRun> queue_;
    std::vector<RunRecord> records_;
};

}  // namespace

void add_run_command(CLI::App& app, int& status) {
    const auto arguments = std::make_shared<RunArguments>();
    CLI::App* run = app.add_subcommand("run", tr("Stage scenarios with real sockets and record them"));
    run->add_option("SCENARIO", arguments->words,
                    tr("Scenario files, folders, patterns, or names of the library (tcp/handshake, udp)"))
        ->required();
    run->add_option("-o,--output", arguments->output,
                    tr("Recording to write (.pcapng); with several runs the folder for them"))
        ->option_text(tr("RECORDING"));
    run->add_option("-j,--jobs", arguments->jobs, tr("Runs at once, each in namespaces of its own"))
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    run->add_option("--repeat", arguments->repeat, tr("Times to run each scenario"))
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    run->add_option("--timeout", arguments->timeout_s,
                    tr("Seconds that a step may take before the run is called stuck"))
        ->check(CLI::Range(0.01, 3600.0))
        ->capture_default_str();
    run->add_flag("--json", arguments->json, tr("Print one JSON object a run, a line each"));
    run->add_option("--junit", arguments->junit, tr("Also write the results as JUnit XML"))->option_text(tr("FILE"));
    run->callback([arguments, &status] { status = RunCommand{*arguments}.run(); });
}

}  // namespace wirestory::cli
