#include "sim/run/story_runner.hpp"

#include "sim/run/conductor.hpp"
#include "sim/run/stage_state.hpp"

namespace wirestory::sim {

StoryOutcome run_story(const Scenario& scenario, Stage& stage, const RunLimits& limits,
                       const std::atomic<bool>& interrupt, Wire* wire) {
    StageState& state = StageAccess::state(stage);
    StoryOutcome outcome = Conductor(scenario, state, limits, interrupt, wire).conduct();
    state.close_all();
    state.signal_event();
    return outcome;
}

}  // namespace wirestory::sim
