// Runs scenarios, several at once, each in its own process and namespaces; results come in the order they were asked
// for.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "session/session.hpp"
#include "sim/scenario/scenario.hpp"

namespace wirestory::cli {

// One scenario to run, `round` of `--repeat` (from 1).
struct QueuedRun {
    const sim::Scenario* scenario = nullptr;
    int round = 1;
    session::RunOptions options;
};

struct FinishedRun {
    const QueuedRun* run = nullptr;
    Result<session::RunReport> report;
};

// Runs all of `queue`, at most `jobs` at once. `on_finished` is called for each as it ends, in order of ending; when it
// returns false no further run is started.
void run_queue(const std::vector<QueuedRun>& queue, int jobs,
               const std::function<bool(const FinishedRun&)>& on_finished);

}  // namespace wirestory::cli
