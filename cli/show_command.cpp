// `wirestory show FILE`: any recording or capture as a ladder, as lists of packets, flows or findings, as the bytes of
// a flow, or as JSON. Each view stands in a file of its own (show_views.hpp).
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "analysis/analysis.hpp"
#include "base/messages.hpp"
#include "capture/source/capture_file.hpp"
#include "cli/agreement_json.hpp"
#include "cli/capture_beginning.hpp"
#include "cli/commands.hpp"
#include "cli/export_picture.hpp"
#include "cli/filter_option.hpp"
#include "cli/json_export.hpp"
#include "cli/latency_text.hpp"
#include "cli/packet_list.hpp"
#include "cli/reference_export.hpp"
#include "cli/show_views.hpp"
#include "cli/terminal.hpp"

namespace wirestory::cli {

namespace {

constexpr int kLeastWidth = 60;
constexpr int kMostWidth = 400;

struct ShowOptions {
    std::string file;
    std::string filter;
    bool packets = false;
    bool flows = false;
    bool findings = false;
    std::uint32_t stream = analysis::kNoFlow;
    StreamForm form = StreamForm::kText;
    StreamDirection direction = StreamDirection::kBoth;
    TimeStyle time = TimeStyle::kRelative;
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

viz::TextStyle output_style(const ShowOptions& options) {
    viz::TextStyle style;
    style.unicode = !options.ascii && locale_is_utf8();
    style.colour = options.colour == "always" || (options.colour == "auto" && stdout_wants_colour());
    return style;
}

int complain(const std::string& sentence) {
    fmt::print(stderr, "wirestory show: {}\n", sentence);
    return kMistake;
}

// For views that do not tell it themselves: a list that ends where the file is cut must not look whole.
void warn_of_damage(const Recording& recording) {
    for (const Damage& damage : recording.damages)
        if (damage.fault != FileFault::kNone) fmt::print(stderr, "wirestory show: {}\n", damage_text(damage));
}

int one_flow(const ShowContext& context, const ShowOptions& options) {
    const std::size_t flows = context.analysis.flows.size();
    if (options.stream >= flows) {
        const std::string there =
            flows == 0 ? std::string(tr("it has no flows")) : tr_format("its flows are 0 to {}", flows - 1);
        return complain(tr_format("{} has no flow {}: {} (wirestory show --flows lists them)", context.recording.path,
                                  options.stream, there));
    }
    if (options.findings) {
        show_flow_findings(context, options.stream);
        return kSuccess;
    }
    if (options.form == StreamForm::kRaw && options.direction == StreamDirection::kBoth) {
        return complain(tr("raw bytes cannot carry a mark of their direction: add --direction initiator or responder"));
    }
    show_stream(context, {options.stream, options.form, options.direction});
    return kSuccess;
}

int show_view(const ShowContext& context, const ShowOptions& options) {
    const bool ladder = options.stream == analysis::kNoFlow && !options.flows && !options.findings;
    if (!ladder) warn_of_damage(context.recording);
    if (options.stream != analysis::kNoFlow) return one_flow(context, options);
    if (options.flows) {
        show_flows(context);
    } else if (options.findings) {
        show_findings(context, FindingScope::kAll);
    } else if (show_heading(context) && show_ladder(context) && show_findings(context, FindingScope::kMade)) {
        show_verdicts(context);
    }
    return kSuccess;
}

int list_packets(const Recording& recording, const analysis::Filter& filter, const ShowOptions& options) {
    PacketList list(recording, filter, options.time, output_width(options.width), output_style(options).unicode);
    if (list.write(recording, analysis::analyse(recording)) && list.flush()) warn_of_damage(recording);
    return kSuccess;
}

// The lines of its beginning are written before the rest is read. Ends early when nobody reads them any more.
int list_large_capture(const Recording& beginning, const analysis::Filter& filter, const ShowOptions& options) {
    PacketList list(beginning, filter, options.time, output_width(options.width), output_style(options).unicode);
    const bool by_these_alone = !filter.looks_ahead();
    if (by_these_alone && !list.write(beginning, analysis::analyse(beginning))) return kSuccess;
    if (by_these_alone && !filter.selects_everything() && !list.flush()) return kSuccess;
    capture::OpenOptions opening;
    opening.read.sort_by_time = false;
    opening.read.watch = [](const ReadProgress&) { return !stdout_is_closed(); };
    const auto opened = capture::open_capture_file(options.file, opening);
    if (!opened) return complain(opened.error().message);
    const auto analysis = analysis::analyse(*opened, [](std::size_t, std::size_t) { return !stdout_is_closed(); });
    if (analysis && list.write(*opened, *analysis) && list.flush()) warn_of_damage(*opened);
    return kSuccess;
}

int show_packets(const analysis::Filter& filter, const ShowOptions& options) {
    if (can_be_read_twice(options.file)) {
        ReadOptions by_file;
        by_file.sort_by_time = false;
        const auto beginning = open_beginning(options.file, kPacketsListedByTime, by_file);
        if (!beginning) return complain(beginning.error().message);
        const Recording& first = beginning->recording;
        const bool large = !beginning->whole || first.packets.size() >= kPacketsListedByTime;
        // Our own recordings go by time: they may have several taps.
        const bool own = !first.calls.empty() || first.packets.has_packet_ids();
        if (large && !own) return list_large_capture(first, filter, options);
    }
    const auto opened = capture::open_capture_file(options.file);
    if (!opened) return complain(opened.error().message);
    return list_packets(*opened, filter, options);
}

int show(const ShowOptions& options) {
    const auto filter = compile_filter(options.filter, "show");
    if (!filter) return kMistake;
    if (options.packets) return show_packets(*filter, options);
    const auto opened = capture::open_capture_file(options.file);
    if (!opened && options.reference) export_unopened_reference(options.file, opened.error(), write_out);
    if (!opened) return options.reference ? static_cast<int>(kMistake) : complain(opened.error().message);
    const Recording& recording = *opened;
    const int width = output_width(options.width);
    const analysis::Analysis analysis = analysis::analyse(recording);
    analysis::FilterMatcher matcher(*filter, recording, analysis);
    if (!options.svg.empty()) {
        PictureOptions picture;
        picture.language = process_language();
        return write_picture(recording, analysis, *filter, picture, options.svg, "show");
    }
    if (options.reference) {
        export_reference(recording, analysis, write_out);
        return kSuccess;
    }
    if (options.json) {
        export_json(recording, analysis, matcher, write_out);
        return kSuccess;
    }
    if (options.agreement) {
        write_out(agreement_json(recording, analysis));
        return kSuccess;
    }
    if (options.latency) {
        warn_of_damage(recording);
        write_out(latency_text(recording, analysis, width, process_language()));
        return kSuccess;
    }
    return show_view(
        {recording, analysis, matcher, width, output_style(options), options.time, process_language(), options.verbose},
        options);
}

template <class Value>
using Names = std::vector<std::pair<std::string, Value>>;

void add_view_options(CLI::App& command, ShowOptions& options) {
    auto* views = command.add_option_group(tr("Views"), tr("What to print; without one the ladder"));
    constexpr std::size_t kFindings = 2;
    constexpr std::size_t kStream = 3;
    const std::vector<CLI::Option*> all = {
        views->add_flag("--packets", options.packets, tr("A line a packet, in tshark's columns")),
        views->add_flag("--flows", options.flows, tr("A line a flow: who, how much each way, when, how it ended")),
        views->add_flag("--findings", options.findings,
                        tr("What the analysis found, with causes; with --stream, of that flow only")),
        views->add_option("--stream", options.stream,
                          tr("The bytes of this flow, each direction marked (numbers: --flows)")),
        views->add_flag("--json", options.json, tr("Everything as one JSON object")),
        views->add_flag("--reference", options.reference,
                        tr("What was decoded and concluded of each packet, one JSON object a line")),
        views->add_flag("--latency", options.latency, tr("Print where each message's time went, from send to recv")),
        views->add_option("--svg", options.svg, tr("Write the timeline as an SVG picture to this file"))};
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t k = i + 1; k < all.size(); ++k) {
            if (i != kFindings || k != kStream) all[i]->excludes(all[k]);
        }
    }
    static const Names<StreamForm> kForms = {
        {"text", StreamForm::kText}, {"hex", StreamForm::kHex}, {"raw", StreamForm::kRaw}};
    static const Names<StreamDirection> kDirections = {{"both", StreamDirection::kBoth},
                                                       {"initiator", StreamDirection::kInitiator},
                                                       {"responder", StreamDirection::kResponder}};
    command.add_option("--as", options.form, tr("Form of the bytes of --stream"))
        ->transform(CLI::CheckedTransformer(kForms))
        ->option_text("text|hex|raw [text]");
    command.add_option("--direction", options.direction, tr("Whose bytes --stream prints"))
        ->transform(CLI::CheckedTransformer(kDirections))
        ->option_text("both|initiator|responder [both]");
    static const Names<TimeStyle> kTimes = {
        {"relative", TimeStyle::kRelative}, {"absolute", TimeStyle::kAbsolute}, {"delta", TimeStyle::kDelta}};
    command
        .add_option("--time", options.time,
                    tr("Times of the lists: since the begin, of the clock, since the line before"))
        ->transform(CLI::CheckedTransformer(kTimes))
        ->option_text("relative|absolute|delta [relative]");
}

}  // namespace

void add_show_command(CLI::App& app, int& status) {
    CLI::App* command =
        app.add_subcommand("show", tr("Print a recording or capture: calls and packets in order of time"));
    auto options = std::make_shared<ShowOptions>();
    command
        ->add_option("FILE", options->file,
                     tr("A recording of wirestory, or any pcap or pcapng file, also packed with gzip or zstd; - for "
                        "standard input"))
        ->required();
    add_filter_option(*command, options->filter);
    add_view_options(*command, *options);
    command->add_flag("--agreement", options->agreement)->group("");  // for the tests: not listed
    command->add_option("--width", options->width, tr("Columns to use (default: the terminal's; 80 in a pipe)"))
        ->check(CLI::Range(kLeastWidth, kMostWidth));
    command->add_option("--color,--colour", options->colour, tr("When to use colours"))
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->default_str("auto");
    command->add_flag("--ascii", options->ascii, tr("No characters beyond ASCII"));
    command->add_flag("-v,--verbose", options->verbose, tr("Name the expectations that were met, too"));
    command->callback([options, &status] { status = show(*options); });
}

}  // namespace wirestory::cli
