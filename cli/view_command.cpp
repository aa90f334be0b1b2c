// `wirestory view`: opens a recording, or runs a scenario and opens what it recorded. Running happens in the way of
// session: before any window exists while this process has one thread; from the window, in a child `wirestory run`.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analysis/analysis.hpp"
#include "base/messages.hpp"
#include "base/unique_fd.hpp"
#include "capture/source/capture_file.hpp"
#include "cli/capture_beginning.hpp"
#include "cli/commands.hpp"
#include "cli/filter_option.hpp"
#include "cli/picture_size.hpp"
#include "cli/scenario_library.hpp"
#include "cli/terminal.hpp"
#include "session/session.hpp"
#include "sim/scenario/diagnostics.hpp"
#include "sim/scenario/scenario.hpp"
#include "viz/app/app.hpp"

extern char** environ;

namespace wirestory::cli {

namespace {

namespace fs = std::filesystem;

struct ViewArguments {
    std::string input;
    std::string output;
    std::string screenshot;
    std::string size = "1280x800";
    std::string theme = "dark";
    std::string select;
    std::string filter;
    std::string tab;
    double playhead_ms = -1;
    double zoom = 1;
    float scale = 0;
};

// A folder that goes away with the process, for recordings that the user did not ask to keep.
class TemporaryFolder {
public:
    TemporaryFolder() = default;
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    Result<std::string> file(const std::string& name) {
        if (path_.empty()) {
            std::error_code error;
            std::string pattern = (fs::temp_directory_path(error) / "wirestory-XXXXXX").string();
            if (::mkdtemp(pattern.data()) == nullptr) return fail_errno("make a temporary folder", errno);
            path_ = pattern;
        }
        return (fs::path(path_) / name).string();
    }

private:
    std::string path_;
};

bool is_scenario(const std::string& path) { return path.ends_with(".yaml") || path.ends_with(".yml"); }

constexpr std::uint64_t kFirstPackets = kPacketsBetweenWatches;

viz::Document document_of(Recording recording) {
    viz::Document document;
    auto shared = std::make_shared<const Recording>(std::move(recording));
    document.analysis = std::make_shared<const analysis::Analysis>(analysis::analyse(*shared));
    document.recording = std::move(shared);
    return document;
}

Result<viz::Document> open_recording(const std::string& path) {
    auto recording = capture::open_capture_file(path);
    if (!recording) return tl::unexpected<Error>(recording.error());
    return document_of(std::move(*recording));
}

// What is shown at once. `rest` becomes whether there is more in the file. Recordings of our own are shown whole unless
// they are very large: who takes part and the lesson may stand at their end.
Result<viz::Document> open_at_once(const std::string& path, bool& rest) {
    rest = false;
    if (!can_be_read_twice(path)) return open_recording(path);
    auto beginning = open_beginning(path, kFirstPackets, {});
    if (!beginning) return tl::unexpected<Error>(beginning.error());
    constexpr std::uintmax_t kLargeBytes = 64U << 20U;
    std::error_code ignored;
    const bool own = !beginning->recording.calls.empty();
    if (!beginning->whole && own && fs::file_size(path, ignored) < kLargeBytes) return open_recording(path);
    rest = !beginning->whole;
    return document_of(std::move(beginning->recording));
}

Result<viz::Document> open_in_steps(const std::string& path, viz::OpeningSteps& steps) {
    if (steps.wants_first()) {
        bool rest = false;
        auto document = open_at_once(path, rest);
        if (!document || !rest) return document;
        steps.hand_over_first(std::move(*document));
    }
    capture::OpenOptions options;
    bool packed = false;
    options.read.watch = [&](const ReadProgress& progress) {
        packed = packed || progress.unpacked_bytes > 0;
        // Unpacking is the first half of reading what is packed.
        const std::uint64_t before = packed && progress.unpacked_bytes == 0 ? progress.total_bytes : 0;
        return steps.reading(progress.packets, before + progress.bytes, progress.total_bytes * (packed ? 2 : 1));
    };
    auto recording = capture::open_capture_file(path, options);
    if (!recording) return tl::unexpected<Error>(recording.error());
    viz::Document document;
    auto shared = std::make_shared<const Recording>(std::move(*recording));
    auto analysis =
        analysis::analyse(*shared, [&](std::size_t done, std::size_t of) { return steps.indexing(done, of); });
    if (!analysis) return fail(tr_format("open {}: it was stopped", path));
    document.analysis = std::make_shared<const analysis::Analysis>(std::move(*analysis));
    document.recording = std::move(shared);
    return document;
}

std::string recording_name(const std::string& scenario) { return fs::path(scenario).stem().string() + ".pcapng"; }

// Runs `wirestory run SCENARIO -o OUTPUT` as a child: the window's process has threads (the GL driver's), and a run
// wants a process of one. The child's words go to our standard error only when it could not record anything.
Result<viz::Document> run_in_child(const std::string& scenario, const std::string& output) {
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0) return fail(tr_format("run {}: out of memory", scenario));
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    std::vector<std::string> words = {
        "wirestory", "run", scenario, "-o", output, "--lang", process_language() == Language::kChinese ? "zh" : "en"};
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = -1;
    const int error = ::posix_spawn(&child, "/proc/self/exe", &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) return fail_errno("run " + scenario, error);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return fail_errno("wait for the run of " + scenario, errno);
    }
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code == kMistake) return fail(tr_format("run {}: the scenario has mistakes; see `wirestory check`", scenario));
    if (code == kMachineCannot) return fail(tr_format("run {}: this machine cannot; see `wirestory doctor`", scenario));
    // An expectation that failed is in the recording's verdicts: it is shown, not refused.
    if (code != kSuccess && code != kExpectationFailed) return fail(tr_format("run {}: the run ended early", scenario));
    return open_recording(output);
}

// Before the window: in this process. `status` tells apart a mistake in the file from a machine that cannot.
Result<viz::Document> run_here(const std::string& path, const std::string& output, int& status) {
    std::string source;
    const sim::ParseOutcome outcome = sim::load_scenario(path, session::known_findings(), source);
    if (!outcome.scenario) {
        status = kMistake;
        return fail(sim::format_diagnostics(outcome.diagnostics, source));
    }
    session::RunOptions options;
    options.recording_path = output;
    const auto report = session::run_scenario(*outcome.scenario, options);
    if (!report) {
        status = kMachineCannot;
        return tl::unexpected<Error>(report.error());
    }
    if (report->interrupted) {
        status = kInterrupted;
        return fail(tr_format("run {}: interrupted", path));
    }
    auto document = open_recording(output);
    if (!document) status = kMistake;
    return document;
}

// The library, by name; what has mistakes is left out.
std::vector<viz::ScenarioEntry> find_scenarios() {
    std::vector<viz::ScenarioEntry> found;
    const std::string folder = library_folder();
    if (folder.empty()) return found;
    for (const std::string& file : scenarios_below(folder)) {
        std::string source;
        const auto outcome = sim::load_scenario(file, session::known_findings(), source);
        if (outcome.scenario) found.push_back({file, outcome.scenario->name, outcome.scenario->title});
    }
    return found;
}

std::optional<viz::ScreenshotOptions> screenshot_of(const ViewArguments& arguments) {
    if (arguments.screenshot.empty()) return std::nullopt;
    viz::ScreenshotOptions shot;
    shot.path = arguments.screenshot;
    if (const auto size = parse_picture_size(arguments.size)) {  // the parser has checked the form
        shot.width_px = size->width_px;
        shot.height_px = size->height_px;
    }
    return shot;
}

// What is to be seen first may stand anywhere in the file.
bool asks_for_whole(const ViewArguments& arguments) {
    return !arguments.screenshot.empty() || !arguments.select.empty() || arguments.playhead_ms >= 0 ||
           arguments.zoom > 1;
}

int view(const ViewArguments& arguments) {
    TemporaryFolder folder;
    const auto output_for = [&](const std::string& scenario) -> Result<std::string> {
        return arguments.output.empty() ? folder.file(recording_name(scenario)) : Result<std::string>(arguments.output);
    };
    const auto say = [](const Error& error) { fmt::print(stderr, "wirestory view: {}\n", error.message); };

    int status = kMistake;
    bool rest = false;
    Result<viz::Document> document;
    if (is_scenario(arguments.input)) {
        const auto output = output_for(arguments.input);
        document = output ? run_here(arguments.input, *output, status) : tl::unexpected<Error>(output.error());
    } else if (!arguments.input.empty() && asks_for_whole(arguments)) {
        document = open_recording(arguments.input);
    } else if (!arguments.input.empty()) {
        document = open_at_once(arguments.input, rest);
    }
    viz::ViewerOptions options;
    if (rest) options.rest_of = arguments.input;
    options.screenshot = screenshot_of(arguments);
    if (!document) {
        // A window can say it and let the user go on; a picture cannot.
        say(document.error());
        if (options.screenshot || is_scenario(arguments.input)) return status;
        options.opening_error = document.error().message;
    }
    options.dark = arguments.theme != "light";
    options.language = process_language();
    options.scale = arguments.scale;
    options.select = arguments.select;
    options.filter = arguments.filter;
    options.playhead_ms = arguments.playhead_ms;
    options.tab = arguments.tab;
    options.zoom = arguments.zoom;
    options.find_scenarios = find_scenarios;
    options.open = [&folder](const std::string& path, viz::OpeningSteps& steps) -> Result<viz::Document> {
        if (!is_scenario(path)) return open_in_steps(path, steps);
        const auto output = folder.file(recording_name(path));
        if (!output) return tl::unexpected<Error>(output.error());
        return run_in_child(path, *output);
    };
    const Status shown = viz::run_viewer(document ? std::move(*document) : viz::Document{}, options);
    if (shown) return kSuccess;
    say(shown.error());
    return kMachineCannot;
}

}  // namespace

void add_view_command(CLI::App& app, int& status) {
    auto arguments = std::make_shared<ViewArguments>();
    CLI::App* view_app = app.add_subcommand("view", tr("Open the timeline window over a recording or a scenario"));
    view_app->add_option("FILE", arguments->input,
                         tr("A .pcapng or .pcap file, or a scenario (.yaml), which is run first"));
    view_app->add_option("-o,--output", arguments->output, tr("Keep the recording of a scenario in this file"));
    view_app->add_option("--screenshot", arguments->screenshot, tr("Write a PNG of the window instead of opening it"));
    view_app->add_option("--size", arguments->size, tr("Size of the screenshot"))
        ->check(CLI::Validator([](std::string& text) { return picture_size_mistake(text); }, "WIDTHxHEIGHT"))
        ->capture_default_str();
    view_app->add_option("--theme", arguments->theme, tr("Colours"))
        ->check(CLI::IsMember({"dark", "light"}))
        ->capture_default_str();
    view_app->add_option("--select", arguments->select, tr("Select the first call or packet whose text contains this"));
    add_filter_option(*view_app, arguments->filter);
    view_app->add_option("--playhead", arguments->playhead_ms, tr("Show everything up to this many milliseconds"))
        ->check(CLI::NonNegativeNumber);
    view_app->add_option("--tab", arguments->tab, tr("Tab to open"))->check(CLI::IsMember(viz::tab_names()));
    view_app->add_option("--zoom", arguments->zoom, tr("Zoom of the timeline, around the selection"))
        ->check(CLI::Range(1.0, 1e6));
    view_app->add_option("--scale", arguments->scale, tr("Size of everything; 1 is that of a standard display"))
        ->check(CLI::Range(0.5, 4.0));
    view_app->callback([arguments, &status] { status = view(*arguments); });
}

}  // namespace wirestory::cli
