// `wirestory list`: the library of scenarios with titles and topics, in the user's language.
#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/scenario_library.hpp"
#include "cli/terminal.hpp"
#include "session/session.hpp"
#include "sim/scenario/scenario.hpp"

namespace wirestory::cli {

namespace {

struct ListArguments {
    std::vector<std::string> words;
    bool json = false;
};

struct Entry {
    std::string name;
    std::string file;
    Localized title;
    std::vector<std::string> topics;
};

void print_entries(const std::vector<Entry>& entries, Language language) {
    int names = 0;
    for (const Entry& entry : entries) names = std::max(names, display_width(entry.name));
    const int titles = std::max(stdout_columns() - names - 2, 20);
    for (const Entry& entry : entries) {
        const std::string topics = fmt::format("[{}]", fmt::join(entry.topics, " "));
        const std::string& title = entry.title.in(language);
        const bool room = display_width(title) + 2 + display_width(topics) <= titles;
        fmt::print("{}  {}\n", padded(entry.name, names), room ? title + "  " + topics : fit_width(title, titles));
    }
}

void print_json(const std::vector<Entry>& entries) {
    nlohmann::json out = nlohmann::json::array();
    for (const Entry& entry : entries) {
        out.push_back({{"name", entry.name},
                       {"file", entry.file},
                       {"title", {{"en", entry.title.en}, {"zh", entry.title.zh}}},
                       {"topics", entry.topics}});
    }
    fmt::print("{}\n", out.dump(2));
}

int list(const ListArguments& arguments) {
    std::vector<std::string> files;
    if (arguments.words.empty()) {
        const std::string folder = library_folder();
        if (folder.empty()) {
            fmt::print(stderr, "wirestory list: {}\n",
                       tr("no library of scenarios was found; set WIRESTORY_SCENARIOS to its folder"));
            return kMistake;
        }
        files = scenarios_below(folder);
    }
    for (const std::string& word : arguments.words) {
        auto found = resolve_scenarios(word);
        if (!found) {
            fmt::print(stderr, "wirestory list: {}\n", found.error().message);
            return kMistake;
        }
        files.insert(files.end(), found->begin(), found->end());
    }
    std::vector<Entry> entries;
    int status = kSuccess;
    for (const std::string& file : files) {
        std::string text;
        const sim::ParseOutcome parsed = sim::load_scenario(file, session::known_findings(), text);
        if (parsed.scenario) {
            entries.push_back({parsed.scenario->name, file, parsed.scenario->title, parsed.scenario->topics});
        } else {
            fmt::print(stderr, "wirestory list: {}\n",
                       tr_format("{} has mistakes; `wirestory check` names them", file));
            status = kMistake;
        }
    }
    if (arguments.json) {
        print_json(entries);
    } else {
        print_entries(entries, process_language());
    }
    return status;
}

}  // namespace

void add_list_command(CLI::App& app, int& status) {
    const auto arguments = std::make_shared<ListArguments>();
    CLI::App* command = app.add_subcommand("list", tr("Show the library of scenarios"));
    command->add_option("SCENARIO", arguments->words, tr("Only these (names, folders, patterns)"));
    command->add_flag("--json", arguments->json, tr("Print a JSON array instead"));
    command->callback([arguments, &status] { status = list(*arguments); });
}

}  // namespace wirestory::cli
