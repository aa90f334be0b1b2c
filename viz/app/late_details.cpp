#include "viz/app/late_details.hpp"

#include <algorithm>

namespace wirestory::viz {

namespace {

FindingRow row_of(const analysis::Finding& finding) {
    FindingRow row{finding.begin_ns, finding.flow, analysis::kNoPacket, finding.kind};
    for (const EventRef event : finding.events) {
        if (event.kind != EventKind::kPacket) continue;
        row.packet = event.index;
        break;
    }
    return row;
}

}  // namespace

LateFlow find_late_flow(const analysis::Analysis& analysis, analysis::FlowId flow, const std::function<bool()>& go_on) {
    // Kept: whoever looks at the flow asks for them.
    (void)analysis.stream({flow, analysis::Side::kInitiator});
    LateFlow late{flow, {}, {}};
    if (go_on()) late.states = analysis.late_states(flow);
    if (go_on()) late.findings = analysis.find_late(flow);
    return late;
}

std::optional<std::vector<FindingRow>> find_all_late(const analysis::Analysis& analysis,
                                                     const analysis::WorkWatch& go_on) {
    std::vector<FindingRow> rows;
    for (const analysis::Finding& finding : analysis.findings) rows.push_back(row_of(finding));
    for (analysis::FlowId flow = 0; flow < analysis.flows.size(); ++flow) {
        if (!go_on(flow, analysis.flows.size())) return std::nullopt;
        for (const analysis::Finding& finding : analysis.find_late(flow)) rows.push_back(row_of(finding));
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const FindingRow& a, const FindingRow& b) { return a.begin_ns < b.begin_ns; });
    return rows;
}

}  // namespace wirestory::viz
