// PreparedDocument: a document with all that the window derives from it and that takes long for a large one: made on
// the thread that opened it, handed over, and then changed by the window's thread only.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "viz/app/app.hpp"
#include "viz/layout/time_axis.hpp"
#include "viz/layout/timeline_index.hpp"

namespace wirestory::viz {

struct PreparedDocument {
    Document document;
    std::vector<TimeNs> times;               // every moment at which something happens
    std::vector<EventRef> events;            // calls and packets in time order
    std::vector<std::uint32_t> packet_rows;  // the packets a list shows: each once, however many taps saw it
    AxisMode axis_mode = AxisMode::kSqueezed;
    TimeAxis axis;  // for axis_mode
    std::size_t speed_index = 0;
    std::shared_ptr<TimelineIndex> timeline_index;
};

// `go_on` is asked between its parts; after a false the rest is left empty.
PreparedDocument prepare(Document document, AxisMode axis, const std::function<bool()>& go_on = {});

}  // namespace wirestory::viz
