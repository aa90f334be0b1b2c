// A few rows of a recording's ladder around one event, for messages about it.
#pragma once

#include <string>
#include <vector>

#include "recording/story.hpp"

namespace wirestory::cli {

// Empty when the recording cannot be read or the event is not in its ladder.
std::string ladder_around(const std::string& recording_path, EventRef event, bool colour);

// The verdicts that a recording holds, with the events they point at; empty when it cannot be read.
std::vector<Verdict> recorded_verdicts(const std::string& recording_path);

}  // namespace wirestory::cli
