// ViewState: what the user has chosen to look at. Plain data, changed by commands, read by layouts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "analysis/analysis.hpp"
#include "analysis/filter/hits.hpp"
#include "base/locale.hpp"
#include "base/time.hpp"
#include "recording/ids.hpp"

namespace wirestory::viz {

enum class AxisMode : std::uint8_t { kSqueezed, kRealTime, kEvenSteps };

// Bytes picked in a buffer lane or the bytes panel.
struct ByteSelection {
    analysis::StreamId stream;
    analysis::ByteRange range;
};

struct ViewState {
    AxisMode axis = AxisMode::kSqueezed;
    float zoom = 1;          // 1: everything fits the width
    float pan = 0;           // left edge, in axis units (0..1 of the whole)
    TimeNs playhead_ns = 0;  // nothing beyond it is drawn while `playhead_active`
    bool playhead_active = false;
    EventRef selected;
    EventRef hovered;
    std::optional<ByteSelection> bytes;
    // What else carries the selected bytes is being found: until then what is selected stands alone.
    bool trace_pending = false;
    // What the display filter selects; nothing when there is none. The ladder shows only that, the timeline dims the
    // rest.
    std::shared_ptr<const analysis::FilterHits> filter;
    Language language = Language::kEnglish;
};

}  // namespace wirestory::viz
