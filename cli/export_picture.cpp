#include "cli/export_picture.hpp"

#include <cstdio>
#include <memory>

#include <fmt/core.h>

#include "analysis/filter/hits.hpp"
#include "base/messages.hpp"
#include "cli/commands.hpp"
#include "cli/output_file.hpp"
#include "cli/raster_picture.hpp"
#include "viz/layout/ladder.hpp"
#include "viz/layout/ladder_plan.hpp"
#include "viz/layout/timeline.hpp"
#include "viz/paint_svg/paint_svg.hpp"

namespace wirestory::cli {

namespace {

constexpr int kTimelineWidth = 1280;
constexpr int kTimelineHeight = 720;
constexpr int kLadderWidth = 1000;
// A picture of more would be taller than programs open (and than PNG files of cairo may be).
constexpr std::size_t kMostLadderRows = 1500;
constexpr float kMargin = 12;

void move_by(viz::Scene& scene, float dx, float dy) {
    for (viz::Box& box : scene.boxes) {
        box.rect.x += dx;
        box.rect.y += dy;
    }
    for (viz::Arrow& arrow : scene.arrows) {
        for (viz::Point* point : {&arrow.from, &arrow.to}) {
            point->x += dx;
            point->y += dy;
        }
    }
    for (viz::Label& label : scene.labels) {
        label.at.x += dx;
        label.at.y += dy;
    }
    scene.width += 2 * dx;
    scene.height += 2 * dy;
}

Result<viz::Scene> ladder_scene(const Recording& recording, const analysis::Analysis& analysis,
                                const viz::ViewState& view, const PictureOptions& options,
                                const viz::TextMetrics& text) {
    viz::LadderOptions ladder;
    ladder.width = static_cast<float>(options.width_px > 0 ? options.width_px : kLadderWidth) - 2 * kMargin;
    ladder.text = text;
    const viz::LadderPlan plan(recording, analysis, viz::ladder_columns_for(ladder), ladder.show_findings,
                               view.filter.get());
    if (plan.rows().size() > kMostLadderRows) {
        return fail(tr_format("draw a ladder of {} rows: more than {} make no picture; choose some with --filter",
                              plan.rows().size(), kMostLadderRows));
    }
    ladder.plan = &plan;
    viz::Scene scene = viz::layout_ladder(recording, analysis, view, ladder);
    move_by(scene, kMargin, kMargin);
    return scene;
}

viz::Scene timeline_scene(const Recording& recording, const analysis::Analysis& analysis, const viz::ViewState& view,
                          const PictureOptions& options, const viz::TextMetrics& text) {
    viz::TimelineOptions timeline;
    timeline.width = static_cast<float>(options.width_px > 0 ? options.width_px : kTimelineWidth);
    timeline.height = static_cast<float>(options.height_px > 0 ? options.height_px : kTimelineHeight);
    timeline.text = text;
    const viz::TimeAxis axis = viz::axis_for(recording, analysis, view.axis);
    viz::Scene scene = viz::layout_timeline(recording, analysis, axis, view, timeline);
    scene.height = timeline.height;  // lanes come out a little lower; the picture is as large as it was asked for
    return scene;
}

Result<std::string> svg_of(const Recording& recording, const analysis::Analysis& analysis,
                           const analysis::Filter& filter, const PictureOptions& options) {
    viz::SvgStyle style;
    style.theme = options.theme;
    viz::ViewState view;
    view.language = options.language;
    if (!filter.selects_everything()) {
        view.filter = std::make_shared<const analysis::FilterHits>(analysis::find_hits(filter, recording, analysis));
    }
    const viz::TextMetrics text = viz::svg_metrics(style);
    if (options.view == PictureView::kTimeline) {
        return viz::paint_svg(timeline_scene(recording, analysis, view, options, text), style);
    }
    const auto scene = ladder_scene(recording, analysis, view, options, text);
    if (!scene) return tl::unexpected<Error>(scene.error());
    return viz::paint_svg(*scene, style);
}

Status write_svg_as(const std::string& svg, const std::string& path) {
    if (path.ends_with(".png")) return write_png(svg, path);
    if (path.ends_with(".pdf")) return write_pdf(svg, path);
    return write_file(path, svg);
}

}  // namespace

bool is_picture(const std::string& path) {
    return path.ends_with(".svg") || path.ends_with(".png") || path.ends_with(".pdf");
}

int write_picture(const Recording& recording, const analysis::Analysis& analysis, const analysis::Filter& filter,
                  const PictureOptions& options, const std::string& path, const char* command) {
    const auto svg = svg_of(recording, analysis, filter, options);
    const Status written = svg ? write_svg_as(*svg, path) : Status(tl::unexpected<Error>(svg.error()));
    if (written) return kSuccess;
    fmt::print(stderr, "wirestory {}: {}\n", command, written.error().message);
    return svg ? kMachineCannot : kMistake;
}

}  // namespace wirestory::cli
