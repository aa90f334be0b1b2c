// AppModel: everything the window shows, apart from ImGui's own state: the document, what the user chose, and what was
// derived from both. Derived parts are made again only when what they rest on has changed, never per frame. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "viz/app/app.hpp"
#include "viz/app/late_details.hpp"
#include "viz/app/playback.hpp"
#include "viz/app/prepared_document.hpp"
#include "viz/layout/palette.hpp"
#include "viz/layout/time_axis.hpp"
#include "viz/layout/view_state.hpp"

namespace wirestory::viz {

enum class Tab : std::uint8_t {
    kPackets,
    kLadder,
    kBytes,
    kStreams,
    kFindings,
    kSequence,
    kLesson,
    kStory,
};
constexpr std::size_t kTabCount = 8;

constexpr float kMinFontPx = 11;
constexpr float kDefaultFontPx = 15;
constexpr float kMaxFontPx = 30;
constexpr float kMaxZoom = 1e7F;
constexpr std::size_t kAtOncePackets = 100'000;  // of a capture with more, questions are answered in the background

struct AppModel {
    Document document;
    ViewState view;
    Playback playback;
    bool dark = true;
    float font_px = kDefaultFontPx;
    float scale = 1;
    Tab tab = Tab::kPackets;
    bool tab_changed = true;  // the tab bar must follow `tab`
    bool help_open = false;
    bool focus_search = false;
    std::string search;
    std::optional<bool> search_found;  // of the last search
    std::string filter;                // as typed; what it selects stands in view.filter once it was applied
    std::string applied_filter;
    std::optional<analysis::FilterError> filter_error;  // of the text as typed
    bool focus_filter = false;
    std::optional<std::string> filter_wanted;  // to be applied in the background; taken by ModelWork
    std::optional<float> filter_share;         // how far that has come
    std::size_t tour_stop = 0;
    std::vector<ScenarioEntry> scenarios;
    std::string busy;                     // "running tcp/handshake": shown while a file is opened
    std::optional<LoadProgress> loading;  // the file is being read
    bool beginning_only = false;          // the document is the beginning of a larger file
    bool stop_loading = false;            // the user wants what is read to be all; the frame loop takes it
    std::string notice;                   // an error's sentence, until the next thing is opened
    std::string font_notice;
    std::string open_request;  // a path that a panel or a drop wants opened; the frame loop takes it
    bool can_open = false;
    bool quit = false;  // the user wants the window closed

    // Derived from the document.
    std::vector<TimeNs> times;               // every moment at which something happens
    std::vector<EventRef> events;            // calls and packets in time order
    std::vector<std::uint32_t> packet_rows;  // the packets a list shows: each once, however many taps saw it
    TimeAxis axis;                           // for view.axis
    std::string search_hits_for;             // what `search_hits` are hits of, in lower case
    std::vector<std::size_t> search_hits;    // indices into `events`, sorted; made at the first search for a text
    std::size_t suggested_speed = 0;         // index of the speed that suits it
    std::shared_ptr<TimelineIndex> timeline_index;
    LateFlow late_flow;                  // of a large capture: the details of the flow that is selected
    LateFindings late_findings;          // of a large capture: the findings of all flows
    std::uint64_t revision = 0;          // counts documents, for caches kept elsewhere
    std::uint64_t details_revision = 0;  // counts what was added to a document's timeline_index
    analysis::ByteTrace selection;       // what carries the bytes of view.selected

    [[nodiscard]] const Recording& recording() const { return *document.recording; }
    [[nodiscard]] const analysis::Analysis& analysis() const { return *document.analysis; }
    [[nodiscard]] bool has_document() const { return static_cast<bool>(document); }
    [[nodiscard]] Theme theme() const { return dark ? Theme::kDark : Theme::kLight; }
};

void set_document(AppModel& model, Document document);
void set_document(AppModel& model, PreparedDocument prepared);
// The document was the beginning of this one: what the user chose stays, as far as it is there.
void continue_document(AppModel& model, PreparedDocument prepared);
void set_axis(AppModel& model, AxisMode mode);
void select(AppModel& model, EventRef event);
void select_bytes(AppModel& model, analysis::StreamId stream, analysis::ByteRange range);
void clear_selection(AppModel& model);
// Selects and brings into view; the playhead moves along when it is on.
void go_to(AppModel& model, EventRef event);
void go_to_tour_stop(AppModel& model, std::size_t stop);
void set_playhead(AppModel& model, TimeNs time);
// Wall time has passed; moves the playhead while playing.
void tick(AppModel& model, double wall_seconds);
// Pans so that `time` is visible.
void reveal(AppModel& model, TimeNs time);

[[nodiscard]] TimeNs time_of(const AppModel& model, EventRef event);
[[nodiscard]] bool is_selected(const AppModel& model, EventRef event);  // it, or carries the same bytes

// Takes a new text of the filter and says what is wrong with it (filter_error); nothing else changes until it is
// applied.
void type_filter(AppModel& model, const std::string& text);
// What it selects becomes view.filter, of a large capture some time later; a wrong one changes nothing. False then.
bool apply_filter(AppModel& model);
// The answer to filter_wanted has come.
void set_filter_hits(AppModel& model, const std::string& text, analysis::FilterHits hits);
// Puts off what runs in the background for the user, one thing a call. False when there was nothing.
bool stop_background(AppModel& model);

// Selects the next event after the selected one whose text contains `needle` (letters' case ignored), going round.
bool search_next(AppModel& model, const std::string& needle);

}  // namespace wirestory::viz
