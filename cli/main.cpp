// wirestory: the command line. Each subcommand lives in a file of its own.
#include "base/messages.hpp"
#include "cli/commands.hpp"
#include "cli/help_text.hpp"

namespace {

constexpr const char* kFooter = wirestory::tr_later(
    "Exit status: 0 success, 1 an expectation failed, 2 a mistake in a file or the command line, "
    "3 this machine cannot.\n"
    "First steps: wirestory doctor; wirestory run scenarios/tcp/handshake.yaml -o handshake.pcapng; "
    "wirestory show handshake.pcapng");

}  // namespace

int main(int argc, char** argv) {
    using wirestory::tr;
    wirestory::set_process_language(wirestory::cli::language_of_command_line(argc, argv));
    CLI::App app{tr("Stages real socket exchanges; shows socket calls, kernel buffers and packets on one time axis.")};
    app.name("wirestory");
    wirestory::cli::use_our_help(app);
    app.require_subcommand(1);
    app.set_version_flag("--version", "wirestory " WIRESTORY_VERSION, tr("Print the version and end"));
    app.footer(tr(kFooter));

    int status = wirestory::cli::kSuccess;
    wirestory::cli::add_run_command(app, status);
    wirestory::cli::add_list_command(app, status);
    wirestory::cli::add_check_command(app, status);
    wirestory::cli::add_show_command(app, status);
    wirestory::cli::add_export_command(app, status);
    wirestory::cli::add_view_command(app, status);
    wirestory::cli::add_doctor_command(app, status);
    wirestory::cli::add_language_option(app);
    for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) command->group(tr("Commands"));

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int parser_status = app.exit(error);
        return parser_status == 0 ? status : static_cast<int>(wirestory::cli::kMistake);
    }
    return status;
}
