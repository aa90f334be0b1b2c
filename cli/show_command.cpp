// `wirestory show FILE`: any recording or capture as a ladder in the terminal, as JSON, or as an SVG of the timeline.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "analysis/analysis.hpp"
#include "base/text.hpp"
#include "capture/source/capture_file.hpp"
#include "cli/commands.hpp"
#include "cli/json_export.hpp"
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

// Up to the next place where a line may end: at a blank, or between Chinese characters, but never before a closing
// mark.
std::size_t unbreakable_bytes(std::string_view text) {
    const auto length_at = [&](std::size_t at) {
        std::size_t length = 1;
        while (at + length < text.size() && (static_cast<unsigned char>(text[at + length]) & 0xC0U) == 0x80U) ++length;
        return length;
    };
    const auto closes = [](std::string_view character) {
        constexpr std::string_view kClosing = "。，、：；）”？！》";
        return character.size() == 3 && kClosing.find(character) != std::string_view::npos;
    };
    std::size_t at = 0;
    while (at < text.size() && text[at] != ' ' && text[at] != '\n') {
        const std::string_view character = text.substr(at, length_at(at));
        const bool wide = display_width(character) > 1;
        if (wide && at > 0 && !closes(character)) break;
        at += character.size();
        if (!wide) continue;
        const std::string_view next = text.substr(at, at < text.size() ? length_at(at) : 0);
        if (!closes(next)) break;
    }
    return at;
}

std::string wrapped(std::string_view text, int width, std::string_view indent) {
    std::string out;
    std::string line;
    const auto flush = [&] {
        if (line.empty()) return;
        out += fmt::format("{}{}\n", indent, line);
        line.clear();
    };
    bool spaced = false;
    while (!text.empty()) {
        if (text.front() == ' ' || text.front() == '\n') {
            spaced = !line.empty();
            text.remove_prefix(1);
            continue;
        }
        const std::string_view word = text.substr(0, unbreakable_bytes(text));
        const int used = display_width(line) + (spaced ? 1 : 0) + display_width(word);
        if (!line.empty() && used + static_cast<int>(indent.size()) > width) {
            flush();
            spaced = false;
        }
        if (spaced) line += ' ';
        line += word;
        spaced = false;
        text.remove_prefix(word.size());
    }
    flush();
    return out;
}

std::string counted(std::size_t count, std::string_view thing) {
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string heading(const Recording& recording, const Analysis& analysis, int width, const TextStyle& style) {
    std::string out;
    if (recording.story.present()) {
        out += viz::paint_words(recording.story.title.in(environment_language()), Role::kTextStrong, style) + "\n";
    }
    std::string summary = fmt::format("{}: {}", recording.path, counted(recording.packets.size(), "packet"));
    if (!recording.calls.empty()) summary += ", " + counted(recording.calls.size(), "call");
    if (!analysis.flows.empty()) summary += ", " + counted(analysis.flows.size(), "flow");
    summary += ", " + counted(analysis.findings.size(), "finding");
    out += wrapped(summary, width, "");
    for (const Tap& tap : recording.taps) {
        if (!tap.has_statistics || tap.dropped == 0) continue;
        out += viz::paint_words(fmt::format("{}: the kernel dropped {} before they could be captured", tap.name,
                                            counted(tap.dropped, "packet")),
                                Role::kCallFailed, style) +
               "\n";
    }
    for (const Damage& damage : recording.damages) {
        const std::string text =
            fmt::format("damaged at byte {}: {}; everything before it is shown", damage.file_offset, damage.what);
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
    std::string out = "\n" + viz::paint_words("Findings", Role::kTextStrong, style) + "\n";
    for (const analysis::Finding& finding : analysis.findings) {
        const DurationNs since = finding.begin_ns - recording.first_time_ns();
        out += viz::paint_words(fmt::format("  {} ", to_string(finding.kind)), Role::kFinding, style);
        out += viz::paint_words(fmt::format("at {:.3f} ms", static_cast<double>(since) / 1e6), Role::kTextDim, style);
        out += "\n" + wrapped(analysis::describe(recording, finding, environment_language()), width, "    ");
    }
    return out;
}

// One line when all went as expected; what did not in full, and everything when asked for it.
std::string verdicts_text(const Recording& recording, int width, const TextStyle& style, bool verbose) {
    const std::vector<Verdict>& verdicts = recording.story.verdicts;
    if (verdicts.empty()) return {};
    const auto passed = std::count_if(verdicts.begin(), verdicts.end(), [](const Verdict& v) { return v.passed; });
    std::string out = "\n" + viz::paint_words("Expectations", Role::kTextStrong, style);
    out += fmt::format("  {} of {} as expected\n", passed, verdicts.size());
    for (const Verdict& verdict : verdicts) {
        if (verdict.passed) {
            if (verbose) out += fmt::format("  passed  {}\n", verdict.name);
            continue;
        }
        out += viz::paint_words(fmt::format("  FAILED  {} (line {})", verdict.name, verdict.line), Role::kCallFailed,
                                style) +
               "\n";
        out += wrapped("expected " + verdict.expected, width, "    ");
        out += wrapped("seen     " + verdict.seen, width, "    ");
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
    view.language = environment_language();
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
    view.language = environment_language();
    const viz::TimeAxis axis = viz::axis_for(recording, analysis, view.axis);
    const std::string svg = viz::paint_svg(viz::layout_timeline(recording, analysis, axis, view, options), style);
    std::FILE* file = std::fopen(path.c_str(), "we");
    const bool opened = file != nullptr;
    bool written = opened && std::fwrite(svg.data(), 1, svg.size(), file) == svg.size();
    // fclose() tells of a full disk what fwrite() only buffered.
    if (opened && std::fclose(file) != 0) written = false;
    if (written) return kSuccess;
    const int error_number = errno;
    fmt::print(stderr, "wirestory show: {}\n", fail_errno("write " + path, error_number).value().message);
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
    const int width = output_width(options.width);
    const TextStyle style = output_style(options);
    if (write_out(heading(recording, analysis, width, style)) && show_ladder(recording, analysis, width, style)) {
        write_out(findings_text(recording, analysis, width, style) +
                  verdicts_text(recording, width, style, options.verbose));
    }
    return kSuccess;
}

}  // namespace

void add_show_command(CLI::App& app, int& status) {
    CLI::App* command = app.add_subcommand("show", "Print a recording or capture: calls and packets in order of time");
    auto options = std::make_shared<ShowOptions>();
    command->add_option("FILE", options->file, "A recording of wirestory, or any pcap or pcapng file")->required();
    command->add_flag("--json", options->json, "Print everything as one JSON object instead");
    command->add_flag("--reference", options->reference,
                      "Print what was decoded and concluded of each packet, one JSON object a line");
    command->add_option("--width", options->width, "Columns to use (default: the terminal's; 80 in a pipe)")
        ->check(CLI::Range(kLeastWidth, kMostWidth));
    command->add_option("--color,--colour", options->colour, "When to use colours")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->default_str("auto");
    command->add_flag("--ascii", options->ascii, "No characters beyond ASCII");
    command->add_flag("-v,--verbose", options->verbose, "Name the expectations that were met, too");
    command->add_option("--svg", options->svg, "Write the timeline as an SVG picture to this file instead");
    command->callback([options, &status] { status = show(*options); });
}

}  // namespace wirestory::cli
