// Pictures of a recording in files: the timeline or the ladder, as SVG, PNG or PDF. All come from one scene and one
// SVG.
#pragma once

#include <string>

#include "analysis/filter/filter.hpp"
#include "base/locale.hpp"
#include "viz/layout/palette.hpp"

namespace wirestory::cli {

enum class PictureView : std::uint8_t { kTimeline, kLadder };

struct PictureOptions {
    PictureView view = PictureView::kTimeline;
    int width_px = 0;   // 0: 1280, a ladder 1000
    int height_px = 0;  // 0: 720; a ladder is as high as its rows need, whatever is asked for
    viz::Theme theme = viz::Theme::kLight;
    Language language = Language::kEnglish;
};

bool is_picture(const std::string& path);  // .svg, .png, .pdf

// Status of the command; failures are printed as those of `command`.
int write_picture(const Recording& recording, const analysis::Analysis& analysis, const analysis::Filter& filter,
                  const PictureOptions& options, const std::string& path, const char* command);

}  // namespace wirestory::cli
