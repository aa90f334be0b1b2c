// One run of a scenario: sandbox, capture, story and recording together, in a child process; then analysis, verdicts
// and findings written into the finished recording. The caller's process stays in its own namespaces.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "recording/story.hpp"
#include "session/child_process.hpp"
#include "sim/run/story_runner.hpp"
#include "sim/scenario/scenario.hpp"

namespace wirestory::session {

struct RunOptions {
    std::string recording_path;
    sim::RunLimits limits;
    bool allow_host_namespace = true;
};

struct RunReport {
    bool passed = false;
    bool interrupted = false;
    std::string stuck;  // one sentence; empty when the story ran to its end
    std::vector<Verdict> verdicts;
    DurationNs duration_ns = 0;
    std::string recording_path;
};

// A run that is going on. Several may go on at once, each in namespaces of its own. `scenario` must outlive it.
class ScenarioRun {
public:
    // Call it while the process has one thread.
    static Result<ScenarioRun> start(const sim::Scenario& scenario, const RunOptions& options);
    // Readable when the run is about to end; for poll(2).
    [[nodiscard]] int ready_fd() const { return child_.ready_fd(); }
    // Waits for the end. Fails when this machine cannot run it (exit status 3), never for what the scripted calls did.
    Result<RunReport> finish();

private:
    ScenarioRun(ChildProcess child, std::string recording_path)
        : child_(std::move(child)), recording_path_(std::move(recording_path)) {}
    ChildProcess child_;
    std::string recording_path_;
};

// start() and finish().
Result<RunReport> run_scenario(const sim::Scenario& scenario, const RunOptions& options);

// Names of findings that scenarios may expect.
std::vector<std::string> known_findings();

}  // namespace wirestory::session
