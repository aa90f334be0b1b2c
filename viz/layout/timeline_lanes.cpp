// Stacks the lanes of all parties: the first one from top to bottom, all others mirrored, with a wire between
// neighbours, so that bytes run downwards from a send buffer over the wire into a receive buffer.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "viz/layout/lane_words.hpp"
#include "viz/layout/timeline_canvas.hpp"

namespace wirestory::viz {

namespace {

constexpr float kLanePad = 3;  // above and below what stands in a lane
constexpr float kBoxPad = 5;   // what a box is higher than its text
constexpr float kLeastBufferLines = 1.9F;
constexpr float kLeastWireLines = 4.2F;
constexpr float kLeastSlantedLines = 6;  // where arrows lean and cross
constexpr float kBoldWidth = 1.15F;      // of names, beside the regular text that was measured
constexpr float kRoomyLines = 40;        // a picture this high has room for second rows
constexpr float kBufferWeight = 1.3F;
constexpr float kWireWeight = 3;

// How high things are for the height there is.
struct Heights {
    float heading = 0;
    float call_row = 0;
    std::size_t call_label_rows = 2;
    float call_label_row = 0;
    float state_row = 0;
    float buffer = 0;
    float wire = 0;
    float note_row = 0;
    std::size_t note_rows = 1;
    float axis = 0;
};

float calls_height(const Heights& h, const PartyTracks& tracks) {
    if (tracks.call_rows.empty()) return 0;
    return static_cast<float>(tracks.call_rows.size()) * h.call_row +
           static_cast<float>(h.call_label_rows) * h.call_label_row + 2 * kLanePad;
}

float notes_height(const Heights& h, const PartyTracks& tracks) {
    if (tracks.findings.findings.empty()) return 0;
    const std::size_t rows = std::min(tracks.findings.findings.size(), h.note_rows);
    return static_cast<float>(rows) * h.note_row + kLanePad;
}

float fixed_height(const Heights& h, const TimelineIndex& index) {
    float sum = h.axis;
    for (const PartyTracks& tracks : index.tracks()) {
        sum += h.heading + calls_height(h, tracks) + static_cast<float>(tracks.state_rows.size()) * h.state_row +
               notes_height(h, tracks);
    }
    return sum;
}

Heights choose_heights(const TimelineCanvas& canvas) {
    const TimelineIndex& index = canvas.index;
    const float line = canvas.text.line_height;
    Heights h;
    h.heading = line + 6;
    h.call_row = line + kBoxPad;
    h.call_label_row = line + 1;
    h.state_row = line + kBoxPad + 2;
    h.axis = line + 10;
    h.note_row = line + 5;
    if (canvas.options.height > kRoomyLines * line) h.note_rows = 2;
    std::size_t buffers = 0;
    for (const PartyTracks& tracks : index.tracks()) buffers += tracks.send_rows.size() + tracks.receive_rows.size();
    const auto buffer_count = static_cast<float>(buffers);
    const auto wire_count = static_cast<float>(std::max<std::size_t>(index.parties().size(), 1) - 1);
    const float wire_lines = canvas.analysis.sightings.any() ? kLeastSlantedLines : kLeastWireLines;
    const float least = buffer_count * kLeastBufferLines * line + wire_count * wire_lines * line;
    // A third row of call labels where it costs nobody else anything.
    h.call_label_rows = 3;
    if (canvas.options.height - fixed_height(h, index) < least) h.call_label_rows = 2;
    const float room = std::max(canvas.options.height - fixed_height(h, index), least);
    const float weights = buffer_count * kBufferWeight + wire_count * kWireWeight;
    const float part = weights > 0 ? room / weights : 0;
    h.buffer = std::max(std::floor(part * kBufferWeight), kLeastBufferLines * line);
    h.wire = std::max(std::floor(part * kWireWeight), wire_lines * line);
    return h;
}

class Stack {
public:
    Stack(TimelineCanvas& canvas, const Heights& heights) : canvas_(canvas), h_(heights) {}

    Rect lane(float height, LaneWord title, std::string_view note = {}) {
        return lane(height, lane_word(title, language()), note);
    }

    Rect lane(float height, std::string_view title, std::string_view note) {
        const Rect rect{0, y_, canvas_.options.width, height};
        canvas_.add_box(rect, odd_ ? Role::kLaneOdd : Role::kLaneEven);
        odd_ = !odd_;
        title_in_gutter(rect, title, note);
        y_ += height;
        return rect;
    }

    void heading(PartyLanes& lanes, const Party& party) {
        lanes.heading = {0, y_, canvas_.options.width, h_.heading};
        canvas_.add_box(lanes.heading, Role::kActorTitle);
        Label name;
        name.text = party.name;
        name.at = {8, y_ + (h_.heading - canvas_.text.line_height) / 2};
        name.role = Role::kActorTitle;
        const float width = canvas_.text.width(party.name) * kBoldWidth;
        canvas_.add_label(name);
        if (!party.address.empty()) {
            name.text = party.address;
            name.at.x += width + 10;
            name.role = Role::kTextDim;
            canvas_.add_label(name);
        }
        y_ += h_.heading;
        odd_ = false;
    }

    void notes(PartyLanes& lanes, const PartyTracks& tracks) {
        if (tracks.findings.findings.empty()) return;
        lanes.notes = lane(notes_height(h_, tracks), LaneWord::kFindings);
        lanes.note_row_height = h_.note_row;
    }

    void calls(PartyLanes& lanes, const PartyTracks& tracks, bool labels_above) {
        lanes.labels_above = labels_above;
        if (tracks.call_rows.empty()) return;
        const Rect rect = lane(calls_height(h_, tracks), LaneWord::kCalls, hidden(tracks.hidden_calls));
        const float labels = static_cast<float>(h_.call_label_rows) * h_.call_label_row;
        const float boxes = rect.height - 2 * kLanePad - labels;
        const Rect plot{canvas_.left(), rect.y, canvas_.frame.width, rect.height};
        const float boxes_y = rect.y + kLanePad + (labels_above ? labels : 0);
        const float labels_y = labels_above ? rect.y + kLanePad : boxes_y + boxes;
        lanes.calls = {plot.x, boxes_y, plot.width, boxes};
        lanes.call_labels = LabelRows({plot.x, labels_y, plot.width, labels}, h_.call_label_row, labels_above);
        lanes.call_box_height = h_.call_row - 2;
    }

    void states(PartyLanes& lanes, const PartyTracks& tracks) {
        for (std::size_t i = 0; i < tracks.state_rows.size(); ++i) {
            const std::string_view title = i == 0 ? lane_word(LaneWord::kState, language()) : "";
            lanes.states.push_back(
                lane(h_.state_row, title, i == 0 ? hidden(tracks.hidden_flows + tracks.hidden_states) : ""));
        }
    }

    void buffers(std::vector<Rect>& rects, const std::vector<BufferRow>& rows, LaneWord title) {
        for (const BufferRow& row : rows) {
            const bool datagrams = row.tracks.front().kind == BufferKind::kDatagrams;
            const std::string peak = datagrams ? fmt::format("{}", row.peak) : format_bytes(row.peak);
            rects.push_back(lane(h_.buffer, title, lane_word(LaneWord::kPeak, language(), peak)));
        }
    }

    void wire() {
        const Rect rect = lane(h_.wire, LaneWord::kWire);
        const Rect plot{canvas_.left(), rect.y + 2 * kLanePad, canvas_.frame.width, rect.height - 4 * kLanePad};
        canvas_.wires.push_back({rect, LabelRows(plot, canvas_.text.line_height + 4, false)});
    }

    [[nodiscard]] float y() const { return y_; }
    void skip(float height) { y_ += height; }

private:
    [[nodiscard]] Language language() const { return canvas_.view.language; }
    [[nodiscard]] std::string hidden(std::uint64_t count) const {
        return count == 0 ? "" : lane_word(LaneWord::kNotShown, language(), fmt::format("{}", count));
    }

    void title_in_gutter(const Rect& rect, std::string_view title, std::string_view note) {
        const float line = canvas_.text.line_height;
        const bool both = !note.empty() && rect.height >= 2 * line + 2;
        const float block = both ? 2 * line : line;
        Label label;
        label.at = {8, rect.y + (rect.height - block) / 2};
        label.role = Role::kLaneTitle;
        label.max_width = canvas_.left() - 12;
        label.text = std::string{title};
        canvas_.add_label(label);
        if (!both) return;
        label.text = std::string{note};
        label.at.y += line;
        label.role = Role::kTextDim;
        canvas_.add_label(label);
    }

    TimelineCanvas& canvas_;
    const Heights& h_;
    float y_ = 0;
    bool odd_ = false;
};

}  // namespace

void stack_lanes(TimelineCanvas& canvas) {
    const Heights heights = choose_heights(canvas);
    const std::vector<Party>& parties = canvas.index.parties().all();
    canvas.axis_band = {canvas.left(), 0, canvas.frame.width, heights.axis};
    Stack stack(canvas, heights);
    stack.skip(heights.axis);
    canvas.parties.resize(parties.size());
    for (std::size_t i = 0; i < parties.size(); ++i) {
        PartyLanes& lanes = canvas.parties[i];
        const PartyTracks& tracks = canvas.index.tracks()[i];
        lanes.top = stack.y();
        if (i == 0) {
            stack.heading(lanes, parties[i]);
            stack.calls(lanes, tracks, true);
            stack.states(lanes, tracks);
            stack.buffers(lanes.receive, tracks.receive_rows, LaneWord::kReceiveBuffer);
            stack.buffers(lanes.send, tracks.send_rows, LaneWord::kSendBuffer);
            stack.notes(lanes, tracks);
        } else {
            stack.notes(lanes, tracks);
            stack.buffers(lanes.receive, tracks.receive_rows, LaneWord::kReceiveBuffer);
            stack.buffers(lanes.send, tracks.send_rows, LaneWord::kSendBuffer);
            stack.states(lanes, tracks);
            stack.calls(lanes, tracks, false);
            stack.heading(lanes, parties[i]);
        }
        lanes.bottom = stack.y();
        if (i + 1 < parties.size()) stack.wire();
    }
    canvas.scene.width = canvas.options.width;
    canvas.scene.height = stack.y();
}

}  // namespace wirestory::viz
