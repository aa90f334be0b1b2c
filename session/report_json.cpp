#include "session/report_json.hpp"

#include <nlohmann/json.hpp>

#include "base/messages.hpp"

namespace wirestory::session {

using nlohmann::json;

std::string report_to_json(const Result<RunReport>& report) {
    json out;
    if (!report) {
        out["error"] = report.error().message;
        out["errno"] = report.error().error_number;
    } else {
        out["passed"] = report->passed;
        out["interrupted"] = report->interrupted;
        out["stuck"] = report->stuck;
        out["duration_ns"] = report->duration_ns;
        out["recording"] = report->recording_path;
        out["verdicts"] = json::array();
        for (const Verdict& verdict : report->verdicts) {
            out["verdicts"].push_back({{"passed", verdict.passed},
                                       {"name", verdict.name},
                                       {"expected", verdict.expected},
                                       {"seen", verdict.seen},
                                       {"line", verdict.line}});
        }
    }
    // Payload bytes in `seen` need not be UTF-8.
    return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<RunReport> report_from_json(const std::string& text) {
    const json in = json::parse(text, nullptr, false);
    if (!in.is_object()) return fail(tr("the run's process ended without a report"));
    if (in.contains("error")) return fail(in.value("error", std::string{}), in.value("errno", 0));
    RunReport report;
    report.passed = in.value("passed", false);
    report.interrupted = in.value("interrupted", false);
    report.stuck = in.value("stuck", std::string{});
    report.duration_ns = in.value("duration_ns", DurationNs{0});
    report.recording_path = in.value("recording", std::string{});
    for (const json& verdict : in.value("verdicts", json::array())) {
        Verdict& read = report.verdicts.emplace_back();
        read.passed = verdict.value("passed", false);
        read.name = verdict.value("name", std::string{});
        read.expected = verdict.value("expected", std::string{});
        read.seen = verdict.value("seen", std::string{});
        read.line = verdict.value("line", 0);
    }
    return report;
}

}  // namespace wirestory::session
