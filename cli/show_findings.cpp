// Findings as paragraphs: kind, time, place, and what happened.
#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "cli/counted.hpp"
#include "cli/show_views.hpp"

namespace wirestory::cli {

using viz::Role;

bool show_findings(const ShowContext& context) {
    const auto& findings = context.analysis.findings;
    TimeWriter time(context.recording, context.time);
    bool any = false;
    for (std::uint32_t i = 0; i < findings.size(); ++i) {
        if (!context.matcher.finding(i)) continue;
        const analysis::Finding& finding = findings[i];
        std::string out;
        if (!any) out += "\n" + viz::paint_words(tr("Findings"), Role::kTextStrong, context.style) + "\n";
        any = true;
        out += viz::paint_words(fmt::format("  {} ", to_string(finding.kind)), Role::kFinding, context.style);
        std::string place = tr_format("at {}", time.with_unit(finding.begin_ns));
        if (finding.flow != analysis::kNoFlow && context.analysis.flows.size() > 1) {
            place += tr_format(", flow {}", finding.flow);
        }
        out += viz::paint_words(place, Role::kTextDim, context.style);
        out += "\n" + wrapped(analysis::describe(context.recording, finding, context.language), context.width, "    ");
        if (!write_out(out)) return false;
    }
    return true;
}

}  // namespace wirestory::cli
