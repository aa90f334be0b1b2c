// run_story(): plays a story on real sockets, one thread an actor, by the settle rule of DESIGN 4: a step is handed out
// as soon as every open call has returned or is known to sleep inside its system call. No guessing by time.
// When it returns, every thread has ended and every socket is closed.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "sim/run/stage.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/wire/wire.hpp"

namespace wirestory::sim {

struct RunLimits {
    DurationNs step_timeout_ns = 10 * kSecondNs;  // a step that cannot start, an `until` that does not come true
    DurationNs story_timeout_ns = 120 * kSecondNs;
};

// A call whose result was not the one written behind `=` (or that failed with none written).
struct StepMismatch {
    std::size_t step = 0;
    std::string expected;  // `5`, `"helloworld!"`, "success", "ECONNREFUSED"
    std::string seen;
};

struct StoryOutcome {
    bool completed = false;    // all steps ran and all calls returned
    bool interrupted = false;  // `interrupt` was set
    std::string stuck;         // when not completed: which step, and what it waits for, in one sentence
    std::optional<std::size_t> stuck_step;
    std::vector<StepMismatch> mismatches;
};

// With a wire each actor's threads are on the host of its number; without one all are where the caller is.
StoryOutcome run_story(const Scenario& scenario, Stage& stage, const RunLimits& limits,
                       const std::atomic<bool>& interrupt, Wire* wire = nullptr);

}  // namespace wirestory::sim
