// Findings as paragraphs: kind, time, place, and what happened.
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
        if (analysis.detail.covers(analysis.flows[flow])) continue;
        for (const Finding& finding : analysis.late_findings(flow)) {
            if (!list.write(finding)) return false;
        }
    }
    return true;
}

}  // namespace wirestory::cli
