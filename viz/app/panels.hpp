// The panels of the window, one file each. Each draws into the current ImGui window and changes the model only through
// its functions and commands. All of them need a document unless they say otherwise.
#pragma once

#include "viz/app/ui.hpp"

namespace wirestory::viz {

void draw_toolbar(AppModel& model, Ui& ui);  // with or without a document
void draw_side_panel(AppModel& model, Ui& ui);
void draw_timeline(AppModel& model, Ui& ui);
void draw_inspector(AppModel& model, Ui& ui);
void draw_empty_state(AppModel& model, Ui& ui);  // without a document
void draw_status_bar(AppModel& model);           // with or without a document
void draw_help(AppModel& model, Ui& ui);         // with or without a document

void draw_packets(AppModel& model, Ui& ui);
void draw_filter(AppModel& model, Ui& ui);  // above the packets
void draw_ladder(AppModel& model, Ui& ui);
void draw_bytes(AppModel& model, Ui& ui);
void draw_streams(AppModel& model, Ui& ui);
void draw_findings(AppModel& model, Ui& ui);
void draw_sequence_graph(AppModel& model, Ui& ui);
void draw_lesson(AppModel& model, Ui& ui);
void draw_story(AppModel& model, Ui& ui);

}  // namespace wirestory::viz
