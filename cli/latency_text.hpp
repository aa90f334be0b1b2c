// `show --latency`: the latency ledger as a table for people, and as JSON. Knows no terminal; the caller prints.
#pragma once

#include <string>

#include "analysis/analysis.hpp"
#include "base/locale.hpp"
#include "recording/recording.hpp"

namespace wirestory::cli {

// One paragraph a direction, one row a message with its parts in order of time, wrapped at `width` columns; the sums of
// all parts at the end. Says so when there is nothing to tell.
std::string latency_text(const Recording& recording, const analysis::Analysis& analysis, int width, Language language);

}  // namespace wirestory::cli
