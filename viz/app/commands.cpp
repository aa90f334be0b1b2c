#include "viz/app/commands.hpp"

#include <algorithm>

#include "viz/app/app_model.hpp"

namespace wirestory::viz {

namespace {

constexpr float kZoomStep = 1.5F;
constexpr float kPanStep = 0.2F;
constexpr float kFontStepPx = 1;

void step(AppModel& model, int direction) {
    if (model.times.empty()) return;
    model.playback.playing = false;
    const auto& times = model.times;
    // With the playhead off everything is drawn, so it stands behind the last event.
    const TimeNs now = model.view.playhead_active ? model.view.playhead_ns : times.back() + 1;
    if (direction > 0) {
        const auto next = std::upper_bound(times.begin(), times.end(), now);
        set_playhead(model, next == times.end() ? times.back() : *next);
    } else {
        const auto here = std::lower_bound(times.begin(), times.end(), now);
        set_playhead(model, here == times.begin() ? times.front() : *std::prev(here));
    }
    reveal(model, model.view.playhead_ns);
}

void play_pause(AppModel& model) {
    if (model.times.empty()) return;
    model.playback.playing = !model.playback.playing;
    if (!model.playback.playing) return;
    const bool at_end = model.view.playhead_ns >= model.times.back();
    if (!model.view.playhead_active || at_end) set_playhead(model, model.times.front());
}

void jump(AppModel& model, bool to_end) {
    if (model.times.empty()) return;
    model.playback.playing = false;
    set_playhead(model, to_end ? model.times.back() : model.times.front());
    reveal(model, model.view.playhead_ns);
}

void change_speed(AppModel& model, int by) {
    const int index = static_cast<int>(model.playback.speed_index) + by;
    model.playback.speed_index = static_cast<std::size_t>(std::clamp(index, 0, static_cast<int>(kSpeeds.size()) - 1));
}

void select_neighbour(AppModel& model, bool forward) {
    if (model.events.empty()) return;
    const auto at = std::find(model.events.begin(), model.events.end(), model.view.selected);
    std::size_t index = forward ? 0 : model.events.size() - 1;
    if (at != model.events.end()) {
        const auto here = static_cast<std::size_t>(at - model.events.begin());
        if (forward ? here + 1 == model.events.size() : here == 0) return;
        index = forward ? here + 1 : here - 1;
    }
    // What the display filter leaves out is passed over.
    const auto wanted = [&model](EventRef event) { return !model.view.filter || model.view.filter->has(event); };
    while (!wanted(model.events[index])) {
        if (forward ? index + 1 == model.events.size() : index == 0) return;
        index = forward ? index + 1 : index - 1;
    }
    go_to(model, model.events[index]);
}

void next_axis(AppModel& model) {
    switch (model.view.axis) {
        case AxisMode::kSqueezed: set_axis(model, AxisMode::kRealTime); break;
        case AxisMode::kRealTime: set_axis(model, AxisMode::kEvenSteps); break;
        case AxisMode::kEvenSteps: set_axis(model, AxisMode::kSqueezed); break;
    }
}

void move_tour(AppModel& model, int by) {
    if (!model.has_document() || model.recording().story.tour.empty()) return;
    model.tab = Tab::kLesson;
    model.tab_changed = true;
    // The first press goes to the stop that the panel already shows.
    const auto& stop = model.recording().story.tour[model.tour_stop];
    const bool there = stop.event && model.view.selected == stop.event;
    const int next = static_cast<int>(model.tour_stop) + (there || by < 0 ? by : 0);
    const int last = static_cast<int>(model.recording().story.tour.size()) - 1;
    go_to_tour_stop(model, static_cast<std::size_t>(std::clamp(next, 0, last)));
}

void show_tab(AppModel& model, Command command) {
    model.tab = static_cast<Tab>(static_cast<int>(command) - static_cast<int>(Command::kTab1));
    model.tab_changed = true;
}

void apply_look(AppModel& model, Command command) {
    switch (command) {
        case Command::kToggleTheme: model.dark = !model.dark; break;
        case Command::kToggleLanguage:
            model.view.language = model.view.language == Language::kEnglish ? Language::kChinese : Language::kEnglish;
            break;
        case Command::kToggleHelp: model.help_open = !model.help_open; break;
        case Command::kLargerText: model.font_px = std::min(kMaxFontPx, model.font_px + kFontStepPx); break;
        case Command::kSmallerText: model.font_px = std::max(kMinFontPx, model.font_px - kFontStepPx); break;
        case Command::kNormalText: model.font_px = kDefaultFontPx; break;
        case Command::kFocusSearch: model.focus_search = true; break;
        case Command::kFocusFilter:
            model.focus_filter = true;
            model.tab = Tab::kPackets;
            model.tab_changed = true;
            break;
        case Command::kClearFilter:
            model.filter.clear();
            apply_filter(model);
            break;
        case Command::kQuit: model.quit = true; break;
        default: break;
    }
}

}  // namespace

void zoom_around(AppModel& model, float factor, float anchor) {
    const float at = model.view.pan + anchor / model.view.zoom;
    model.view.zoom = std::clamp(model.view.zoom * factor, 1.0F, kMaxZoom);
    const float visible = 1 / model.view.zoom;
    model.view.pan = std::clamp(at - anchor * visible, 0.0F, 1 - visible);
}

void pan_by(AppModel& model, float share_of_view) {
    const float visible = 1 / model.view.zoom;
    model.view.pan = std::clamp(model.view.pan + share_of_view * visible, 0.0F, 1 - visible);
}

void apply(AppModel& model, Command command) {
    if (command >= Command::kTab1 && command <= Command::kTab8) return show_tab(model, command);
    switch (command) {
        case Command::kPlayPause: return play_pause(model);
        case Command::kFirst: return jump(model, false);
        case Command::kLast: return jump(model, true);
        case Command::kStepBack: return step(model, -1);
        case Command::kStepForward: return step(model, 1);
        case Command::kSlower: return change_speed(model, -1);
        case Command::kFaster: return change_speed(model, 1);
        case Command::kShowAll:
            model.playback.playing = false;
            model.view.playhead_active = false;
            return;
        case Command::kZoomIn: return zoom_around(model, kZoomStep, 0.5F);
        case Command::kZoomOut: return zoom_around(model, 1 / kZoomStep, 0.5F);
        case Command::kFit: return zoom_around(model, 1 / model.view.zoom, 0);
        case Command::kPanLeft: return pan_by(model, -kPanStep);
        case Command::kPanRight: return pan_by(model, kPanStep);
        case Command::kNextAxis: return next_axis(model);
        case Command::kSelectNext: return select_neighbour(model, true);
        case Command::kSelectPrevious: return select_neighbour(model, false);
        case Command::kClearSelection:
            if (model.help_open) {
                model.help_open = false;
            } else if (model.view.selected || model.view.bytes || !stop_background(model)) {
                clear_selection(model);
            }
            return;
        case Command::kSearchNext: model.search_found = search_next(model, model.search); return;
        case Command::kTourNext: return move_tour(model, 1);
        case Command::kTourPrevious: return move_tour(model, -1);
        default: return apply_look(model, command);
    }
}

}  // namespace wirestory::viz
