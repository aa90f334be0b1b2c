// The option --filter, alike in every command that has it.
#pragma once

#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "analysis/filter/filter.hpp"

namespace wirestory::cli {

void add_filter_option(CLI::App& command, std::string& filter);

// A mistake is printed with a caret under its place, and nothing returned; so is a note about a likely one.
std::optional<analysis::Filter> compile_filter(const std::string& text, const char* command);

}  // namespace wirestory::cli
