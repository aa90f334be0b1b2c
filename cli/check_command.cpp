// `wirestory check FILE...`: every mistake of every file at once, for people on stderr or for editors as JSON.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/messages.hpp"
#include "cli/commands.hpp"
#include "session/session.hpp"
#include "sim/scenario/scenario.hpp"

namespace wirestory::cli {
namespace {

struct CheckOptions {
    std::vector<std::string> files;
    bool json = false;
};

struct Counts {
    std::size_t errors = 0;
    std::size_t warnings = 0;
    std::size_t bad_files = 0;
};

void count(const sim::Diagnostics& diagnostics, Counts& counts) {
    for (const sim::Diagnostic& item : diagnostics.items)
        ++(item.severity == sim::Severity::kError ? counts.errors : counts.warnings);
    if (diagnostics.has_errors()) ++counts.bad_files;
}

// Colours only for people who want them (https://no-color.org).
sim::Colours colours_of_stderr() {
    const char* no_color = std::getenv("NO_COLOR");
    const bool refused = no_color != nullptr && *no_color != '\0';
    return !refused && isatty(STDERR_FILENO) == 1 ? sim::Colours::kTerminal : sim::Colours::kNone;
}

void append_json(const sim::Diagnostics& diagnostics, nlohmann::json& array) {
    for (const sim::Diagnostic& item : sim::sorted_by_place(diagnostics)) {
        array.push_back({{"file", diagnostics.file},
                         {"line", item.span.line},
                         {"column", item.span.column},
                         {"length", item.span.length},
                         {"severity", item.severity == sim::Severity::kError ? "error" : "warning"},
                         {"message", item.message},
                         {"hint", item.hint}});
    }
}

std::string counted(std::size_t number, const char* one, const char* many) {
    return fmt::format(fmt::runtime(tr(number == 1 ? one : many)), number);
}

void print_summary(const Counts& counts, std::size_t files) {
    if (counts.errors == 0 && counts.warnings == 0) return;
    const std::string errors = counted(counts.errors, tr_later("{} error"), tr_later("{} errors"));
    const std::string warnings = counted(counts.warnings, tr_later("{} warning"), tr_later("{} warnings"));
    const std::string all = counted(files, tr_later("{} file"), tr_later("{} files"));
    // TRANSLATORS: "3 errors and 1 warning in 2 of 5 files"
    fmt::print(stderr, "{}\n", tr_format("{} and {} in {} of {}", errors, warnings, counts.bad_files, all));
}

int check(const CheckOptions& options) {
    const std::vector<std::string> known_findings = session::known_findings();
    const sim::Colours colours = colours_of_stderr();
    nlohmann::json array = nlohmann::json::array();
    Counts counts;
    for (const std::string& file : options.files) {
        std::string text;
        const sim::ParseOutcome outcome = sim::load_scenario(file, known_findings, text);
        count(outcome.diagnostics, counts);
        if (options.json) {
            append_json(outcome.diagnostics, array);
            continue;
        }
        fmt::print(stderr, "{}", sim::format_diagnostics(outcome.diagnostics, text, colours));
        if (outcome.scenario) fmt::print("{}: {}\n", file, tr("ok"));
        std::fflush(stdout);
    }
    if (options.json) {
        // File names may hold any bytes; JSON may not.
        fmt::print("{}\n", array.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    } else {
        print_summary(counts, options.files.size());
    }
    return counts.errors > 0 ? kMistake : kSuccess;
}

}  // namespace

void add_check_command(CLI::App& app, int& status) {
    CLI::App* command = app.add_subcommand("check", tr("Show every mistake of scenario files, with place and hint"));
    const auto options = std::make_shared<CheckOptions>();
    command->add_option("files", options->files, tr("Scenario files (YAML)"))->required()->option_text(tr("FILE ..."));
    command->add_flag("--json", options->json, tr("Print the mistakes as a JSON array on stdout, for editors"));
    command->callback([options, &status] { status = check(*options); });
}

}  // namespace wirestory::cli
