// Send and receive buffers: what stands in them over time, stacked with the oldest byte at the bottom, in the colours
// of the messages. The height of a box is its share of the row's peak.
#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.hpp"
#include "viz/layout/timeline_canvas.hpp"

namespace wirestory::viz {

namespace {

using analysis::ByteRange;
using analysis::Message;
using analysis::StreamLedger;

constexpr float kFoldWidth = 1;
constexpr float kLeastBoxHeight = 2;

struct Level {
    ByteRange range;
    Role role = Role::kUnread;
};

class BufferLane {
public:
    BufferLane(TimelineCanvas& canvas, const Rect& lane, std::uint64_t peak) : canvas_(canvas), lane_(lane) {
        const float head_room = lane.height >= 3 * canvas.text.line_height ? canvas.text.line_height + 4 : 3;
        base_ = lane.bottom() - 2;
        unit_ = peak == 0 ? 0 : (lane.height - head_room - 2) / static_cast<float>(peak);
    }

    void stream(const BufferTrack& track);
    void datagrams(const BufferTrack& track);

private:
    void stack(const StreamLedger& stream, const std::vector<Level>& levels, float x0, float x1, std::uint32_t folded);
    float pile(const StreamLedger& stream, const Level& level, float x0, float x1, float bottom, std::uint32_t folded);
    void remember(const Message& message, const Box& box);
    void name_messages();

    TimelineCanvas& canvas_;
    Rect lane_;
    float base_ = 0;
    float unit_ = 0;
    struct Widest {
        Rect rect;
        std::uint32_t call = analysis::kNoIndex;
        Emphasis emphasis = Emphasis::kNormal;
    };
    std::map<std::uint32_t, Widest> widest_;  // by message number: where its name fits best
};

float BufferLane::pile(const StreamLedger& stream, const Level& level, float x0, float x1, float bottom,
                       std::uint32_t folded) {
    StreamOffset at = level.range.begin;
    const auto in_buffer = stream.messages_in(level.range);
    auto message = in_buffer.begin();
    while (at < level.range.end) {
        // What is lower than a pixel or two is merged with what follows.
        const auto least = static_cast<StreamOffset>(std::ceil(unit_ > 0 ? kLeastBoxHeight / unit_ : 1));
        message = std::partition_point(message, in_buffer.end(), [&](const Message& m) { return m.range.end <= at; });
        const bool known = message != in_buffer.end() && message->range.begin <= at;
        StreamOffset end = known                        ? message->range.end
                           : message != in_buffer.end() ? message->range.begin
                                                        : level.range.end;
        end = std::min(std::max(end, at + least), level.range.end);
        const float height = static_cast<float>(end - at) * unit_;
        const EventRef cause =
            known && message->call != analysis::kNoIndex ? EventRef{EventKind::kCall, message->call} : EventRef{};
        Box& box = canvas_.add_box({x0, bottom - height, x1 - x0, height}, level.role, cause);
        box.message = known ? message_colour(message->number) : kNoMessage;
        box.stream = stream.id;
        box.range = {at, end};
        box.folded = folded;
        box.emphasis = canvas_.emphasis(box.stream, box.range, cause);
        if (known) remember(*message, box);
        bottom -= height;
        at = end;
    }
    return bottom;
}

void BufferLane::stack(const StreamLedger& stream, const std::vector<Level>& levels, float x0, float x1,
                       std::uint32_t folded) {
    float bottom = base_;
    for (const Level& level : levels) {
        if (!level.range.empty()) bottom = pile(stream, level, x0, x1, bottom, folded);
    }
}

void BufferLane::remember(const Message& message, const Box& box) {
    Widest& known = widest_[message.number];
    if (box.rect.width <= known.rect.width || box.rect.height < canvas_.text.line_height - 1) return;
    known = {box.rect, message.call, box.emphasis};
}

void BufferLane::name_messages() {
    for (const auto& [number, place] : widest_) {
        if (place.call >= canvas_.recording.calls.size()) continue;
        const std::string text = quote_bytes(canvas_.recording.calls[place.call].payload, 24);
        canvas_.add_text_inside(place.rect, text, Role::kInFlight, {EventKind::kCall, place.call}, place.emphasis);
    }
}

// Goes through the visible steps; of those that share a pixel the fullest is drawn, and the others are counted.
template <class Steps, class Draw>
void visible_steps(const TimelineCanvas& canvas, const Steps& steps, const Draw& draw) {
    const auto later = [](TimeNs time, const auto& step) { return time < step.time_ns; };
    auto step = std::upper_bound(steps.begin(), steps.end(), canvas.begin_ns, later);
    if (step != steps.begin()) --step;
    while (step != steps.end() && step->time_ns <= canvas.end_ns) {
        const float x0 = canvas.clipped_x(step->time_ns);
        const TimeNs pixel_end = std::min(canvas.time_at(x0 + kFoldWidth), canvas.end_ns);
        auto next = std::max(step + 1, std::upper_bound(step + 1, steps.end(), pixel_end, later));
        // A step that lasts beyond the pixel is drawn by itself.
        const bool lasts = next - step > 1;
        if (lasts && next - 1 != step) --next;
        const TimeNs end = next == steps.end() ? canvas.end_ns : std::min(next->time_ns, canvas.end_ns);
        draw(step, next, x0, std::max(canvas.clipped_x(end), x0 + kFoldWidth));
        step = next;
    }
}

template <class Step, class Fill>
Step fullest(Step first, Step last, const Fill& fill) {
    // Long folds are sampled: the picture is one pixel wide, and the cost must not grow with the recording.
    const auto stride = std::max<std::ptrdiff_t>((last - first) / 64, 1);
    Step best = first;
    for (Step step = first; step < last; step += std::min(stride, last - step)) {
        if (fill(*step) > fill(*best)) best = step;
    }
    return best;
}

std::uint32_t folded_count(std::ptrdiff_t steps) { return steps > 1 ? static_cast<std::uint32_t>(steps) : 0; }

void BufferLane::stream(const BufferTrack& track) {
    const StreamLedger& ledger = *track.stream;
    if (track.kind == BufferKind::kSend) {
        const auto fill = [](const analysis::SendStep& s) { return s.written - std::min(s.acknowledged, s.written); };
        visible_steps(canvas_, ledger.send_buffer, [&](auto first, auto last, float x0, float x1) {
            const analysis::SendStep& s = *fullest(first, last, fill);
            const StreamOffset sent = std::clamp(s.sent, std::min(s.acknowledged, s.written), s.written);
            stack(ledger, {{{s.acknowledged, sent}, Role::kInFlight}, {{sent, s.written}, Role::kUnsent}}, x0, x1,
                  folded_count(last - first));
        });
    } else {
        const auto fill = [](const analysis::ReceiveStep& s) { return s.arrived - std::min(s.read, s.arrived); };
        visible_steps(canvas_, ledger.receive_buffer, [&](auto first, auto last, float x0, float x1) {
            const analysis::ReceiveStep& s = *fullest(first, last, fill);
            stack(ledger, {{{s.read, s.arrived}, Role::kUnread}}, x0, x1, folded_count(last - first));
        });
    }
    name_messages();
}

void BufferLane::datagrams(const BufferTrack& track) {
    struct Step {
        TimeNs time_ns;
        const analysis::DatagramQueueStep* queue;
    };
    // Only the visible part is copied.
    const auto& all = canvas_.analysis.datagram_queues;
    const auto after = [&](TimeNs time, std::uint32_t i) { return time < all[i].time_ns; };
    auto first = std::upper_bound(track.queue_steps.begin(), track.queue_steps.end(), canvas_.begin_ns, after);
    const auto last = std::upper_bound(first, track.queue_steps.end(), canvas_.end_ns, after);
    if (first != track.queue_steps.begin()) --first;
    std::vector<Step> visible;
    for (auto i = first; i != last; ++i) visible.push_back({all[*i].time_ns, &all[*i]});
    if (last != track.queue_steps.end()) visible.push_back({all[*last].time_ns, &all[*last]});
    const auto fill = [](const Step& step) { return step.queue->waiting.size(); };
    visible_steps(canvas_, visible, [&](auto from, auto to, float x0, float x1) {
        float bottom = base_;
        for (const std::uint32_t waiting : fullest(from, to, fill)->queue->waiting) {
            const analysis::Datagram& datagram = canvas_.analysis.datagrams[waiting];
            const EventRef event{EventKind::kPacket, datagram.packet};
            Box& box = canvas_.add_box({x0, bottom - unit_ + 1, x1 - x0, unit_ - 1}, Role::kUnread, event);
            box.message = message_colour(datagram.number);
            box.folded = folded_count(to - from);
            bottom -= unit_;
        }
    });
}

void buffer_rows(TimelineCanvas& canvas, const std::vector<Rect>& lanes, const std::vector<BufferRow>& rows) {
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        for (const BufferTrack& track : rows[i].tracks) {
            BufferLane lane(canvas, lanes[i], rows[i].peak);
            if (track.kind == BufferKind::kDatagrams) {
                lane.datagrams(track);
            } else {
                lane.stream(track);
            }
        }
    }
}

}  // namespace

void lay_out_buffers(TimelineCanvas& canvas) {
    for (std::size_t i = 0; i < canvas.parties.size(); ++i) {
        buffer_rows(canvas, canvas.parties[i].send, canvas.index.tracks()[i].send_rows);
        buffer_rows(canvas, canvas.parties[i].receive, canvas.index.tracks()[i].receive_rows);
    }
}

}  // namespace wirestory::viz
