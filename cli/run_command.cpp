// `wirestory run FILE...`: stages scenarios and says what passed.
#include <cstdlib>
#include <filesystem>
#include <memory>

#include <fmt/color.h>
#include <fmt/core.h>
#include <unistd.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "session/session.hpp"
#include "sim/scenario/scenario.hpp"

namespace wirestory::cli {

namespace {

namespace fs = std::filesystem;

struct RunArguments {
    std::vector<std::string> files;
    std::string output;
    double timeout_s = 10;
};

void print_verdicts(const session::RunReport& report, const sim::Scenario& scenario) {
    for (const Verdict& verdict : report.verdicts) {
        if (verdict.passed) continue;
        fmt::print("  {}:{}: {}\n    expected: {}\n    seen:     {}\n", scenario.file_name, verdict.line, verdict.name,
                   verdict.expected, verdict.seen);
    }
}

// Where the recording of `scenario` goes: the named file, or (a folder, or several scenarios) NAME.pcapng in it.
Result<std::string> recording_path(const sim::Scenario& scenario, const RunArguments& arguments) {
    std::string flat_name = scenario.name;
    for (char& c : flat_name) {
        if (c == '/') c = '-';
    }
    std::error_code error;
    if (arguments.output.empty()) {
        const fs::path folder = fs::temp_directory_path(error) / fmt::format("wirestory-{}", getuid());
        fs::create_directories(folder, error);
        if (error) return fail(fmt::format("create {}: {}", folder.string(), error.message()));
        return (folder / (flat_name + ".pcapng")).string();
    }
    const bool is_folder = fs::is_directory(arguments.output, error) || arguments.output.back() == '/';
    if (!is_folder && arguments.files.size() == 1) return arguments.output;
    fs::create_directories(arguments.output, error);
    if (error) {
        return fail(fmt::format("-o {}: with several scenarios this must be a folder, and it cannot be made: {}",
                                arguments.output, error.message()));
    }
    return (fs::path{arguments.output} / (flat_name + ".pcapng")).string();
}

int run_one(const sim::Scenario& scenario, const RunArguments& arguments) {
    const auto path = recording_path(scenario, arguments);
    if (!path) {
        fmt::print(stderr, "wirestory run: {}\n", path.error().message);
        return kMachineCannot;
    }
    session::RunOptions options;
    options.recording_path = *path;
    options.limits.step_timeout_ns = static_cast<DurationNs>(arguments.timeout_s * 1e9);
    const auto report = session::run_scenario(scenario, options);
    if (!report) {
        fmt::print(stderr, "wirestory run: {}: {}\n`wirestory doctor` tells what works on this machine.\n",
                   scenario.file_name, report.error().message);
        return kMachineCannot;
    }
    const Paint paint{stdout_wants_colour()};
    const std::string word = report->interrupted ? paint.bad("interrupted")
                             : report->passed    ? paint.good("passed")
                                                 : paint.bad("FAILED");
    fmt::print("{} {}  {}  {}\n", word, scenario.name, format_duration(report->duration_ns), report->recording_path);
    print_verdicts(*report, scenario);
    std::fflush(stdout);
    if (report->interrupted) return kInterrupted;
    return report->passed ? kSuccess : kExpectationFailed;
}

int run_all(const RunArguments& arguments) {
    int worst = kSuccess;
    std::size_t failed = 0;
    for (const std::string& file : arguments.files) {
        std::string text;
        const sim::ParseOutcome parsed = sim::load_scenario(file, session::known_findings(), text);
        if (!parsed.diagnostics.items.empty()) {
            fmt::print(stderr, "{}", sim::format_diagnostics(parsed.diagnostics, text));
        }
        const int status = parsed.scenario ? run_one(*parsed.scenario, arguments) : static_cast<int>(kMistake);
        if (status == kInterrupted) return status;
        if (status != kSuccess) ++failed;
        worst = std::max(worst, status);
    }
    if (arguments.files.size() > 1) {
        fmt::print("{} passed, {} failed\n", arguments.files.size() - failed, failed);
    }
    return worst;
}

}  // namespace

void add_run_command(CLI::App& app, int& status) {
    const auto arguments = std::make_shared<RunArguments>();
    CLI::App* run = app.add_subcommand("run", "Stage scenarios with real sockets and record them");
    run->add_option("FILE", arguments->files, "Scenario files")->required();
    run->add_option("-o,--output", arguments->output,
                    "Recording to write (.pcapng); with several scenarios the folder for them")
        ->option_text("RECORDING");
    run->add_option("--timeout", arguments->timeout_s, "Seconds that a step may take before the run is called stuck")
        ->check(CLI::Range(0.01, 3600.0))
        ->capture_default_str();
    run->callback([arguments, &status] { status = run_all(*arguments); });
}

}  // namespace wirestory::cli
