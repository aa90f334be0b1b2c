#include "cli/run_report.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/ladder_excerpt.hpp"
#include "cli/terminal.hpp"

namespace wirestory::cli {

namespace {

constexpr int kSideBySideColumns = 100;

std::string line_of(const std::string& file, int line) {
    std::ifstream in(file);
    std::string text;
    for (int i = 0; i < line; ++i) {
        if (!std::getline(in, text)) return {};
    }
    return text;
}

std::string both_sides(const Verdict& verdict, const Paint& paint) {
    const std::string expected = tr_format("expected {}", verdict.expected);
    const std::string seen = tr_format("seen {}", verdict.seen);
    if (display_width(expected) + display_width(seen) + 7 <= std::min(stdout_columns(), kSideBySideColumns)) {
        return fmt::format("    {}  |  {}\n", expected, paint.bad(seen));
    }
    return fmt::format("    {}\n    {}\n", expected, paint.bad(seen));
}

std::string verdict_text(const RunRecord& record, const Verdict& verdict, const Paint& paint) {
    std::string out = fmt::format("  {}:{}: {}\n", record.file, verdict.line, paint.strong(verdict.name));
    if (verdict.line > 0) out += fmt::format("    {}\n", line_of(record.file, verdict.line));
    out += both_sides(verdict, paint);
    if (verdict.event) out += ladder_around(record.recording, verdict.event, paint.colour);
    return out;
}

std::string_view word_of(int status) {
    switch (status) {
        case kSuccess: return tr("passed");
        case kInterrupted: return tr("interrupted");
        case kMachineCannot: return tr("cannot run");
        default: return tr("FAILED");
    }
}

std::string xml_escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default:
                // XML 1.0 has no way to write the other control characters.
                out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? '?' : c;
        }
    }
    return out;
}

std::string junit_case(const RunRecord& record) {
    const std::string name = record.round > 1 ? fmt::format("{} #{}", record.name, record.round) : record.name;
    std::string out = fmt::format("    <testcase name=\"{}\" file=\"{}\" time=\"{:.3f}\">\n", xml_escaped(name),
                                  xml_escaped(record.file), record.seconds);
    for (const Verdict& verdict : record.verdicts) {
        if (verdict.passed) continue;
        out += fmt::format("      <failure message=\"{}\">expected {}\nseen {}\n{}:{}</failure>\n",
                           xml_escaped(verdict.name), xml_escaped(verdict.expected), xml_escaped(verdict.seen),
                           xml_escaped(record.file), verdict.line);
    }
    if (!record.trouble.empty()) {
        out += fmt::format("      <error message=\"{}\"/>\n", xml_escaped(record.trouble));
    }
    return out + "    </testcase>\n";
}

}  // namespace

std::string run_text(const RunRecord& record, bool show_round, bool colour) {
    const Paint paint{colour};
    const std::string word{word_of(record.status)};
    std::string out = fmt::format("{} {}", record.status == kSuccess ? paint.good(word) : paint.bad(word), record.name);
    if (show_round) out += fmt::format(" #{}", record.round);
    if (record.seconds > 0) out += fmt::format("  {}", format_duration(static_cast<DurationNs>(record.seconds * 1e9)));
    if (!record.recording.empty()) out += "  " + record.recording;
    out += '\n';
    if (!record.trouble.empty()) out += fmt::format("  {}\n", record.trouble);
    for (const Verdict& verdict : record.verdicts) {
        if (!verdict.passed) out += verdict_text(record, verdict, paint);
    }
    return out;
}

std::string summary_text(const std::vector<RunRecord>& records, double seconds, bool colour) {
    const Paint paint{colour};
    const auto passed = std::count_if(records.begin(), records.end(), [](const RunRecord& r) { return r.status == 0; });
    const auto failed = static_cast<std::ptrdiff_t>(records.size()) - passed;
    const std::string failures = tr_format("{} failed", failed);
    // TRANSLATORS: "12 passed, 1 failed in 3.2 s"
    return tr_format("{}, {} in {}", paint.good(tr_format("{} passed", passed)),
                     failed > 0 ? paint.bad(failures) : failures,
                     format_duration(static_cast<DurationNs>(seconds * 1e9))) +
           "\n";
}

std::string run_json(const RunRecord& record) {
    using nlohmann::json;
    json out{{"name", record.name},          {"file", record.file},     {"round", record.round},
             {"passed", record.status == 0}, {"status", record.status}, {"seconds", record.seconds}};
    out["recording"] = record.recording.empty() ? json(nullptr) : json(record.recording);
    if (!record.trouble.empty()) out["trouble"] = record.trouble;
    out["expectations"] = json::array();
    for (const Verdict& verdict : record.verdicts) {
        out["expectations"].push_back({{"name", verdict.name},
                                       {"passed", verdict.passed},
                                       {"expected", verdict.expected},
                                       {"seen", verdict.seen},
                                       {"line", verdict.line}});
    }
    return out.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

Status write_junit(const std::string& path, const std::vector<RunRecord>& records, double seconds) {
    std::map<std::string, std::vector<const RunRecord*>> suites;
    for (const RunRecord& record : records) {
        const std::size_t slash = record.name.rfind('/');
        suites[slash == std::string::npos ? "scenarios" : record.name.substr(0, slash)].push_back(&record);
    }
    std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    xml += fmt::format("<testsuites name=\"wirestory\" tests=\"{}\" time=\"{:.3f}\">\n", records.size(), seconds);
    for (const auto& [name, cases] : suites) {
        const auto count = [&cases = cases](auto predicate) {
            return std::count_if(cases.begin(), cases.end(), predicate);
        };
        xml += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n", xml_escaped(name),
                           cases.size(), count([](const RunRecord* r) { return r->status != 0 && r->trouble.empty(); }),
                           count([](const RunRecord* r) { return !r->trouble.empty(); }));
        for (const RunRecord* record : cases) xml += junit_case(*record);
        xml += "  </testsuite>\n";
    }
    xml += "</testsuites>\n";
    std::FILE* file = std::fopen(path.c_str(), "we");
    bool written = file != nullptr && std::fwrite(xml.data(), 1, xml.size(), file) == xml.size();
    // fclose() tells of a full disk what fwrite() only buffered.
    if (file != nullptr && std::fclose(file) != 0) written = false;
    if (!written) return fail_errno(tr_format("write {}", path), errno);
    return {};
}

}  // namespace wirestory::cli
