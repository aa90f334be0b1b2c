#include "viz/app/app_model.hpp"

#include <algorithm>
#include <cctype>
#include <memory>

#include "viz/app/event_text.hpp"
#include "viz/layout/timeline.hpp"

namespace wirestory::viz {

namespace {

Tab first_tab(const Document& document) {
    return document.recording->story.lesson.en.empty() && document.recording->story.tour.empty() ? Tab::kPackets
                                                                                                 : Tab::kLesson;
}

void take_prepared(AppModel& model, PreparedDocument prepared) {
    ++model.revision;
    model.document = std::move(prepared.document);
    model.times = std::move(prepared.times);
    model.events = std::move(prepared.events);
    model.packet_rows = std::move(prepared.packet_rows);
    model.axis = std::move(prepared.axis);
    model.timeline_index = std::move(prepared.timeline_index);
    model.playback.speed_index = model.suggested_speed = prepared.speed_index;
    model.search_found.reset();
    model.search_hits_for.clear();
    model.search_hits.clear();
    model.late_flow = {};
    model.late_findings = {};
    model.filter_wanted.reset();
    model.filter_share.reset();
    // The user may have chosen another axis meanwhile.
    const AxisMode wanted = model.view.axis;
    model.view.axis = prepared.axis_mode;
    model.view.zoom = 1;
    model.view.pan = 0;
    if (wanted != prepared.axis_mode) set_axis(model, wanted);
}

// The packet with the same number in the file; nothing when it is not there any more.
EventRef same_event(const Recording& before, const Recording& now, EventRef event) {
    if (event.kind == EventKind::kCall) return event.index < now.calls.size() ? event : EventRef{};
    if (event.kind != EventKind::kPacket || event.index >= before.packets.size()) return {};
    const std::uint32_t number = before.packets.number(event.index);
    if (number > now.packets.size()) return {};
    return {EventKind::kPacket, now.packets.in_file_order() ? number - 1 : now.packets.file_order()[number - 1]};
}

void show_stretch(AppModel& model, TimeNs left, TimeNs right) {
    const double begin = model.axis.position(left);
    const double width = std::max(model.axis.position(right) - begin, 1.0 / static_cast<double>(kMaxZoom));
    model.view.zoom = std::clamp(static_cast<float>(1 / width), 1.0F, kMaxZoom);
    model.view.pan = std::clamp(static_cast<float>(begin), 0.0F, 1 - 1 / model.view.zoom);
}

}  // namespace

void set_document(AppModel& model, Document document) {
    set_document(model, prepare(std::move(document), model.view.axis));
}

void set_document(AppModel& model, PreparedDocument prepared) {
    const Language language = model.view.language;
    const AxisMode mode = model.view.axis;
    model.view = ViewState{};
    model.view.language = language;
    model.view.axis = mode;
    model.filter.clear();
    model.applied_filter.clear();
    model.filter_error.reset();
    model.playback.playing = false;
    model.selection = {};
    model.tour_stop = 0;
    model.notice.clear();
    model.beginning_only = false;
    take_prepared(model, std::move(prepared));
    if (!model.has_document()) return;
    model.tab = first_tab(model.document);
    model.tab_changed = true;
}

void continue_document(AppModel& model, PreparedDocument prepared) {
    if (!model.has_document() || !prepared.document) return set_document(model, std::move(prepared));
    const Document before = model.document;
    const ViewState view = model.view;
    const TimeNs left = model.axis.time_at(view.pan);
    const TimeNs right = model.axis.time_at(view.pan + 1 / view.zoom);
    const std::size_t speed = model.playback.speed_index;
    const bool chose_speed = speed != model.suggested_speed;
    take_prepared(model, std::move(prepared));
    model.beginning_only = false;
    if (chose_speed) model.playback.speed_index = speed;
    if (view.zoom > 1) show_stretch(model, left, right);
    // Flows have the same numbers: they are counted in the order of the file.
    if (view.bytes) select_bytes(model, view.bytes->stream, view.bytes->range);
    if (view.selected) select(model, same_event(*before.recording, model.recording(), view.selected));
    if (model.applied_filter.empty()) return;
    model.filter_wanted = model.applied_filter;
    // Until its answer comes, what the beginning's was: unless packets have moved.
    if (!model.recording().packets.in_file_order()) model.view.filter.reset();
}

void set_axis(AppModel& model, AxisMode mode) {
    model.view.axis = mode;
    model.view.zoom = 1;
    model.view.pan = 0;
    if (model.has_document()) model.axis = TimeAxis::build(model.times, mode);
}

namespace {

// A trace through a flow so long that its ledgers are better made in the background.
bool traces_later(const AppModel& model, analysis::FlowId flow) {
    const analysis::Analysis& analysis = model.analysis();
    return analysis.lacks_ledgers(flow) && analysis.flows[flow].packets.size() > kAtOncePackets;
}

}  // namespace

void select(AppModel& model, EventRef event) {
    const analysis::Analysis& analysis = model.analysis();
    // A packet's further sightings are the same packet.
    if (event.kind == EventKind::kPacket) event.index = analysis.sightings.logical(event.index);
    const bool packet = event.kind == EventKind::kPacket && event.index < analysis.packets.size();
    model.view.selected = event;
    model.view.bytes.reset();
    model.view.trace_pending = packet && traces_later(model, analysis.packets.flow[event.index]);
    const bool now = event && !model.view.trace_pending;
    model.selection = now ? analysis::trace(model.recording(), analysis, event) : analysis::ByteTrace{};
}

void select_bytes(AppModel& model, analysis::StreamId stream, analysis::ByteRange range) {
    model.view.trace_pending = traces_later(model, stream.flow);
    model.selection = model.view.trace_pending
                          ? analysis::ByteTrace{}
                          : analysis::trace_range(model.recording(), model.analysis(), stream, range);
    model.view.bytes = ByteSelection{stream, range};
    // The inspector speaks of one event: the call that wrote these bytes, when there is one.
    model.view.selected = {};
}

void clear_selection(AppModel& model) {
    model.view.selected = {};
    model.view.bytes.reset();
    model.view.trace_pending = false;
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
    model.filter_wanted.reset();
    model.filter_share.reset();
    if (filter->selects_everything()) {
        model.applied_filter.clear();
        model.view.filter.reset();
    } else if (model.recording().packets.size() > kAtOncePackets) {
        model.filter_wanted = model.filter;
    } else {
        set_filter_hits(model, model.filter, find_hits(*filter, model.recording(), model.analysis()));
    }
    return true;
}

void set_filter_hits(AppModel& model, const std::string& text, analysis::FilterHits hits) {
    model.applied_filter = text;
    model.view.filter = std::make_shared<const analysis::FilterHits>(std::move(hits));
}

bool stop_background(AppModel& model) {
    if (model.filter_wanted || model.filter_share) {
        model.filter_wanted.reset();
        model.filter_share.reset();
        model.filter = model.applied_filter;
        return true;
    }
    if (!model.loading) return false;
    model.stop_loading = true;
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
