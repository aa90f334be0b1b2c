// Calls and states: boxes over time. Short calls get a visible width and a label on a row of their own.
#include <algorithm>
#include <initializer_list>
#include <span>

#include "base/text.hpp"
#include "recording/call_text.hpp"
#include "viz/layout/lane_words.hpp"
#include "viz/layout/timeline_canvas.hpp"

namespace wirestory::viz {

namespace {

constexpr float kLeastCallWidth = 4;
constexpr float kFoldWidth = 1;
constexpr float kLeaderWidth = 1;
constexpr std::size_t kExcerptBytes = 12;
constexpr std::size_t kLongestText = 44;

struct ShownCall {
    std::uint32_t call = 0;
    Rect rect;
};

Role role_of(const Call& call, bool running) {
    if (running) return call.slept || !call.returned_at_all() ? Role::kCallBlocked : Role::kCall;
    if (!call.returned_at_all()) return Role::kCallOpen;
    if (call.failed()) return Role::kCallFailed;
    return call.slept ? Role::kCallBlocked : Role::kCall;
}

// From most to least: what is said of a call.
std::vector<std::string> call_texts(const Recording& recording, const Call& call, bool running) {
    Call shown = call;
    if (running) shown.exit_ns = kNeverReturned;
    const std::string name = call_name_text(recording, shown);
    std::vector<std::string> texts;
    if (running) {
        texts.push_back(name + "(" + shown.arguments + ") ...");
    } else {
        texts.push_back(format_call(recording, shown));
        if (reads_data(shown.kind)) texts.push_back(name + " = " + call_result_text(recording, shown));
        if (reads_data(shown.kind)) texts.push_back(name + " = " + quote_bytes(shown.payload, kExcerptBytes));
        if (writes_data(shown.kind)) texts.push_back(name + "(" + quote_bytes(shown.payload, kExcerptBytes) + ")");
        texts.push_back(name + "(" + shown.arguments + ")");
    }
    texts.push_back(name);
    if (shown.kind == CallKind::kSocket) texts = {texts.back()};
    // Longer ones only waste room: an excerpt says as much.
    if (texts.size() > 2 && texts.front().size() > kLongestText) texts.erase(texts.begin());
    return texts;
}

// 0 for what moves data or fails; 1 for what opens and closes; 2 for what prepares.
int priority_of(const Call& call) {
    if (call.failed() || writes_data(call.kind) || reads_data(call.kind)) return 0;
    switch (call.kind) {
        case CallKind::kConnect:
        case CallKind::kAccept:
        case CallKind::kShutdown:
        case CallKind::kClose: return 1;
        default: return 2;
    }
}

class CallLane {
public:
    CallLane(TimelineCanvas& canvas, PartyLanes& lanes, const PartyTracks& tracks)
        : canvas_(canvas), lanes_(lanes), tracks_(tracks) {}

    void run() {
        for (std::size_t row = 0; row < tracks_.call_rows.size(); ++row) boxes(row);
        const LabelRows free_rows = lanes_.call_labels;
        const std::size_t boxes_before = canvas_.scene.boxes.size();
        const std::size_t labels_before = canvas_.scene.labels.size();
        label_by_priority(false);
        if (selected_is_named(labels_before)) return;
        // No room was left for the words of what is selected: then they go first, at the price of others.
        lanes_.call_labels = free_rows;
        canvas_.scene.boxes.resize(boxes_before);
        canvas_.scene.labels.resize(labels_before);
        label_by_priority(true);
    }

private:
    [[nodiscard]] const Call& call(const ShownCall& shown) const { return canvas_.recording.calls[shown.call]; }
    [[nodiscard]] bool running(const Call& c) const {
        return canvas_.view.playhead_active && c.exit_ns > canvas_.view.playhead_ns;
    }
    [[nodiscard]] float end_x(const Call& c) const { return canvas_.clipped_x(std::min(c.exit_ns, canvas_.end_ns)); }

    [[nodiscard]] Role role_of_text(const ShownCall& shown) const {
        return call(shown).failed() && !running(call(shown)) ? Role::kCallFailed : Role::kCall;
    }

    void boxes(std::size_t row);
    void box(const ShownCall& shown);
    // Where words stand beside their leader; pushed: across it, where the picture ends.
    enum class Side : std::uint8_t { kRight, kLeft, kPushed };

    void label_by_priority(bool selected_first);
    [[nodiscard]] bool selected_is_named(std::size_t first_label) const;
    void label_all(std::span<const ShownCall> calls);
    bool label_inside(const ShownCall& shown);
    bool label_on_row(const ShownCall& shown, std::initializer_list<Side> sides, std::size_t most_texts);
    bool label_at(const ShownCall& shown, const std::string& text, float stem, float left, float right);
    void leader(const ShownCall& shown, std::size_t row);

    TimelineCanvas& canvas_;
    PartyLanes& lanes_;
    const PartyTracks& tracks_;
    std::vector<ShownCall> shown_;
};

void CallLane::boxes(std::size_t row) {
    const std::vector<std::uint32_t>& ids = tracks_.call_rows[row];
    const std::vector<Call>& calls = canvas_.recording.calls;
    // Calls of one row never overlap, so they are sorted by exit, too.
    const auto first_ending_at = [&](auto from, TimeNs time) {
        return std::lower_bound(from, ids.end(), time,
                                [&](std::uint32_t id, TimeNs t) { return calls[id].exit_ns < t; });
    };
    const float y = lanes_.calls.y + static_cast<float>(row) * (lanes_.call_box_height + 2);
    for (auto id = first_ending_at(ids.begin(), canvas_.begin_ns); id != ids.end();) {
        const Call& c = calls[*id];
        if (c.enter_ns > canvas_.end_ns) break;
        const float x0 = canvas_.clipped_x(c.enter_ns);
        const float x1 = end_x(c);
        auto next = id + 1;
        if (x1 - x0 < kFoldWidth) next = std::max(next, first_ending_at(next, canvas_.time_at(x0 + kFoldWidth)));
        // A call that begins after what is visible is not one of the folded.
        while (next != id + 1 && calls[*(next - 1)].enter_ns > canvas_.end_ns) --next;
        const float next_x = next == ids.end() ? canvas_.right() : canvas_.clipped_x(calls[*next].enter_ns);
        const float least = std::clamp(next_x - x0 - 1, kFoldWidth, kLeastCallWidth);
        const ShownCall shown{*id, {x0, y, std::max(x1 - x0, least), lanes_.call_box_height}};
        if (next - id > 1) {
            canvas_.add_box(shown.rect, Role::kCall, {EventKind::kCall, *id}).folded =
                static_cast<std::uint32_t>(next - id);
        } else {
            box(shown);
            shown_.push_back(shown);
        }
        id = next;
    }
}

void CallLane::box(const ShownCall& shown) {
    const EventRef event{EventKind::kCall, shown.call};
    const std::vector<EventIndex::Part> parts = canvas_.index.events().parts_of(event, 2);
    const Role role = role_of(call(shown), running(call(shown)));
    Box& box = canvas_.add_box(shown.rect, role, event);
    if (parts.size() == 1) box.message = parts.front().message;
    if (parts.size() > 1) canvas_.add_message_strip(shown.rect, event, Role::kUnread);
}

void CallLane::label_by_priority(bool selected_first) {
    const auto rank = [&](const ShownCall& shown) {
        const bool selected = canvas_.is_selected({EventKind::kCall, shown.call});
        return selected ? (selected_first ? -1 : 0) : priority_of(call(shown));
    };
    std::stable_sort(shown_.begin(), shown_.end(), [&](const ShownCall& a, const ShownCall& b) {
        const int ra = rank(a);
        const int rb = rank(b);
        return ra != rb ? ra < rb : a.rect.x < b.rect.x;
    });
    for (std::size_t begin = 0; begin < shown_.size();) {
        std::size_t end = begin + 1;
        while (end < shown_.size() && rank(shown_[end]) == rank(shown_[begin])) ++end;
        label_all({shown_.data() + begin, end - begin});
        begin = end;
    }
}

bool CallLane::selected_is_named(std::size_t first_label) const {
    const auto& labels = canvas_.scene.labels;
    return std::all_of(shown_.begin(), shown_.end(), [&](const ShownCall& shown) {
        const EventRef event{EventKind::kCall, shown.call};
        if (!canvas_.is_selected(event)) return true;
        return std::any_of(labels.begin() + static_cast<std::ptrdiff_t>(first_label), labels.end(),
                           [event](const Label& label) { return label.event == event; });
    });
}

// Words right of their leaders are placed from right to left, so that those of the earlier call climb over those of the
// later one like a stair and no leader crosses a text. What finds no place there goes left of its leader, in a stair
// the other way round.
void CallLane::label_all(std::span<const ShownCall> calls) {
    std::vector<const ShownCall*> left_over;
    for (std::size_t i = calls.size(); i-- > 0;) {
        if (!label_inside(calls[i]) && !label_on_row(calls[i], {Side::kRight}, 2)) left_over.push_back(&calls[i]);
    }
    for (std::size_t i = left_over.size(); i-- > 0;) {
        constexpr std::size_t kAll = 100;
        (void)label_on_row(*left_over[i], {Side::kLeft, Side::kRight, Side::kPushed}, kAll);
    }
}

bool CallLane::label_inside(const ShownCall& shown) {
    const std::vector<std::string> texts = call_texts(canvas_.recording, call(shown), running(call(shown)));
    for (const std::string& text : texts) {
        // A short form inside is worth less than the words in full beside it.
        if (&text != &texts.front() && text.size() * 2 < texts.front().size()) return false;
        if (canvas_.text.width(text) + 8 > shown.rect.width) continue;
        const EventRef event{EventKind::kCall, shown.call};
        canvas_.add_text_inside(shown.rect, text, role_of_text(shown), event, canvas_.emphasis(event));
        return true;
    }
    return false;
}

// The longest words first, on each side, of the first `most_texts` forms.
bool CallLane::label_on_row(const ShownCall& shown, std::initializer_list<Side> sides, std::size_t most_texts) {
    const bool base_row = shown.rect.y == lanes_.calls.y;
    const bool only_row = tracks_.call_rows.size() == 1;
    // A leader from a lower row would cross the boxes of the others.
    if (!only_row && base_row != lanes_.labels_above) return false;
    const std::vector<std::string> texts = call_texts(canvas_.recording, call(shown), running(call(shown)));
    const float stem = std::max(shown.rect.x, canvas_.left());
    for (std::size_t i = 0; i < std::min(texts.size(), most_texts); ++i) {
        const float width = canvas_.text.width(texts[i]) + 3;
        for (const Side side : sides) {
            const float left = side == Side::kRight  ? stem
                               : side == Side::kLeft ? stem - width - 3
                                                     : std::min(stem, canvas_.right() - width);
            if (label_at(shown, texts[i], stem, left, left + width)) return true;
        }
    }
    return false;
}

// On the first row where the place from `left` to `right` is free and the leader reaches it.
bool CallLane::label_at(const ShownCall& shown, const std::string& text, float stem, float left, float right) {
    LabelRows& rows = lanes_.call_labels;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (row > 0 && !rows.is_free(row - 1, stem, stem + kLeaderWidth)) return false;
        if (!rows.is_free(row, left, right)) continue;
        rows.take(row, left, right);
        for (std::size_t below = 0; below < row; ++below) rows.take(below, stem, stem + kLeaderWidth);
        leader(shown, row);
        Label out;
        out.text = text;
        out.at = {left + 3, rows.y_of(row)};
        out.event = {EventKind::kCall, shown.call};
        out.emphasis = canvas_.emphasis(out.event);
        out.role = role_of_text(shown);
        out.plate = canvas_.parties.size() > 2;  // arrows between the others pass here
        canvas_.add_label(std::move(out));
        return true;
    }
    return false;
}

void CallLane::leader(const ShownCall& shown, std::size_t row) {
    const float text_y = lanes_.call_labels.y_of(row);
    const float box_edge = lanes_.labels_above ? shown.rect.y : shown.rect.bottom();
    const float far = lanes_.labels_above ? text_y + 2 : text_y + canvas_.text.line_height - 2;
    Box line;
    line.rect = {shown.rect.x, std::min(far, box_edge), kLeaderWidth,
                 std::max(far, box_edge) - std::min(far, box_edge)};
    line.role = Role::kAxisTick;
    canvas_.scene.boxes.push_back(line);
}

// Whole, or shortened so that it cannot be taken for another state's; else nothing: the tool tip has it.
void state_name(TimelineCanvas& canvas, const Rect& rect, const StateItem& item, Emphasis how) {
    for (const std::string_view name : state_names(item.state)) {
        if (canvas.text.width(name) + 8 > rect.width) continue;
        return canvas.add_text_inside(rect, name, Role::kState, item.cause, how);
    }
}

void state_row(TimelineCanvas& canvas, const Rect& lane, const std::vector<StateItem>& items) {
    auto item = std::lower_bound(items.begin(), items.end(), canvas.begin_ns,
                                 [](const StateItem& s, TimeNs time) { return s.end_ns < time; });
    while (item != items.end() && item->begin_ns <= canvas.end_ns) {
        const float x0 = canvas.clipped_x(item->begin_ns);
        const float x1 = canvas.clipped_x(std::min(item->end_ns, canvas.end_ns));
        auto next = item + 1;
        if (x1 - x0 < kFoldWidth) {
            const TimeNs until = canvas.time_at(x0 + kFoldWidth);
            next = std::max(next, std::lower_bound(next, items.end(), std::min(until, canvas.end_ns),
                                                   [](const StateItem& s, TimeNs time) { return s.end_ns < time; }));
        }
        const Rect rect{x0, lane.y + 2, std::max(x1 - x0, kFoldWidth), lane.height - 4};
        Box& box = canvas.add_box(rect, item->measured ? Role::kState : Role::kStateInferred, item->cause);
        if (next - item > 1) box.folded = static_cast<std::uint32_t>(next - item);
        const Emphasis how = canvas.selected().empty() ? Emphasis::kNormal : Emphasis::kDimmed;
        box.emphasis = how;
        box.state = box.folded == 0 ? item->state : TcpState::kUnknown;
        if (box.folded == 0) state_name(canvas, rect, *item, how);
        item = next;
    }
}

}  // namespace

void lay_out_calls(TimelineCanvas& canvas) {
    for (std::size_t i = 0; i < canvas.parties.size(); ++i) {
        CallLane(canvas, canvas.parties[i], canvas.index.tracks()[i]).run();
    }
}

void lay_out_states(TimelineCanvas& canvas) {
    for (std::size_t i = 0; i < canvas.parties.size(); ++i) {
        for (std::size_t row = 0; row < canvas.parties[i].states.size(); ++row) {
            state_row(canvas, canvas.parties[i].states[row], canvas.index.tracks()[i].state_rows[row]);
        }
    }
}

}  // namespace wirestory::viz
