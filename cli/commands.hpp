// The subcommands of `wirestory`, one file each. A command registers itself with the parser; when it was chosen its
// callback sets the exit status. Only cli/ prints or exits.
#pragma once

#include <CLI/CLI.hpp>

namespace wirestory::cli {

enum ExitStatus : int {
    kSuccess = 0,
    kExpectationFailed = 1,  // a run went through and something was not as expected
    kMistake = 2,            // in a scenario file, a capture file or the command line
    kMachineCannot = 3,      // refused by this machine: namespaces, capture, display
    kInterrupted = 130,      // Ctrl-C, as shells report it
};

void add_run_command(CLI::App& app, int& status);
void add_list_command(CLI::App& app, int& status);
void add_check_command(CLI::App& app, int& status);
void add_show_command(CLI::App& app, int& status);
void add_export_command(CLI::App& app, int& status);
void add_view_command(CLI::App& app, int& status);
void add_doctor_command(CLI::App& app, int& status);

}  // namespace wirestory::cli
