// What the window knows of a large capture only after asking in the background, for the analysis left it for later: the
// details of the flow that is selected, and the findings of all flows in short.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "analysis/analysis.hpp"

namespace wirestory::viz {

struct LateFlow {
    analysis::FlowId flow = analysis::kNoFlow;
    std::vector<analysis::Finding> findings;  // by begin
    std::vector<analysis::StateSpan> states;  // by side and time
};

// A finding in a list of millions.
struct FindingRow {
    TimeNs begin_ns = 0;
    analysis::FlowId flow = analysis::kNoFlow;
    std::uint32_t packet = analysis::kNoPacket;  // the first it rests on
    analysis::FindingKind kind{};
};

struct LateFindings {
    bool wanted = false;         // somebody looks at the list
    std::optional<float> share;  // how far it has come; nothing before it began and after it ended
    bool complete = false;
    std::vector<FindingRow> rows;  // by begin
};

// `go_on` is asked between its parts; after a false the rest is left empty.
LateFlow find_late_flow(const analysis::Analysis& analysis, analysis::FlowId flow, const std::function<bool()>& go_on);
// `go_on` is asked after each flow, with how many are done; nothing after a false.
std::optional<std::vector<FindingRow>> find_all_late(const analysis::Analysis& analysis,
                                                     const analysis::WorkWatch& go_on);

}  // namespace wirestory::viz
