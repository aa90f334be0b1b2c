// Scene: what is to be drawn, as boxes, arrows and labels with roles and event ids. No colours, no fonts, no GL:
// painters map roles to those. The same rectangles serve painting, hovering and SVG. Units are pixels at scale 1, or
// character cells when the layout was given cell metrics.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/ledger.hpp"
#include "recording/ids.hpp"
#include "recording/tcp_state.hpp"

namespace wirestory::viz {

struct Point {
    float x = 0;
    float y = 0;
};
struct Rect {
    float x = 0;
    float y = 0;
    float width = 0;
    float height = 0;
    [[nodiscard]] float right() const { return x + width; }
    [[nodiscard]] float bottom() const { return y + height; }
    [[nodiscard]] bool contains(Point p) const { return p.x >= x && p.x < right() && p.y >= y && p.y < bottom(); }
};

// What a thing is. Painters choose colour, line and font by role (and by `message` for the colours of messages).
enum class Role : std::uint8_t {
    kLaneEven,
    kLaneOdd,
    kLaneTitle,
    kActorTitle,
    kAxis,
    kAxisTick,
    kAxisGap,  // a squeezed stretch of time
    kAxisText,
    kCall,         // returned at once
    kCallBlocked,  // slept for (part of) its time
    kCallFailed,
    kCallOpen,  // never returned
    kState,
    kStateInferred,
    kUnsent,    // bytes in the send buffer, not yet sent
    kInFlight,  // sent, not acknowledged
    kUnread,    // bytes in the receive buffer
    kBufferLimit,
    kSegment,       // arrow with payload
    kSegmentEmpty,  // arrow without payload: SYN, ACK, FIN
    kSegmentRst,
    kSegmentLost,
    kDatagram,
    kFinding,
    kPlayhead,
    kSelection,
    kText,
    kTextDim,
    kTextStrong,
    kQueued,  // a packet in the wire's queue
};

enum class Align : std::uint8_t { kLeft, kCentre, kRight };

// How much a thing stands out: everything is kNormal until something is selected.
enum class Emphasis : std::uint8_t { kNormal, kSelected, kDimmed };

constexpr std::int16_t kNoMessage = -1;

struct Box {
    Rect rect;
    Role role = Role::kText;
    EventRef event;
    std::int16_t message = kNoMessage;  // message number modulo the palette
    Emphasis emphasis = Emphasis::kNormal;
    analysis::StreamId stream;  // for buffer boxes: which bytes stand in it
    analysis::ByteRange range;
    TcpState state = TcpState::kUnknown;  // of state boxes: the name may not fit in
    std::uint32_t folded = 0;             // how many things narrower than a pixel stand in this one; 0: itself
};

struct Arrow {
    Point from;
    Point to;
    Role role = Role::kSegment;
    EventRef event;
    std::int16_t message = kNoMessage;
    Emphasis emphasis = Emphasis::kNormal;
    bool cross = false;        // ends in a cross: lost on the way
    bool head = true;          // false: goes on beyond what is shown, or is still on its way
    std::uint32_t folded = 0;  // how many arrows at (nearly) the same place this one stands for; 0: itself
};

struct Label {
    Point at;  // left, centre or right end of the text's top line, by `align`
    std::string text;
    Role role = Role::kText;
    Align align = Align::kLeft;
    float max_width = 0;  // cut with an ellipsis beyond this; 0: no limit
    EventRef event;
    Emphasis emphasis = Emphasis::kNormal;
    bool plate = false;  // lies over arrows: paint the ground behind the text first, so that it stays readable
    std::int16_t message = kNoMessage;
};

struct Scene {
    float width = 0;
    float height = 0;
    std::vector<Box> boxes;     // in painting order
    std::vector<Arrow> arrows;  // above the boxes
    std::vector<Label> labels;  // on top

    // What is under the pointer: the topmost box with an event, else an arrow within `tolerance` of its line.
    [[nodiscard]] const Box* box_at(Point p) const;
    [[nodiscard]] const Arrow* arrow_at(Point p, float tolerance) const;
};

// The only thing a layout needs to know of fonts.
struct TextMetrics {
    float line_height = 1;
    std::function<float(std::string_view)> width;  // of one line
};
TextMetrics cell_metrics();  // one cell a column: for terminals and golden tests

// The text as it fits into `max_width`: whole, or cut with "..."; empty when not even that fits. 0: no limit.
std::string fit_text(const TextMetrics& metrics, std::string_view text, float max_width);
// Where a label's (cut) text stands.
Rect label_rect(const TextMetrics& metrics, const Label& label);

}  // namespace wirestory::viz
