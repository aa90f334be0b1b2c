// The wire: one arrow a packet from the sender's edge to the receiver's, slanted from its departure to its arrival; a
// cross where it died. Where both are one moment (a tap on loopback) the arrow is vertical: no delay is invented.
#include <algorithm>

#include "viz/layout/timeline_canvas.hpp"
#include "viz/layout/timeline_wire_labels.hpp"

namespace wirestory::viz {

namespace {

constexpr float kFoldWidth = 1;
constexpr std::ptrdiff_t kMostInAPixel = 3;  // more arrows in one pixel become one, with a count
constexpr float kLeastQueueWidth = 4;
constexpr float kQueuePart = 0.14F;  // of the way: where a packet waits in the wire's queue

class WireLayout {
public:
    WireLayout(TimelineCanvas& canvas, const WireTrack& track, WireLabels& labels)
        : canvas_(canvas),
          track_(track),
          labels_(labels),
          upper_(canvas.parties[track.a].bottom),
          lower_(canvas.parties[track.b].top) {}

    void run() { track_.flights.empty() ? upright_arrows() : slanted_arrows(); }

private:
    void upright_arrows();
    void slanted_arrows();
    void arrow(const Flight& flight, std::uint32_t folded);
    void queue(const Flight& flight, Point& from);
    bool clip(Arrow& arrow, TimeNs end_ns) const;
    [[nodiscard]] float end_y(const Flight& flight) const;
    // `part` of the way from the sender's edge to the receiver's.
    [[nodiscard]] float y_at(const Flight& flight, float part) const {
        return flight.from < flight.to ? upper_ + (lower_ - upper_) * part : lower_ - (lower_ - upper_) * part;
    }

    TimelineCanvas& canvas_;
    const WireTrack& track_;
    WireLabels& labels_;
    float upper_;
    float lower_;
};

// The time in the wire's queue: a thin line that hardly gets ahead, before the way itself.
void WireLayout::queue(const Flight& flight, Point& from) {
    const float until = canvas_.x(flight.queued_until_ns);
    if (until - from.x < kLeastQueueWidth) return;
    Arrow waits;
    waits.from = from;
    waits.to = {until, y_at(flight, kQueuePart)};
    waits.role = Role::kQueued;
    waits.event = {EventKind::kPacket, flight.packet};
    waits.emphasis = canvas_.emphasis(waits.event);
    waits.head = false;
    from = waits.to;
    if (clip(waits, flight.queued_until_ns)) canvas_.scene.arrows.push_back(waits);
}

// To the plot, and to the playhead; false when nothing is left.
bool WireLayout::clip(Arrow& arrow, TimeNs end_ns) const {
    const float left = canvas_.left();
    const float right = std::min(canvas_.right(), canvas_.x(canvas_.end_ns));
    const auto at = [&arrow](float x) {
        return Point{x, arrow.from.y + (arrow.to.y - arrow.from.y) * (x - arrow.from.x) / (arrow.to.x - arrow.from.x)};
    };
    if (arrow.to.x < left || arrow.from.x > right + 0.5F) return false;
    if (arrow.to.x - arrow.from.x < 0.01F) return true;
    const Arrow whole = arrow;
    if (whole.to.x > right && end_ns > canvas_.end_ns) {
        arrow.to = at(right);
        arrow.head = arrow.cross = false;
    }
    if (whole.from.x < left)
        arrow.from = {left,
                      whole.from.y + (whole.to.y - whole.from.y) * (left - whole.from.x) / (whole.to.x - whole.from.x)};
    return true;
}

void WireLayout::arrow(const Flight& flight, std::uint32_t folded) {
    Arrow arrow;
    arrow.event = {EventKind::kPacket, flight.packet};
    const bool unread = nobody_takes(canvas_, flight.packet);
    arrow.role = flight.end == FlightEnd::kLost ? Role::kSegmentLost : wire_role(canvas_, flight.packet);
    arrow.message = canvas_.index.events().first_message(arrow.event);
    arrow.emphasis = canvas_.emphasis(arrow.event);
    arrow.cross = flight.end == FlightEnd::kLost || unread;
    arrow.head = flight.end != FlightEnd::kOnItsWay;
    arrow.folded = folded;
    const float begin = flight.takes_time() ? canvas_.x(flight.begin_ns) : canvas_.clipped_x(flight.begin_ns);
    const float end = flight.takes_time() ? canvas_.x(flight.end_ns) : begin;
    arrow.from = {begin, y_at(flight, 0)};
    if (folded == 0) queue(flight, arrow.from);
    arrow.to = {std::max(end, arrow.from.x), end_y(flight)};
    if (!clip(arrow, flight.end_ns)) return;
    canvas_.scene.arrows.push_back(arrow);
    labels_.add_line(arrow);
    // Its label stands where it left; not where that is not shown.
    if (begin < canvas_.left() || folded > 0 || flight.duplicate) return;
    labels_.add({flight.packet, arrow.from, arrow.to, flight.from, flight.to, canvas_.is_selected(arrow.event)});
}

// What is lost dies in the middle, where the wire is: of the lane next to the host that it does not reach, so that each
// lost way of a packet to several hosts has a cross of its own. What is still on its way has come half of it.
float WireLayout::end_y(const Flight& flight) const {
    if (flight.end == FlightEnd::kArrives) return y_at(flight, 1);
    if (flight.end != FlightEnd::kLost) return y_at(flight, 0.5F);
    const Rect& lane = canvas_.wires[flight.from < flight.to ? flight.to - 1U : flight.to].rect;
    return lane.y + lane.height / 2;
}

void WireLayout::upright_arrows() {
    const PacketTable& packets = canvas_.recording.packets;
    const auto before = [&](std::uint32_t packet, TimeNs time) { return packets.time_ns(packet) < time; };
    const auto after = [&](TimeNs time, std::uint32_t packet) { return time < packets.time_ns(packet); };
    const auto draw = [&](std::uint32_t packet, std::uint32_t folded) {
        const auto flight = plain_flight(canvas_.analysis, canvas_.recording, canvas_.index.parties(), packet);
        if (flight) arrow(*flight, folded);
    };
    const auto& ids = track_.packets;
    const auto end = std::upper_bound(ids.begin(), ids.end(), canvas_.end_ns, after);
    for (auto id = std::lower_bound(ids.begin(), ids.end(), canvas_.begin_ns, before); id < end;) {
        const float x = canvas_.clipped_x(packets.time_ns(*id));
        const auto next = std::max(id + 1, std::upper_bound(id + 1, end, canvas_.time_at(x + kFoldWidth), after));
        if (next - id > kMostInAPixel) {
            draw(*id, static_cast<std::uint32_t>(next - id));
        } else {
            for (auto each = id; each != next; ++each) draw(*each, 0);
        }
        id = next;
    }
}

void WireLayout::slanted_arrows() {
    const auto& flights = track_.flights;
    const auto after = [](TimeNs time, const Flight& flight) { return time < flight.begin_ns; };
    const auto end = std::upper_bound(flights.begin(), flights.end(), canvas_.end_ns, after);
    const auto first = std::lower_bound(track_.reach.begin(), track_.reach.end(), canvas_.begin_ns);
    for (auto at = flights.begin() + (first - track_.reach.begin()); at < end;) {
        const float x = canvas_.x(at->begin_ns);
        const TimeNs pixel_end = x < canvas_.left() ? at->begin_ns : canvas_.time_at(x + kFoldWidth);
        const auto next = std::max(at + 1, std::upper_bound(at + 1, end, pixel_end, after));
        const bool fold = next - at > kMostInAPixel;
        for (auto each = at; each != next; ++each) {
            if (each->end_ns < canvas_.begin_ns) continue;
            // What is lost is never folded away.
            if (!fold || each == at || each->end == FlightEnd::kLost) {
                arrow(*each, fold && each == at ? static_cast<std::uint32_t>(next - at) : 0);
            }
        }
        at = next;
    }
}

// From a call's row to the packets that carried its bytes, and on to the calls that read them.
constexpr std::size_t kMostSelectionArrows = 64;

class SelectionArrows {
public:
    explicit SelectionArrows(TimelineCanvas& canvas) : canvas_(canvas) {}

    void run() {
        std::vector<std::uint32_t> packets;
        std::vector<std::uint32_t> calls;
        for (const EventRef event : canvas_.selected()) {
            if (event.kind == EventKind::kPacket) packets.push_back(event.index);
            if (event.kind == EventKind::kCall) calls.push_back(event.index);
        }
        for (const std::uint32_t packet : packets) {
            for (const std::uint32_t call : calls) {
                if (drawn_ < kMostSelectionArrows) connect(call, packet);
            }
        }
    }

private:
    void connect(std::uint32_t call_id, std::uint32_t packet);

    TimelineCanvas& canvas_;
    std::size_t drawn_ = 0;
};

void SelectionArrows::connect(std::uint32_t call_id, std::uint32_t packet) {
    if (call_id >= canvas_.recording.calls.size() || packet >= canvas_.analysis.packets.size()) return;
    const EventRef carrier{EventKind::kPacket, packet};
    const Call& call = canvas_.recording.calls[call_id];
    const EventIndex::Bytes carried = canvas_.index.events().bytes_of(carrier);
    const EventIndex::Bytes moved = canvas_.index.events().bytes_of({EventKind::kCall, call_id});
    const TimeNs time_ns = canvas_.recording.packets.time_ns(packet);
    const bool same =
        moved.stream == carried.stream && moved.datagram == carried.datagram && moved.range.overlaps(carried.range);
    const PartyId from = canvas_.index.parties().sender(canvas_.analysis, packet);
    const PartyId to = canvas_.index.parties().receiver(canvas_.analysis, packet);
    if (!same || from == kNoParty || to == kNoParty) return;
    if (time_ns > canvas_.end_ns || call.enter_ns > canvas_.end_ns) return;
    const bool writes = writes_data(call.kind);
    const PartyLanes& lanes = canvas_.parties[writes ? from : to];
    const bool down = from < to;
    const float call_x = canvas_.x(call.enter_ns);
    const float packet_x = canvas_.x(time_ns);
    const bool visible = std::max(call_x, packet_x) >= canvas_.left() && std::min(call_x, packet_x) <= canvas_.right();
    if (!visible || lanes.calls.height <= 0) return;
    const float call_y = lanes.labels_above ? lanes.calls.bottom() : lanes.calls.y;
    const float wire_y = (writes ? down : !down) ? lanes.bottom : lanes.top;
    const Point at_call{std::clamp(call_x + 1, canvas_.left(), canvas_.right()), call_y};
    const Point at_wire{std::clamp(packet_x, canvas_.left(), canvas_.right()), wire_y};
    Arrow arrow;
    arrow.from = writes ? at_call : at_wire;
    arrow.to = writes ? at_wire : at_call;
    arrow.role = Role::kSelection;
    arrow.emphasis = Emphasis::kSelected;
    canvas_.scene.arrows.push_back(arrow);
    ++drawn_;
}

}  // namespace

void lay_out_wires(TimelineCanvas& canvas) {
    WireLabels labels(canvas);
    for (const WireTrack& track : canvas.index.wires()) WireLayout(canvas, track, labels).run();
    labels.place();
}

void lay_out_selection(TimelineCanvas& canvas) { SelectionArrows(canvas).run(); }

}  // namespace wirestory::viz
