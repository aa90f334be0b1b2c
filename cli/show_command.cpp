// `wirestory show FILE`: any recording or capture as a ladder in the terminal, as JSON, or as an SVG of the timeline.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "analysis/analysis.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "capture/source/capture_file.hpp"
#include "cli/agreement_json.hpp"
#include "cli/commands.hpp"
#include "cli/json_export.hpp"
#include "cli/latency_text.hpp"
#include "cli/reference_export.hpp"
#include "cli/terminal.hpp"
#include "viz/layout/ladder.hpp"
#include "viz/layout/ladder_plan.hpp"
#include "viz/layout/timeline.hpp"
#include "viz/paint_svg/paint_svg.hpp"
#include "viz/paint_text/paint_text.hpp"

namespace wirestory::cli {

namespace {

using analysis::Analysis;
using viz::Role;
using viz::TextStyle;

constexpr int kLeastWidth = 60;
constexpr int kMostWidth = 400;
constexpr std::size_t kRowsAtOnce = 1000;  // memory stays small, and `| head` ends it early
constexpr float kSvgWidth = 1280;
constexpr float kSvgHeight = 720;

struct ShowOptions {
    std::string file;
    bool json = false;
    bool reference = false;
    bool latency = false;
    bool agreement = false;
    int width = 0;
    std::string colour = "auto";
    bool ascii = false;
    std::string svg;
    bool verbose = false;
};

int output_width(int wanted) { return std::clamp(wanted > 0 ? wanted : stdout_columns(), kLeastWidth, kMostWidth); }

TextStyle output_style(const ShowOptions& options) {
    TextStyle style;
    style.unicode = !options.ascii && locale_is_utf8();
    style.colour = options.colour == "always" || (options.colour == "auto" && stdout_wants_colour());
    return style;
}

// False when nobody reads any more (`| head`): then the command ends quietly.
bool write_out(std::string_view text) { return std::fwrite(text.data(), 1, text.size(), stdout) == text.size(); }

std::string counted(std::size_t count, const char* one, const char* many) {
    return fmt::format(fmt::runtime(tr(count == 1 ? one : many)), count);
}

std::string heading(const Recording& recording, const Analysis& analysis, int width, const TextStyle& style) {
    std::string out;
    if (recording.story.present()) {
        out += viz::paint_words(recording.story.title.in(process_language()), Role::kTextStrong, style) + "\n";
    }
    std::string summary = fmt::format("{}: {}", recording.path,
                                      counted(recording.packets.size(), tr_later("{} packet"), tr_later("{} packets")));
    if (!recording.calls.empty())
        summary += ", " + counted(recording.calls.size(), tr_later("{} call"), tr_later("{} calls"));
    if (!analysis.flows.empty())
        summary += ", " + counted(analysis.flows.size(), tr_later("{} flow"), tr_later("{} flows"));
    summary += ", " + counted(analysis.findings.size(), tr_later("{} finding"), tr_later("{} findings"));
    out += wrapped(summary, width, "");
    for (const Tap& tap : recording.taps) {
        if (!tap.has_statistics || tap.dropped == 0) continue;
        out += viz::paint_words(tr_format("{}: the kernel dropped {} before they could be captured", tap.name,
                                          counted(tap.dropped, tr_later("{} packet"), tr_later("{} packets"))),
                                Role::kCallFailed, style) +
               "\n";
    }
    for (const Damage& damage : recording.damages) {
        const std::string text =
            tr_format("damaged at byte {}: {}; everything before it is shown", damage.file_offset, damage.what);
        for (std::string rest = wrapped(text, width, ""); !rest.empty();) {
            const std::size_t end = rest.find('\n');
            out += viz::paint_words(rest.substr(0, end), Role::kCallFailed, style) + "\n";
            rest.erase(0, end + 1);
        }
    }
    return out + "\n";
}

std::string findings_text(const Recording& recording, const Analysis& analysis, int width, const TextStyle& style) {
    if (analysis.findings.empty()) return {};
    std::string out = "\n" + viz::paint_words(tr("Findings"), Role::kTextStrong, style) + "\n";
    for (const analysis::Finding& finding : analysis.findings) {
        const DurationNs since = finding.begin_ns - recording.first_time_ns();
        out += viz::paint_words(fmt::format("  {} ", to_string(finding.kind)), Role::kFinding, style);
        out += viz::paint_words(tr_format("at {:.3f} ms", static_cast<double>(since) / 1e6), Role::kTextDim, style);
        out += "\n" + wrapped(analysis::describe(recording, finding, process_language()), width, "    ");
    }
    return out;
}

// One line when all went as expected; what did not in full, and everything when asked for it.
std::string verdicts_text(const Recording& recording, int width, const TextStyle& style, bool verbose) {
    const std::vector<Verdict>& verdicts = recording.story.verdicts;
    if (verdicts.empty()) return {};
    const auto passed = std::count_if(verdicts.begin(), verdicts.end(), [](const Verdict& v) { return v.passed; });
    std::string out = "\n" + viz::paint_words(tr("Expectations"), Role::kTextStrong, style);
    out += "  " + tr_format("{} of {} as expected", passed, verdicts.size()) + "\n";
    for (const Verdict& verdict : verdicts) {
        if (verdict.passed) {
            if (verbose) out += fmt::format("  {}  {}\n", tr("passed"), verdict.name);
            continue;
        }
        out += viz::paint_words("  " + tr_format("FAILED  {} (line {})", verdict.name, verdict.line), Role::kCallFailed,
                                style) +
               "\n";
        out += wrapped(tr_format("expected {}", verdict.expected), width, "    ");
        out += wrapped(tr_format("seen {}", verdict.seen), width, "    ");
    }
    return out;
}

bool show_ladder(const Recording& recording, const Analysis& analysis, int width, const TextStyle& style) {
    viz::LadderOptions options;
    options.width = static_cast<float>(width);
    options.text = viz::cell_metrics();
    const viz::LadderPlan plan(recording, analysis, viz::ladder_columns_for(options), options.show_findings);
    options.plan = &plan;
    options.row_count = kRowsAtOnce;
    viz::ViewState view;
    view.language = process_language();
    for (; options.first_row == 0 || options.first_row < plan.rows().size(); options.first_row += kRowsAtOnce) {
        const viz::Scene scene = viz::layout_ladder(recording, analysis, view, options);
        if (!write_out(viz::paint_text(scene, style))) return false;
    }
    return true;
}

int write_svg(const Recording& recording, const Analysis& analysis, const std::string& path) {
    viz::SvgStyle style;
    viz::TimelineOptions options;
    options.width = kSvgWidth;
    options.height = kSvgHeight;
    options.text = viz::svg_metrics(style);
    viz::ViewState view;
    view.language = process_language();
    const viz::TimeAxis axis = viz::axis_for(recording, analysis, view.axis);
    const std::string svg = viz::paint_svg(viz::layout_timeline(recording, analysis, axis, view, options), style);
    std::FILE* file = std::fopen(path.c_str(), "we");
    const bool opened = file != nullptr;
    bool written = opened && std::fwrite(svg.data(), 1, svg.size(), file) == svg.size();
    // fclose() tells of a full disk what fwrite() only buffered.
    if (opened && std::fclose(file) != 0) written = false;
    if (written) return kSuccess;
    const int error_number = errno;
    fmt::print(stderr, "wirestory show: {}\n", fail_errno(tr_format("write {}", path), error_number).value().message);
    return kMachineCannot;
}

int show(const ShowOptions& options) {
    const Result<Recording> opened = capture::open_capture_file(options.file);
    if (!opened && options.reference) {
        export_unopened_reference(options.file, opened.error(), write_out);
        return kMistake;
    }
    if (!opened) {
        fmt::print(stderr, "wirestory show: {}\n", opened.error().message);
        return kMistake;
    }
    const Recording& recording = *opened;
    const Analysis analysis = analysis::analyse(recording);
    if (!options.svg.empty()) return write_svg(recording, analysis, options.svg);
    if (options.reference) {
        export_reference(recording, analysis, write_out);
        return kSuccess;
    }
    if (options.json) {
        export_json(recording, analysis, write_out);
        return kSuccess;
    }
    if (options.agreement) {
        write_out(agreement_json(recording, analysis));
        return kSuccess;
    }
    const int width = output_width(options.width);
    if (options.latency) {
        write_out(latency_text(recording, analysis, width, process_language()));
        return kSuccess;
    }
    const TextStyle style = output_style(options);
    if (write_out(heading(recording, analysis, width, style)) && show_ladder(recording, analysis, width, style)) {
        write_out(findings_text(recording, analysis, width, style) +
                  verdicts_text(recording, width, style, options.verbose));
    }
    return kSuccess;
}

}  // namespace

void add_show_command(CLI::App& app, int& status) {
    CLI::App* command =
        app.add_subcommand("show", tr("Print a recording or capture: calls and packets in order of time"));
    auto options = std::make_shared<ShowOptions>();
    command->add_option("FILE", options->file, tr("A recording of wirestory, or any pcap or pcapng file"))->required();
    command->add_flag("--json", options->json, tr("Print everything as one JSON object instead"));
    command->add_flag("--reference", options->reference,
                      tr("Print what was decoded and concluded of each packet, one JSON object a line"));
    command->add_flag("--latency", options->latency, tr("Print where each message's time went, from send to recv"));
    command->add_flag("--agreement", options->agreement)->group("");  // for the tests: not listed
    command->add_option("--width", options->width, tr("Columns to use (default: the terminal's; 80 in a pipe)"))
        ->check(CLI::Range(kLeastWidth, kMostWidth));
    command->add_option("--color,--colour", options->colour, tr("When to use colours"))
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->default_str("auto");
    command->add_flag("--ascii", options->ascii, tr("No characters beyond ASCII"));
    command->add_flag("-v,--verbose", options->verbose, tr("Name the expectations that were met, too"));
    command->add_option("--svg", options->svg, tr("Write the timeline as an SVG picture to this file instead"));
    command->callback([options, &status] { status = show(*options); });
}

}  // namespace wirestory::cli
