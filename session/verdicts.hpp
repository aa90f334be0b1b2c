// Compares what a scenario expects with what the recording shows. Pure: everything seen comes from the recording and
// its analysis, so a verdict can be explained by pointing at them.
#pragma once

#include <vector>

#include "analysis/analysis.hpp"
#include "recording/recording.hpp"
#include "sim/run/story_runner.hpp"
#include "sim/scenario/scenario.hpp"

namespace wirestory::session {

// One verdict for the story's end, one for each call with another result than written, then one for each expectation.
std::vector<Verdict> judge(const sim::Scenario& scenario, const sim::StoryOutcome& outcome, const Recording& recording,
                           const analysis::Analysis& analysis);

// The story as the recording keeps it: steps, lesson, and the tour with each stop resolved to its event.
Story make_story(const sim::Scenario& scenario, const Recording& recording);

}  // namespace wirestory::session
