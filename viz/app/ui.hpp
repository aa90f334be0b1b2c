// The whole window as one function of the model: draw_frame() lays the panels out and draws them with ImGui. Ui holds
// what belongs to drawing only: fonts, sizes of panels, cached scenes. Needs an ImGui frame, no window: tests call it
// headless.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "viz/app/app_model.hpp"
#include "viz/app/fonts.hpp"
#include "viz/app/inspect.hpp"
#include "viz/app/markdown.hpp"
#include "viz/layout/scene.hpp"

namespace wirestory::viz {

// A scene and what it was made from; made again when any of that changes.
struct SceneCache {
    Scene scene;
    ViewState view;
    std::uint64_t revision = 0;
    std::uint64_t details = 0;
    float width = -1;
    float height = -1;
    float font_px = 0;
    std::uint64_t made = 0;  // how often it was made, for tests

    // True when the scene is stale; remembers the new key.
    bool outdated(const AppModel& model, float new_width, float new_height, float new_font_px);
};

// One row of the streams tab.
struct StreamRow {
    enum class Kind : std::uint8_t { kStream, kWritten, kCarried, kResent, kAcknowledged, kRead };
    Kind kind = Kind::kStream;
    TimeNs time_ns = 0;
    analysis::StreamId stream;
    analysis::ByteRange range;
    EventRef event;
};

struct Ui {
    Fonts fonts;
    // Sizes of panels, as the user dragged them; kept while the window is open.
    float left_px = 196;  // at scale 1
    float right_px = 296;
    float bottom_share = 0.275F;  // of the height below the tool bar
    SceneCache timeline;
    SceneCache ladder;
    Rect timeline_area;  // where the timeline's scene stands on the screen
    bool timeline_drag_playhead = false;
    bool timeline_dragged = false;
    EventRef last_selected;  // what tables last scrolled to
    bool selection_moved = false;
    EventRef ladder_scrolled_to;
    std::uint64_t derived_revision = 0;
    std::vector<StreamRow> stream_rows;
    std::vector<MarkdownBlock> lesson;
    Language lesson_language = Language::kEnglish;
    std::vector<std::string> story_lines;
    int story_line = -1;          // where the story tab last scrolled to
    bool bytes_of_packet = true;  // the bytes tab shows the packet, else the stream
    std::string search_buffer;
    std::string path_buffer;
    // The bytes tab's stream, made again when another one is selected.
    Bytes stream_bytes;
    analysis::StreamId stream_bytes_of;
    std::uint64_t stream_bytes_revision = 0;

    // What the inspector says of a connection, made again for another one.
    FieldGroup connection;
    analysis::FlowId connection_of = analysis::kNoFlow;
    Language connection_language = Language::kEnglish;
    std::uint64_t connection_revision = 0;

    [[nodiscard]] float unit() const { return fonts.size_px / kDefaultFontPx; }
};

void draw_frame(AppModel& model, Ui& ui);

std::vector<StreamRow> stream_rows(const analysis::Analysis& analysis);
TextMetrics text_metrics(const Fonts& fonts);
const char* tab_name(Tab tab);

}  // namespace wirestory::viz
