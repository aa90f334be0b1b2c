// `wirestory doctor`: what works on this machine, and the cure for what does not.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "sim/sandbox/sandbox.hpp"

namespace wirestory::cli {
namespace {

void print_text(const std::vector<sim::DoctorCheck>& checks) {
    for (const sim::DoctorCheck& check : checks) {
        // What only some commands need is no failure: "--", not "NO".
        const char* mark = check.works ? "ok" : check.needed ? "NO" : "--";
        fmt::print("{}  {} {}\n", mark, padded(tr(check.name.c_str()), 18), check.detail);
        if (!check.cure.empty()) fmt::print("      {}\n", tr_format("cure: {}", check.cure));
    }
}

void print_json(const std::vector<sim::DoctorCheck>& checks, bool all_work) {
    nlohmann::json list = nlohmann::json::array();
    for (const sim::DoctorCheck& check : checks)
        list.push_back({{"name", check.name},
                        {"works", check.works},
                        {"needed", check.needed},
                        {"detail", check.detail},
                        {"cure", check.cure}});
    const nlohmann::json document = {{"all_needed_work", all_work}, {"checks", list}};
    fmt::print("{}\n", document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

int examine(bool json) {
    const auto checks = sim::examine_machine();
    const bool all_work =
        std::ranges::all_of(checks, [](const sim::DoctorCheck& check) { return check.works || !check.needed; });
    if (json) {
        print_json(checks, all_work);
    } else {
        print_text(checks);
        fmt::print("{}\n", all_work ? tr("Scenarios can run here.")
                                    : tr("Scenarios cannot run here yet: see the cures above."));
    }
    return all_work ? kSuccess : kMachineCannot;
}

}  // namespace

void add_doctor_command(CLI::App& app, int& status) {
    CLI::App* doctor =
        app.add_subcommand("doctor", tr("Tell what works on this machine, and the cure for what does not"));
    auto json = std::make_shared<bool>(false);
    doctor->add_flag("--json", *json, tr("Print the checks as JSON"));
    doctor->callback([&status, json] { status = examine(*json); });
}

}  // namespace wirestory::cli
