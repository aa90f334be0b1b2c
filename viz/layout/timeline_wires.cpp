// The wire: one arrow a packet from the sender's edge to the receiver's. Where departure and arrival are one moment (a
// tap on loopback) the arrow is vertical: no delay is invented.
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

struct ShownPacket {
    std::uint32_t packet = 0;
    float x = 0;
    PartyId from = kNoParty;
    PartyId to = kNoParty;
    int priority = 0;
};

class WireLayout {
public:
    WireLayout(TimelineCanvas& canvas, const WireTrack& track) : canvas_(canvas), track_(track) {}

    void run() {
        arrows();
        std::stable_sort(shown_.begin(), shown_.end(),
                         [](const ShownPacket& a, const ShownPacket& b) { return a.priority < b.priority; });
        for (const ShownPacket& shown : shown_) label(shown);
    }

private:
    void arrows();
    void arrow(std::uint32_t packet, float x, std::uint32_t folded);
    void label(const ShownPacket& shown);
    bool place(const ShownPacket& shown, const std::string& text, std::ptrdiff_t most_crossed);
    [[nodiscard]] std::ptrdiff_t crossed(float left, float right, float own) const;
    [[nodiscard]] Role role_of(std::uint32_t packet) const;
    [[nodiscard]] bool lost(std::uint32_t packet) const;

    TimelineCanvas& canvas_;
    const WireTrack& track_;
    std::vector<ShownPacket> shown_;
    std::vector<float> arrow_x_;  // sorted
};

bool WireLayout::lost(std::uint32_t packet) const {
    const analysis::Datagram* datagram = canvas_.index.events().datagram_of({EventKind::kPacket, packet});
    return datagram != nullptr && (datagram->fate == analysis::DatagramFate::kDroppedInReceiveBuffer ||
                                   datagram->fate == analysis::DatagramFate::kNoListener);
}

Role WireLayout::role_of(std::uint32_t packet) const {
    const analysis::PacketColumns& packets = canvas_.analysis.packets;
    if ((packets.tcp_flags[packet] & capture::kRst) != 0) return Role::kSegmentRst;
    const bool udp = canvas_.analysis.flows[packets.flow[packet]].transport == capture::Transport::kUdp;
    if (udp) return lost(packet) ? Role::kSegmentLost : Role::kDatagram;
    return packets.payload_bytes[packet] > 0 ? Role::kSegment : Role::kSegmentEmpty;
}

int priority_of(const analysis::PacketColumns& packets, std::uint32_t packet) {
    if (packets.payload_bytes[packet] > 0) return 0;
    return (packets.tcp_flags[packet] & (capture::kSyn | capture::kFin | capture::kRst)) != 0 ? 1 : 2;
}

void WireLayout::arrow(std::uint32_t packet, float x, std::uint32_t folded) {
    const PartyId from = canvas_.index.parties().sender(canvas_.analysis, packet);
    const PartyId to = canvas_.index.parties().receiver(canvas_.analysis, packet);
    const bool down = from < to;
    const float upper = canvas_.parties[track_.a].bottom;
    const float lower = canvas_.parties[track_.b].top;
    Arrow arrow;
    arrow.event = {EventKind::kPacket, packet};
    arrow.from = {x, down ? upper : lower};
    arrow.to = {x, down ? lower : upper};
    arrow.role = role_of(packet);
    arrow.message = canvas_.index.events().first_message(arrow.event);
    arrow.emphasis = canvas_.emphasis(arrow.event);
    arrow.cross = lost(packet);
    arrow.folded = folded;
    canvas_.scene.arrows.push_back(arrow);
    arrow_x_.push_back(x);
    if (folded == 0) {
        const bool selected = canvas_.is_selected(arrow.event);
        shown_.push_back({packet, x, from, to, selected ? -1 : priority_of(canvas_.analysis.packets, packet)});
    }
}

void WireLayout::arrows() {
    const PacketTable& packets = canvas_.recording.packets;
    const auto before = [&](std::uint32_t packet, TimeNs time) { return packets.time_ns(packet) < time; };
    const auto after = [&](TimeNs time, std::uint32_t packet) { return time < packets.time_ns(packet); };
    const auto& ids = track_.packets;
    const auto end = std::upper_bound(ids.begin(), ids.end(), canvas_.end_ns, after);
    for (auto id = std::lower_bound(ids.begin(), ids.end(), canvas_.begin_ns, before); id < end;) {
        const float x = canvas_.clipped_x(packets.time_ns(*id));
        const auto next = std::max(id + 1, std::upper_bound(id + 1, end, canvas_.time_at(x + kFoldWidth), after));
        if (next - id > kMostInAPixel) {
            arrow(*id, x, static_cast<std::uint32_t>(next - id));
        } else {
            for (auto each = id; each != next; ++each) arrow(*each, canvas_.clipped_x(packets.time_ns(*each)), 0);
        }
        id = next;
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
