#include "cli/filter_option.hpp"

#include <cstdio>

#include <fmt/core.h>

#include "base/messages.hpp"

namespace wirestory::cli {

void add_filter_option(CLI::App& command, std::string& filter) {
    command.add_option("-Y,--filter", filter,
                       tr("Only what this selects, in Wireshark's language: 'tcp.port == 9000 and flags.syn' "
                          "(docs/filters.md)"));
}

std::optional<analysis::Filter> compile_filter(const std::string& text, const char* command) {
    auto filter = analysis::Filter::compile(text, process_language());
    if (!filter) {
        fmt::print(stderr, "wirestory {}: {}: {}", command, tr("filter"),
                   format_filter_error(text, filter.error(), process_language()));
        return std::nullopt;
    }
    if (filter->note()) {
        fmt::print(stderr, "wirestory {}: {}: {}", command, tr("note"),
                   format_filter_error(text, *filter->note(), process_language()));
    }
    return *filter;
}

}  // namespace wirestory::cli
