// The inspector's part on time: where that of the selected messages went. Draws into the current ImGui window.
#pragma once

#include "viz/app/ui.hpp"

namespace wirestory::viz {

void draw_latencies(const AppModel& model, const Ui& ui);

}  // namespace wirestory::viz
