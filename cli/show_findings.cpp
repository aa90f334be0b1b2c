// Findings as paragraphs: kind, time, place, and what happened.
#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "cli/show_views.hpp"

namespace wirestory::cli {

namespace {

using analysis::Finding;
using viz::Role;

class FindingList {
public:
    explicit FindingList(const ShowContext& context) : context_(context), time_(context.recording, context.time) {}

    // False when nobody reads any more.
    bool write(const Finding& finding) {
        if (!context_.matcher.finding(finding)) return true;
        std::string out;
        if (!begun_) out += "\n" + viz::paint_words(tr("Findings"), Role::kTextStrong, context_.style) + "\n";
        begun_ = true;
        out += viz::paint_words(fmt::format("  {} ", to_string(finding.kind)), Role::kFinding, context_.style);
        std::string place = tr_format("at {}", time_.with_unit(finding.begin_ns));
        if (finding.flow != analysis::kNoFlow && context_.analysis.flows.size() > 1) {
            place += tr_format(", flow {}", finding.flow);
        }
        out += viz::paint_words(place, Role::kTextDim, context_.style);
        out +=
            "\n" + wrapped(analysis::describe(context_.recording, finding, context_.language), context_.width, "    ");
        return write_out(out);
    }

private:
    const ShowContext& context_;
    TimeWriter time_;
    bool begun_ = false;
};

}  // namespace

bool show_findings(const ShowContext& context, FindingScope scope) {
    FindingList list(context);
    const analysis::Analysis& analysis = context.analysis;
    for (const Finding& finding : analysis.findings) {
        if (!list.write(finding)) return false;
    }
    if (scope == FindingScope::kMade || analysis.detail.everything) return true;
    for (analysis::FlowId flow = 0; flow < analysis.flows.size(); ++flow) {
        for (const Finding& finding : analysis.find_late(flow)) {
            if (!list.write(finding)) return false;
        }
    }
    return true;
}

bool show_flow_findings(const ShowContext& context, analysis::FlowId flow) {
    FindingList list(context);
    for (const Finding& finding : context.analysis.findings) {
        if (finding.flow == flow && !list.write(finding)) return false;
    }
    const std::vector<Finding> late = context.analysis.find_late(flow);
    return std::all_of(late.begin(), late.end(), [&](const Finding& finding) { return list.write(finding); });
}

}  // namespace wirestory::cli
