// `wirestory export FILE -o OUT`: a recording or capture as a table, a diagram or a picture; the ending says which.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/core.h>

#include "analysis/analysis.hpp"
#include "base/messages.hpp"
#include "capture/source/capture_file.hpp"
#include "cli/commands.hpp"
#include "cli/export_picture.hpp"
#include "cli/export_rows.hpp"
#include "cli/filter_option.hpp"
#include "cli/picture_size.hpp"
#include "cli/terminal.hpp"

namespace wirestory::cli {

namespace {

struct ExportOptions {
    std::string file;
    std::string output;
    std::string filter;
    std::string view = "timeline";
    std::string size;
    std::string theme = "light";
};

using TableWriter = void (*)(const ExportSource&, OutputFile&);

TableWriter table_writer(const std::string& path) {
    if (path.ends_with(".csv")) return write_csv;
    if (path.ends_with(".jsonl")) return write_json_lines;
    return path.ends_with(".md") ? write_mermaid : nullptr;
}

int complain(int status, const std::string& sentence) {
    fmt::print(stderr, "wirestory export: {}\n", sentence);
    return status;
}

int write_table(const ExportSource& source, const std::string& path) {
    auto file = OutputFile::create(path);
    if (!file) return complain(kMachineCannot, file.error().message);
    table_writer(path)(source, *file);
    const Status written = file->finish();
    return written ? kSuccess : complain(kMachineCannot, written.error().message);
}

PictureOptions picture_options(const ExportOptions& options, Language language) {
    PictureOptions picture;
    picture.view = options.view == "ladder" ? PictureView::kLadder : PictureView::kTimeline;
    picture.theme = options.theme == "dark" ? viz::Theme::kDark : viz::Theme::kLight;
    picture.language = language;
    if (const auto size = parse_picture_size(options.size)) {
        picture.width_px = size->width_px;
        picture.height_px = size->height_px;
    }
    return picture;
}

int export_file(const ExportOptions& options) {
    if (table_writer(options.output) == nullptr && !is_picture(options.output)) {
        return complain(kMistake, tr_format("{}: the ending says what to write: .csv, .jsonl, .md (a Mermaid diagram), "
                                            ".svg, .png or .pdf",
                                            options.output));
    }
    const auto filter = compile_filter(options.filter, "export");
    if (!filter) return kMistake;
    const Result<Recording> opened = capture::open_capture_file(options.file);
    if (!opened) return complain(kMistake, opened.error().message);
    const analysis::Analysis analysis = analysis::analyse(*opened);
    const Language language = process_language();
    for (const Damage& damage : opened->damages) {
        fmt::print(stderr, "wirestory export: {}\n",
                   tr_format("{}: damaged at byte {}: {}; what stands before it is written", options.file,
                             damage.file_offset, damage.what));
    }
    if (is_picture(options.output)) {
        return write_picture(*opened, analysis, *filter, picture_options(options, language), options.output, "export");
    }
    return write_table({*opened, analysis, *filter, language}, options.output);
}

}  // namespace

void add_export_command(CLI::App& app, int& status) {
    CLI::App* command =
        app.add_subcommand("export", tr("Write a recording or capture as a table, a diagram or a picture"));
    auto options = std::make_shared<ExportOptions>();
    command
        ->add_option("FILE", options->file,
                     tr("A recording of wirestory, or any pcap or pcapng file, also packed with gzip or zstd; - for "
                        "standard input"))
        ->required();
    command
        ->add_option("-o,--output", options->output,
                     tr("File to write; its ending says what: .csv, .jsonl, .md (Mermaid), .svg, .png, .pdf"))
        ->required();
    add_filter_option(*command, options->filter);
    command->add_option("--view", options->view, tr("What a picture shows"))
        ->check(CLI::IsMember({"timeline", "ladder"}))
        ->capture_default_str();
    command->add_option("--size", options->size, tr("Size of a picture in pixels (1280x720; a ladder takes the width)"))
        ->check(CLI::Validator([](std::string& text) { return picture_size_mistake(text); }, "WIDTHxHEIGHT"));
    command->add_option("--theme", options->theme, tr("Colours of a picture"))
        ->check(CLI::IsMember({"light", "dark"}))
        ->capture_default_str();
    command->callback([options, &status] { status = export_file(*options); });
}

}  // namespace wirestory::cli
