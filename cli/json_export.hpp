// `wirestory show --json`: a recording and its analysis as one JSON object, for scripts. Written as it goes, so a
// capture of millions of packets needs no second copy in memory. Field names are part of the interface: add, never
// rename.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "analysis/analysis.hpp"
#include "analysis/filter/filter.hpp"
#include "recording/recording.hpp"

namespace wirestory::cli {

// Takes one piece of the text; false when no more is wanted (the reader has gone).
using JsonSink = std::function<bool(std::string_view)>;

// Of calls, packets, flows and findings only those that the filter selects. False when the sink wanted no more.
bool export_json(const Recording& recording, const analysis::Analysis& analysis, analysis::FilterMatcher& matcher,
                 const JsonSink& sink);

// One call, packet or finding as an object in one line: {"type":"packet","index":3,...}.
std::string json_line(const Recording& recording, const analysis::Analysis& analysis, EventRef event);

}  // namespace wirestory::cli
