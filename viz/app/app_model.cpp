#include "viz/app/app_model.hpp"

#include <algorithm>
#include <cctype>
#include <memory>

#include "viz/app/event_text.hpp"
#include "viz/layout/timeline.hpp"

namespace wirestory::viz {

namespace {

std::vector<std::uint32_t> logical_packets(const Recording& recording, const analysis::Analysis& analysis) {
    std::vector<std::uint32_t> packets;
    packets.reserve(recording.packets.size());
    for (std::uint32_t i = 0; i < recording.packets.size(); ++i) {
        if (analysis.sightings.is_logical(i)) packets.push_back(i);
    }
    return packets;
}

std::vector<EventRef> events_in_time_order(const Recording& recording, const std::vector<std::uint32_t>& packets) {
    std::vector<EventRef> events;
    events.reserve(recording.calls.size() + packets.size());
    std::size_t call = 0;
    std::size_t packet = 0;
    while (call < recording.calls.size() || packet < packets.size()) {
        const bool call_is_next =
            packet == packets.size() || (call < recording.calls.size() &&
                                         recording.calls[call].enter_ns <= recording.packets.time_ns(packets[packet]));
        if (call_is_next) {
            events.push_back({EventKind::kCall, static_cast<std::uint32_t>(call++)});
        } else {
            events.push_back({EventKind::kPacket, packets[packet++]});
        }
    }
    return events;
}

Tab first_tab(const Document& document) {
    return document.recording->story.lesson.en.empty() && document.recording->story.tour.empty() ? Tab::kPackets
                                                                                                 : Tab::kLesson;
}

}  // namespace

void set_document(AppModel& model, Document document) {
    model.document = std::move(document);
    ++model.revision;
    const Language language = model.view.language;
    const AxisMode mode = model.view.axis;
    model.view = ViewState{};
    model.filter.clear();
    model.applied_filter.clear();
    model.filter_error.reset();
    model.view.language = language;
    model.playback.playing = false;
    model.selection = {};
    model.tour_stop = 0;
    model.search_found.reset();
    model.search_hits_for.clear();
    model.search_hits.clear();
    model.notice.clear();
    if (!model.has_document()) return;
    model.times = event_times(model.recording(), model.analysis());
    model.packet_rows = logical_packets(model.recording(), model.analysis());
    model.events = events_in_time_order(model.recording(), model.packet_rows);
    model.tab = first_tab(model.document);
    model.tab_changed = true;
    set_axis(model, mode);
    model.playback.speed_index = suggested_speed(model.times, mode);
}

void set_axis(AppModel& model, AxisMode mode) {
    model.view.axis = mode;
    model.view.zoom = 1;
    model.view.pan = 0;
    if (model.has_document()) model.axis = axis_for(model.recording(), model.analysis(), mode);
}

void select(AppModel& model, EventRef event) {
    // A packet's further sightings are the same packet.
    if (event.kind == EventKind::kPacket) event.index = model.analysis().sightings.logical(event.index);
    model.view.selected = event;
    model.view.bytes.reset();
    model.selection = event ? analysis::trace(model.recording(), model.analysis(), event) : analysis::ByteTrace{};
}

void select_bytes(AppModel& model, analysis::StreamId stream, analysis::ByteRange range) {
    model.selection = analysis::trace_range(model.recording(), model.analysis(), stream, range);
    model.view.bytes = ByteSelection{stream, range};
    // The inspector speaks of one event: the call that wrote these bytes, when there is one.
    model.view.selected = {};
}

void clear_selection(AppModel& model) {
    model.view.selected = {};
    model.view.bytes.reset();
    model.selection = {};
}

TimeNs time_of(const AppModel& model, EventRef event) {
    const Recording& recording = model.recording();
    switch (event.kind) {
        case EventKind::kCall:
            if (event.index < recording.calls.size()) return recording.calls[event.index].enter_ns;
            break;
        case EventKind::kPacket:
            if (event.index < recording.packets.size()) return recording.packets.time_ns(event.index);
            break;
        case EventKind::kSample:
            if (event.index < recording.samples.size()) return recording.samples[event.index].time_ns;
            break;
        case EventKind::kTxReport:
            if (event.index < recording.tx_reports.size()) return recording.tx_reports[event.index].time_ns;
            break;
        case EventKind::kFinding:
            if (event.index < model.analysis().findings.size()) return model.analysis().findings[event.index].begin_ns;
            break;
        case EventKind::kNone: break;
    }
    return recording.first_time_ns();
}

bool is_selected(const AppModel& model, EventRef event) {
    if (!event) return false;
    return model.view.selected == event ||
           std::binary_search(model.selection.events.begin(), model.selection.events.end(), event);
}

void reveal(AppModel& model, TimeNs time) {
    const auto position = static_cast<float>(model.axis.position(time));
    const float visible = 1 / model.view.zoom;
    if (position < model.view.pan || position > model.view.pan + visible) {
        model.view.pan = std::clamp(position - visible / 2, 0.0F, 1 - visible);
    }
}

void set_playhead(AppModel& model, TimeNs time) {
    if (model.times.empty()) return;
    model.view.playhead_ns = std::clamp(time, model.times.front(), model.times.back());
    model.view.playhead_active = true;
}

void go_to(AppModel& model, EventRef event) {
    select(model, event);
    if (!event) return;
    const TimeNs time = time_of(model, event);
    if (model.view.playhead_active && model.view.playhead_ns < time) set_playhead(model, time);
    reveal(model, time);
}

void go_to_tour_stop(AppModel& model, std::size_t stop) {
    const auto& tour = model.recording().story.tour;
    if (stop >= tour.size()) return;
    model.tour_stop = stop;
    model.playback.playing = false;
    if (!tour[stop].event) return;
    select(model, tour[stop].event);
    set_playhead(model, time_of(model, tour[stop].event));
    reveal(model, model.view.playhead_ns);
}

void tick(AppModel& model, double wall_seconds) {
    if (!model.playback.playing || !model.has_document() || model.times.empty()) return;
    model.view.playhead_ns =
        advance(model.times, model.view.axis, model.view.playhead_ns, wall_seconds, model.playback.speed());
    if (model.view.playhead_ns >= model.times.back()) model.playback.playing = false;
    reveal(model, model.view.playhead_ns);
}

void type_filter(AppModel& model, const std::string& text) {
    model.filter = text;
    const auto filter = analysis::Filter::compile(text, model.view.language);
    model.filter_error = filter ? filter->note() : std::optional(filter.error());
}

bool apply_filter(AppModel& model) {
    const auto filter = analysis::Filter::compile(model.filter, model.view.language);
    type_filter(model, model.filter);
    if (!filter || !model.has_document()) return false;
    model.applied_filter = filter->selects_everything() ? std::string() : model.filter;
    model.view.filter =
        filter->selects_everything()
            ? nullptr
            : std::make_shared<const analysis::FilterHits>(find_hits(*filter, model.recording(), model.analysis()));
    return true;
}

namespace {

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

void find_hits(AppModel& model, const std::string& wanted) {
    if (model.search_hits_for == wanted) return;
    model.search_hits_for = wanted;
    model.search_hits.clear();
    for (std::size_t i = 0; i < model.events.size(); ++i) {
        const std::string words = lower_case(event_text(model.recording(), model.analysis(), model.events[i]));
        if (words.find(wanted) != std::string::npos) model.search_hits.push_back(i);
    }
}

}  // namespace

bool search_next(AppModel& model, const std::string& needle) {
    if (!model.has_document() || needle.empty() || model.events.empty()) return false;
    find_hits(model, lower_case(needle));
    if (model.search_hits.empty()) return false;
    const auto selected = std::find(model.events.begin(), model.events.end(), model.view.selected);
    auto next = model.search_hits.begin();
    if (selected != model.events.end()) {
        next =
            std::upper_bound(next, model.search_hits.end(), static_cast<std::size_t>(selected - model.events.begin()));
    }
    go_to(model, model.events[next == model.search_hits.end() ? model.search_hits.front() : *next]);
    return true;
}

}  // namespace wirestory::viz
