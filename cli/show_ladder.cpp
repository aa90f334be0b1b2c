// The default view: the ladder between a heading and what was found and expected.
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "analysis/filter/hits.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "cli/counted.hpp"
#include "cli/show_views.hpp"
#include "viz/layout/ladder.hpp"
#include "viz/layout/ladder_plan.hpp"

namespace wirestory::cli {

namespace {

using viz::Role;

constexpr std::size_t kRowsAtOnce = 1000;  // memory stays small, and `| head` ends it early

std::string painted_paragraph(const ShowContext& context, const std::string& text, Role role) {
    std::string out;
    for (std::string rest = wrapped(text, context.width, ""); !rest.empty();) {
        const std::size_t end = rest.find('\n');
        out += viz::paint_words(rest.substr(0, end), role, context.style) + "\n";
        rest.erase(0, end + 1);
    }
    return out;
}

}  // namespace

bool write_out(std::string_view text) { return std::fwrite(text.data(), 1, text.size(), stdout) == text.size(); }

std::string damage_text(const Damage& damage) {
    if (damage.fault == FileFault::kNone) return tr_format("at byte {}: {}", damage.file_offset, damage.what);
    return tr_format("damaged at byte {}: {}; what is readable is shown", damage.file_offset, damage.what);
}

bool show_heading(const ShowContext& context) {
    const Recording& recording = context.recording;
    std::string out;
    if (recording.story.present()) {
        out += viz::paint_words(recording.story.title.in(context.language), Role::kTextStrong, context.style) + "\n";
    }
    const auto packets = [](std::size_t count) {
        return counted(count, tr_later("{} packet"), tr_later("{} packets"));
    };
    std::size_t logical = 0;  // each packet once, however many taps saw it
    for (std::uint32_t i = 0; i < recording.packets.size(); ++i)
        logical += context.analysis.sightings.is_logical(i) ? 1 : 0;
    std::string summary = fmt::format("{}: {}", recording.path, packets(logical));
    if (logical != recording.packets.size()) summary += tr_format(" ({} sightings)", recording.packets.size());
    if (!recording.calls.empty())
        summary += tr(", ") + counted(recording.calls.size(), tr_later("{} call"), tr_later("{} calls"));
    if (!context.analysis.flows.empty())
        summary += tr(", ") + counted(context.analysis.flows.size(), tr_later("{} flow"), tr_later("{} flows"));
    summary += tr(", ") + counted(context.analysis.findings.size(), tr_later("{} finding"), tr_later("{} findings"));
    out += wrapped(summary, context.width, "");
    for (const Tap& tap : recording.taps) {
        if (!tap.has_statistics || tap.dropped == 0) continue;
        out += painted_paragraph(
            context,
            tr_format("{}: the kernel dropped {} before they could be captured", tap.name, packets(tap.dropped)),
            Role::kCallFailed);
    }
    for (const Damage& damage : recording.damages) {
        out += painted_paragraph(context, damage_text(damage), Role::kCallFailed);
    }
    for (const PassedBlocks& passed : recording.passed_blocks) {
        const std::string blocks = counted(passed.count, tr_later("{} block"), tr_later("{} blocks"));
        out += wrapped(tr_format("{} of type {:#010x} passed over", blocks, passed.type), context.width, "");
    }
    return write_out(out + "\n");
}

bool show_ladder(const ShowContext& context) {
    viz::LadderOptions options;
    options.width = static_cast<float>(context.width);
    options.text = viz::cell_metrics();
    viz::ViewState view;
    view.language = context.language;
    if (!context.matcher.filter().selects_everything()) {
        view.filter = std::make_shared<const analysis::FilterHits>(
            analysis::find_hits(context.matcher.filter(), context.recording, context.analysis));
    }
    const viz::LadderPlan plan(context.recording, context.analysis, viz::ladder_columns_for(options),
                               options.show_findings, view.filter.get());
    options.plan = &plan;
    options.row_count = kRowsAtOnce;
    for (; options.first_row == 0 || options.first_row < plan.rows().size(); options.first_row += kRowsAtOnce) {
        const viz::Scene scene = viz::layout_ladder(context.recording, context.analysis, view, options);
        if (!write_out(viz::paint_text(scene, context.style))) return false;
    }
    return true;
}

// One line when all went as expected; what did not in full, and everything when asked for it.
bool show_verdicts(const ShowContext& context) {
    const std::vector<Verdict>& verdicts = context.recording.story.verdicts;
    if (verdicts.empty()) return true;
    const auto passed = std::count_if(verdicts.begin(), verdicts.end(), [](const Verdict& v) { return v.passed; });
    std::string out = "\n" + viz::paint_words(tr("Expectations"), Role::kTextStrong, context.style);
    out += "  " + tr_format("{} of {} as expected", passed, verdicts.size()) + "\n";
    for (const Verdict& verdict : verdicts) {
        if (verdict.passed) {
            if (context.verbose) out += fmt::format("  {}  {}\n", tr("passed"), verdict.name);
            continue;
        }
        out += viz::paint_words("  " + tr_format("FAILED  {} (line {})", verdict.name, verdict.line), Role::kCallFailed,
                                context.style) +
               "\n";
        out += wrapped(tr_format("expected {}", verdict.expected), context.width, "    ");
        out += wrapped(tr_format("seen {}", verdict.seen), context.width, "    ");
    }
    return write_out(out);
}

}  // namespace wirestory::cli
