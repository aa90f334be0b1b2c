// wirestory: the command line. Each subcommand lives in a file of its own.
#include "cli/commands.hpp"

namespace {

constexpr const char* kFooter =
    "Exit status: 0 success, 1 an expectation failed, 2 a mistake in a file or the command line, "
    "3 this machine cannot.\n"
    "First steps: wirestory doctor; wirestory run scenarios/tcp/handshake.yaml -o handshake.pcapng; "
    "wirestory show handshake.pcapng";

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Stages real socket exchanges; shows socket calls, kernel buffers and packets on one time axis."};
    app.name("wirestory");
    app.require_subcommand(1);
    app.set_version_flag("--version", "wirestory " WIRESTORY_VERSION);
    app.footer(kFooter);

    int status = wirestory::cli::kSuccess;
    wirestory::cli::add_run_command(app, status);
    wirestory::cli::add_list_command(app, status);
    wirestory::cli::add_check_command(app, status);
    wirestory::cli::add_show_command(app, status);
    wirestory::cli::add_view_command(app, status);
    wirestory::cli::add_doctor_command(app, status);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int parser_status = app.exit(error);
        return parser_status == 0 ? status : static_cast<int>(wirestory::cli::kMistake);
    }
    return status;
}
