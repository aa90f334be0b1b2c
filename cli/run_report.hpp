// What `wirestory run` says of its runs: lines for people, JSON lines for programs, JUnit XML for continuous
// integration.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "recording/story.hpp"

namespace wirestory::cli {

// One run as it is reported.
struct RunRecord {
    std::string name;  // "tcp/handshake"
    std::string file;
    int round = 1;
    int status = 0;  // an ExitStatus
    double seconds = 0;
    std::string recording;  // empty when there is none
    std::string trouble;    // why it could not run; empty when it did
    std::vector<Verdict> verdicts;
};

// One line a run; of a failed one the expectation and what was seen side by side, the scenario's line, and the ladder
// around the place.
std::string run_text(const RunRecord& record, bool show_round, bool colour);
// "12 passed, 1 failed in 3.2 s".
std::string summary_text(const std::vector<RunRecord>& records, double seconds, bool colour);
// One JSON object on one line.
std::string run_json(const RunRecord& record);
// Writes the JUnit XML file; one test suite a topic folder, one test case a run.
Status write_junit(const std::string& path, const std::vector<RunRecord>& records, double seconds);

}  // namespace wirestory::cli
