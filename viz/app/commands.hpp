// What the user can ask for, by key, button or test; apply() changes the model and nothing else.
#pragma once

#include <cstdint>

namespace wirestory::viz {

struct AppModel;

enum class Command : std::uint8_t {
    kNone,
    kPlayPause,
    kFirst,
    kLast,
    kStepBack,
    kStepForward,
    kSlower,
    kFaster,
    kShowAll,  // playhead off: everything is drawn
    kZoomIn,
    kZoomOut,
    kFit,
    kPanLeft,
    kPanRight,
    kNextAxis,
    kSelectNext,
    kSelectPrevious,
    kClearSelection,
    kFocusSearch,
    kSearchNext,
    kFocusFilter,
    kClearFilter,
    kTourNext,
    kTourPrevious,
    kToggleTheme,
    kToggleLanguage,
    kToggleHelp,
    kLargerText,
    kSmallerText,
    kNormalText,
    kQuit,
    kTab1,
    kTab2,
    kTab3,
    kTab4,
    kTab5,
    kTab6,
    kTab7,
    kTab8,
    kCommandCount,
};

void apply(AppModel& model, Command command);

// Zoom by `factor` so that what stands at `anchor` (0..1 of the visible width) stays there.
void zoom_around(AppModel& model, float factor, float anchor);
// Moves the visible part by a share of its width.
void pan_by(AppModel& model, float share_of_view);

}  // namespace wirestory::viz
