// The parser's help and complaints in the user's language, wrapped to the terminal by display width. CLI11 has them in
// English only and pads by bytes.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "base/locale.hpp"

namespace wirestory::cli {

// The language of `--lang` when the command line has it, else that of the environment. Asked before the parser exists,
// for the parser's own texts are in that language.
Language language_of_command_line(int argc, const char* const* argv);

// Gives `app`, which has no subcommands yet, our help; they inherit it.
void use_our_help(CLI::App& app);
// `--lang` of `app` and of its subcommands.
void add_language_option(CLI::App& app);

// A mistake on the command line in one sentence.
std::string parser_message(const CLI::Error& error);

}  // namespace wirestory::cli
