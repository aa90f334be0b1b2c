#include "cli/help_text.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "cli/terminal.hpp"

namespace wirestory::cli {

namespace {

constexpr int kNameColumns = 26;
constexpr int kMostHelpColumns = 100;  // longer lines are hard to read

int help_columns() { return std::clamp(stdout_columns(), 40, kMostHelpColumns); }

// "  NAME   text, whose further lines\n         stand below it\n"; a long name has a line for itself.
std::string help_entry(const std::string& name, const std::string& text) {
    const std::string indent(kNameColumns, ' ');
    std::string lines = wrapped(text, help_columns(), indent);
    const std::string begin = "  " + name;
    if (display_width(begin) + 1 < kNameColumns && lines.size() > indent.size()) {
        return padded(begin, kNameColumns) + lines.substr(indent.size());
    }
    return begin + "\n" + lines;
}

// What CLI11 makes of a type and its checks: "INT:INT in [1 - 64]", "TEXT:{dark,light}", "TEXT:WIDTHxHEIGHT".
struct TypeWords {
    std::string name;
    std::string choices;  // "dark|light"
    std::string range;    // "1 - 64"
};
TypeWords type_words(const CLI::Option* option) {
    TypeWords words;
    words.name = option->get_type_name();
    const std::size_t colon = words.name.find(':');
    if (colon == std::string::npos) return words;
    const std::string check = words.name.substr(colon + 1);
    words.name.resize(colon);
    const std::size_t open = check.find_first_of("[{");
    if (open == std::string::npos) {
        if (check.find('x') != std::string::npos) words.choices = check;
        return words;
    }
    std::string inside = check.substr(open + 1, check.find_last_of("]}") - open - 1);
    if (check[open] == '[') {
        words.range = std::move(inside);
    } else {
        std::replace(inside.begin(), inside.end(), ',', '|');
        words.choices = std::move(inside);
    }
    return words;
}

class HelpText : public CLI::Formatter {
public:
    HelpText() {
        label("Usage", tr("Usage"));
        label("OPTIONS", tr("OPTIONS"));
        label("SUBCOMMAND", tr("COMMAND"));
        label("Positionals", tr("Arguments"));
        label("TEXT", tr("TEXT"));
        label("INT", tr("NUMBER"));
        label("FLOAT", tr("NUMBER"));
    }
    std::string make_group(std::string group, bool is_positional,
                           std::vector<const CLI::Option*> options) const override {
        std::string out = fmt::format("\n{}:\n", group == "Options" ? tr("Options") : group.c_str());
        for (const CLI::Option* option : options) out += make_option(option, is_positional);
        return out;
    }
    std::string make_option(const CLI::Option* option, bool is_positional) const override {
        return help_entry(make_option_name(option, is_positional) + make_option_opts(option), make_option_desc(option));
    }
    std::string make_subcommand(const CLI::App* command) const override {
        return help_entry(command->get_name(), command->get_description());
    }
    // The type's name, or the words to choose from, and whether there may be several.
    std::string make_option_opts(const CLI::Option* option) const override {
        std::string out;
        if (!option->get_option_text().empty()) {
            out = " " + option->get_option_text();
        } else if (option->get_type_size() != 0) {
            const TypeWords type = type_words(option);
            out = " " + (type.choices.empty() ? get_label(type.name) : type.choices);
            if (option->get_expected_max() >= CLI::detail::expected_max_vector_size) out += " ...";
        }
        return out + (option->get_required() ? std::string(" ") + tr("(required)") : "");
    }
    std::string make_option_desc(const CLI::Option* option) const override {
        std::string out = option->get_description();
        const std::string range = type_words(option).range;
        if (!range.empty()) out += fmt::format(" ({})", range);
        if (!option->get_default_str().empty()) out += " " + tr_format("(default: {})", option->get_default_str());
        return out;
    }
    std::string make_footer(const CLI::App* app) const override {
        std::string footer = app->get_footer();
        std::string out;
        while (!footer.empty()) {
            const std::size_t end = std::min(footer.find('\n'), footer.size());
            out += wrapped(footer.substr(0, end), help_columns(), "");
            footer.erase(0, end + 1);
        }
        return out;
    }
    std::string make_usage(const CLI::App* app, std::string name) const override {
        return "\n" + CLI::Formatter::make_usage(app, std::move(name));
    }
    std::string make_description(const CLI::App* app) const override {
        return wrapped(app->get_description(), help_columns(), "");
    }
};

// What CLI11 says, by pattern; the more special ones first.
constexpr std::array kComplaints = {
    tr_later("A subcommand is required"),
    tr_later("{} is required"),
    tr_later("The following argument was not expected: {}"),
    tr_later("The following arguments were not expected: {}"),
    tr_later("{}: {} required {} missing"),
    tr_later("Could not convert: {} = {}"),
    tr_later("{}: Value {} not in range {}"),
    tr_later("{}: Number less than 0: {}"),
    tr_later("{}: {} not in {}"),
};

// The parts of `text` that stand where `pattern` has its placeholders; nothing when it is another sentence.
std::optional<std::vector<std::string>> matched(std::string_view pattern, std::string_view text) {
    std::vector<std::string> parts;
    for (bool first = true;; first = false) {
        const std::size_t place = pattern.find("{}");
        const std::string_view literal = pattern.substr(0, place);
        const bool last = place == std::string_view::npos;
        const std::size_t at = last && text.ends_with(literal) ? text.size() - literal.size() : text.find(literal);
        if (at == std::string_view::npos || (first && at != 0)) return std::nullopt;
        if (!first) parts.emplace_back(literal.empty() ? text : text.substr(0, at));
        if (last) return literal.empty() || text.ends_with(literal) ? std::optional{parts} : std::nullopt;
        text.remove_prefix(at + literal.size());
        pattern.remove_prefix(place + 2);
    }
}

}  // namespace

Language language_of_command_line(int argc, const char* const* argv) {
    constexpr std::string_view kName = "--lang";
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--") break;
        if (!word.starts_with(kName)) continue;
        std::string_view value;
        if (word.size() > kName.size() && word[kName.size()] == '=') value = word.substr(kName.size() + 1);
        if (word == kName && i + 1 < argc) value = argv[i + 1];
        if (value == "zh") return Language::kChinese;
        if (value == "en") return Language::kEnglish;
    }
    return environment_language();
}

void use_our_help(CLI::App& app) {
    app.formatter(std::make_shared<HelpText>());
    app.set_help_flag("-h,--help", tr("Print this help and end"));
    app.failure_message([](const CLI::App* asked, const CLI::Error& error) {
        const CLI::App* at = asked;
        for (const CLI::App* command : asked->get_subcommands()) at = command;
        const std::string of = at == asked ? std::string{} : at->get_name() + " ";
        return fmt::format("{}\n{}\n", parser_message(error), tr_format("`wirestory {}--help` tells more.", of));
    });
}

void add_language_option(CLI::App& app) {
    const auto add = [](CLI::App& to) {
        // Its value has been read already, by language_of_command_line(); here it is checked and explained.
        to.add_option_function<std::string>(
              "--lang", [](const std::string&) {},
              tr("Language of what is said: en or zh; that of the environment by default"))
            ->check(CLI::IsMember({"en", "zh"}))
            ->option_text("en|zh");
    };
    add(app);
    for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) add(*command);
}

std::string parser_message(const CLI::Error& error) {
    const std::string said = error.what();
    for (const char* pattern : kComplaints) {
        auto parts = matched(pattern, said);
        if (!parts) continue;
        parts->resize(3);
        return fmt::format(fmt::runtime(tr(pattern)), (*parts)[0], (*parts)[1], (*parts)[2]);
    }
    return said;
}

}  // namespace wirestory::cli
