// How a TCP connection began, went and ended, as JSON: the member `summary` of a flow. Times in nanoseconds, null for
// what the capture does not tell.
#pragma once

#include <nlohmann/json.hpp>

#include "analysis/flow_summary.hpp"

namespace wirestory::cli {

nlohmann::json flow_summary_json(const analysis::FlowSummary& summary);

}  // namespace wirestory::cli
