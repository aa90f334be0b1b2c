// The wire: one arrow a packet from the sender's edge to the receiver's, slanted from its departure to its arrival; a
// cross where it died. Where both are one moment (a tap on loopback) the arrow is vertical: no delay is invented.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "viz/layout/timeline_canvas.hpp"

namespace wirestory::viz {

namespace {

constexpr float kFoldWidth = 1;
constexpr float kArrowClearance = 3;
constexpr std::ptrdiff_t kMostInAPixel = 3;  // more arrows in one pixel become one, with a count
constexpr float kLeastQueueWidth = 4;
constexpr float kQueuePart = 0.14F;  // of the way: where a packet waits in the wire's queue

struct ShownPacket {
    std::uint32_t packet = 0;
    float x = 0;
    PartyId from = kNoParty;
    PartyId to = kNoParty;
    int priority = 0;
};

class WireLayout {
public:
    WireLayout(TimelineCanvas& canvas, const WireTrack& track)
        : canvas_(canvas), track_(track), upper_(canvas.parties[track.a].bottom), lower_(canvas.parties[track.b].top) {}

    void run() {
        arrows();
        std::sort(arrow_x_.begin(), arrow_x_.end());
        std::stable_sort(shown_.begin(), shown_.end(),
                         [](const ShownPacket& a, const ShownPacket& b) { return a.priority < b.priority; });
        for (const ShownPacket& shown : shown_) label(shown);
    }

private:
    void arrows();
    void upright_arrows();
    void slanted_arrows();
    void arrow(const Flight& flight, std::uint32_t folded);
    void queue(const Flight& flight, Point& from);
    bool clip(Arrow& arrow, TimeNs end_ns) const;
    void label(const ShownPacket& shown);
    bool place(const ShownPacket& shown, const std::string& text, std::ptrdiff_t most_crossed);
    [[nodiscard]] std::ptrdiff_t crossed(float left, float right, float own) const;
    [[nodiscard]] Role role_of(std::uint32_t packet) const;
    [[nodiscard]] bool lost(std::uint32_t packet) const;
    // `part` of the way from the sender's edge to the receiver's.
    [[nodiscard]] float y_at(const Flight& flight, float part) const {
        return flight.from < flight.to ? upper_ + (lower_ - upper_) * part : lower_ - (lower_ - upper_) * part;
    }

    TimelineCanvas& canvas_;
    const WireTrack& track_;
    float upper_;
    float lower_;
    std::vector<ShownPacket> shown_;
    std::vector<float> arrow_x_;  // sorted once all stand
};

bool WireLayout::lost(std::uint32_t packet) const {
    const analysis::Datagram* datagram = canvas_.index.events().datagram_of({EventKind::kPacket, packet});
    return datagram != nullptr && (datagram->fate == analysis::DatagramFate::kDroppedInReceiveBuffer ||
                                   datagram->fate == analysis::DatagramFate::kNoListener);
}

Role WireLayout::role_of(std::uint32_t packet) const {
    const analysis::PacketColumns& packets = canvas_.analysis.packets;
    if (packets.flow[packet] == analysis::kNoFlow) return Role::kSegmentEmpty;  // a later fragment, ICMP
    if ((packets.tcp_flags[packet] & capture::kRst) != 0) return Role::kSegmentRst;
    const bool udp = canvas_.analysis.flows[packets.flow[packet]].transport == capture::Transport::kUdp;
    if (udp) return lost(packet) ? Role::kSegmentLost : Role::kDatagram;
    return packets.payload_bytes[packet] > 0 ? Role::kSegment : Role::kSegmentEmpty;
}

int priority_of(const analysis::PacketColumns& packets, std::uint32_t packet) {
    if (packets.payload_bytes[packet] > 0) return 0;
    return (packets.tcp_flags[packet] & (capture::kSyn | capture::kFin | capture::kRst)) != 0 ? 1 : 2;
}

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
    arrow.role = flight.end == FlightEnd::kLost ? Role::kSegmentLost : role_of(flight.packet);
    arrow.message = canvas_.index.events().first_message(arrow.event);
    arrow.emphasis = canvas_.emphasis(arrow.event);
    arrow.cross = flight.end == FlightEnd::kLost || lost(flight.packet);
    arrow.head = flight.end != FlightEnd::kOnItsWay;
    arrow.folded = folded;
    const float begin = flight.takes_time() ? canvas_.x(flight.begin_ns) : canvas_.clipped_x(flight.begin_ns);
    const float end = flight.takes_time() ? canvas_.x(flight.end_ns) : begin;
    arrow.from = {begin, y_at(flight, 0)};
    if (folded == 0) queue(flight, arrow.from);
    // What is lost dies in the middle, where the wire is; what is still on its way has come so far.
    arrow.to = {std::max(end, arrow.from.x), y_at(flight, flight.end == FlightEnd::kArrives ? 1.0F : 0.5F)};
    if (!clip(arrow, flight.end_ns)) return;
    canvas_.scene.arrows.push_back(arrow);
    if (begin < canvas_.left()) return;  // its label stands where it left, which is not shown
    arrow_x_.push_back(begin);
    if (folded > 0 || flight.duplicate) return;
    const bool selected = canvas_.is_selected(arrow.event);
    shown_.push_back({flight.packet, begin, flight.from, flight.to,
                      selected ? -1 : priority_of(canvas_.analysis.packets, flight.packet)});
}

void WireLayout::arrows() { track_.flights.empty() ? upright_arrows() : slanted_arrows(); }

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

void WireLayout::label(const ShownPacket& shown) {
    const PacketWords words = packet_words(canvas_.recording, canvas_.analysis, shown.packet);
    std::vector<std::string> texts;
    const std::string length = words.payload_bytes > 0 ? fmt::format(" {}", words.payload_bytes) : "";
    if (!words.payload.empty()) {
        texts.push_back(words.flags + length + " " + quote_bytes(words.payload, 14));
        texts.push_back(words.flags + length + " " + quote_bytes(words.payload, 6));
        texts.push_back(fmt::format("{} ", words.payload_bytes) + quote_bytes(words.payload, 14));
        texts.push_back(fmt::format("{} ", words.payload_bytes) + quote_bytes(words.payload, 6));
    }
    texts.push_back(words.flags + length);
    if (words.payload_bytes > 0) texts.push_back(fmt::format("{}", words.payload_bytes));
    // Beside its arrow; else over one other arrow; else shorter; else over all that stand there.
    const std::size_t with_flags = words.payload.empty() ? texts.size() : 2;
    const auto try_all = [&](std::size_t first, std::size_t last, std::ptrdiff_t most_crossed) {
        for (std::size_t i = first; i < std::min(last, texts.size()); ++i) {
            if (place(shown, texts[i], most_crossed)) return true;
        }
        return false;
    };
    constexpr std::ptrdiff_t kAny = 1 << 20;
    const std::size_t with_bytes = words.payload.empty() ? texts.size() : 4;
    (void)(try_all(0, with_flags, 0) || try_all(0, with_flags, 1) || try_all(with_flags, with_bytes, 0) ||
           try_all(0, with_bytes, kAny) || try_all(with_bytes, texts.size(), kAny));
}

// On how many other packets' arrows a text from `left` to `right` would stand.
std::ptrdiff_t WireLayout::crossed(float left, float right, float own) const {
    const auto first = std::lower_bound(arrow_x_.begin(), arrow_x_.end(), left - kArrowClearance);
    return std::count_if(first, std::upper_bound(first, arrow_x_.end(), right + kArrowClearance),
                         [own](float x) { return std::abs(x - own) > 0.5F; });
}

// Near the sender if there is room, right of the arrow or else left of it.
bool WireLayout::place(const ShownPacket& shown, const std::string& text, std::ptrdiff_t most_crossed) {
    const bool down = shown.from < shown.to;
    WireLane& lane = canvas_.wires[down ? shown.from : shown.from - 1U];
    const float width = canvas_.text.width(text);
    const EventRef event{EventKind::kPacket, shown.packet};
    const std::size_t count = lane.labels.size();
    for (const bool right : {true, false}) {
        const float left = right ? shown.x + 5 : shown.x - 5 - width;
        if (crossed(left, left + width, shown.x) > most_crossed) continue;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t row = down ? i : count - 1 - i;
            if (!lane.labels.is_free(row, left, left + width)) continue;
            lane.labels.take(row, left, left + width);
            Label label;
            label.text = text;
            label.at = {left, lane.labels.y_of(row)};
            label.event = event;
            label.emphasis = canvas_.emphasis(event);
            label.role = role_of(shown.packet);
            label.plate = true;
            const Rect strip{left, label.at.y, width, canvas_.text.line_height + 3};
            canvas_.add_label(std::move(label));
            canvas_.add_message_strip(strip, event, Role::kUnread);
            return true;
        }
    }
    return false;
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
    for (const WireTrack& track : canvas.index.wires()) WireLayout(canvas, track).run();
}

void lay_out_selection(TimelineCanvas& canvas) { SelectionArrows(canvas).run(); }

}  // namespace wirestory::viz
