#include "cli/ladder_excerpt.hpp"

#include <algorithm>

#include "analysis/analysis.hpp"
#include "base/messages.hpp"
#include "capture/source/capture_file.hpp"
#include "cli/terminal.hpp"
#include "viz/layout/ladder.hpp"
#include "viz/layout/ladder_plan.hpp"
#include "viz/paint_text/paint_text.hpp"

namespace wirestory::cli {

namespace {

constexpr std::size_t kRowsBefore = 4;
constexpr std::size_t kRowsAfter = 4;
constexpr int kMostColumns = 120;

bool is_row_of(const viz::LadderRow& row, EventRef event) {
    if (row.index != event.index) return false;
    if (event.kind == EventKind::kPacket) return row.kind == viz::RowKind::kPacket;
    return event.kind == EventKind::kCall && (row.kind == viz::RowKind::kCall || row.kind == viz::RowKind::kCallEnter);
}

}  // namespace

std::string ladder_around(const std::string& recording_path, EventRef event, bool colour) {
    const auto recording = capture::open_capture_file(recording_path);
    if (!recording) return {};
    const analysis::Analysis analysis = analysis::analyse(*recording);
    viz::LadderOptions options;
    options.width = static_cast<float>(std::clamp(stdout_columns(), 60, kMostColumns));
    options.text = viz::cell_metrics();
    const viz::LadderPlan plan(*recording, analysis, viz::ladder_columns_for(options), options.show_findings);
    const auto& rows = plan.rows();
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return is_row_of(r, event); });
    if (row == rows.end()) return {};
    const auto position = static_cast<std::size_t>(row - rows.begin());
    options.plan = &plan;
    viz::ViewState view;
    view.language = process_language();
    options.first_row = position - std::min(position, kRowsBefore);
    options.row_count = position + kRowsAfter + 1 - options.first_row;
    return viz::paint_text(viz::layout_ladder(*recording, analysis, view, options), {locale_is_utf8(), colour});
}

std::vector<Verdict> recorded_verdicts(const std::string& recording_path) {
    auto recording = capture::open_capture_file(recording_path);
    return recording ? std::move(recording->story.verdicts) : std::vector<Verdict>{};
}

}  // namespace wirestory::cli
