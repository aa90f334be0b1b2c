// `show --agreement` (not listed in the help): how far the analysis and the kernel's own figures agree, and how much of
// the messages' time is explained, as one JSON object. The project's tests read it.
#pragma once

#include <string>

#include "analysis/analysis.hpp"
#include "recording/recording.hpp"

namespace wirestory::cli {

std::string agreement_json(const Recording& recording, const analysis::Analysis& analysis);

}  // namespace wirestory::cli
