#include "viz/layout/timeline_wire_labels.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"

namespace wirestory::viz {

namespace {

constexpr float kArrowClearance = 3;
constexpr float kBesideArrow = 5;
constexpr float kCrossRoom = 7;             // a cross and a little around it
constexpr std::ptrdiff_t kAny = 1 << 20;    // over whatever arrows stand there
constexpr std::ptrdiff_t kMostCovered = 1;  // other packets' slanted arrows under a label

int priority_of(const analysis::PacketColumns& packets, const WireLabels::Packet& packet) {
    if (packet.selected) return -1;
    if (packets.payload_bytes[packet.packet] > 0) return 0;
    return (packets.tcp_flags[packet.packet] & (capture::kSyn | capture::kFin | capture::kRst)) != 0 ? 1 : 2;
}

// Where the line passes this height; at its nearer end where it does not reach it.
float x_at(Point from, Point to, float y) {
    const float height = to.y - from.y;
    if (std::abs(height) < 1) return from.x;
    return from.x + (to.x - from.x) * std::clamp((y - from.y) / height, 0.0F, 1.0F);
}

// From most to least: with flags and bytes, with bytes, and without.
struct Candidates {
    std::vector<std::string> texts;
    std::size_t with_flags = 0;  // so many of them
    std::size_t with_bytes = 0;
};

Candidates candidates_for(const PacketWords& words) {
    Candidates out;
    const std::string length = words.payload_bytes > 0 ? fmt::format(" {}", words.payload_bytes) : "";
    if (!words.payload.empty()) {
        out.texts.push_back(words.flags + length + " " + quote_bytes(words.payload, 14));
        out.texts.push_back(words.flags + length + " " + quote_bytes(words.payload, 6));
        out.texts.push_back(fmt::format("{} ", words.payload_bytes) + quote_bytes(words.payload, 14));
        out.texts.push_back(fmt::format("{} ", words.payload_bytes) + quote_bytes(words.payload, 6));
    }
    out.texts.push_back(words.flags + length);
    if (words.payload_bytes > 0) out.texts.push_back(fmt::format("{}", words.payload_bytes));
    out.with_flags = words.payload.empty() ? out.texts.size() : 2;
    out.with_bytes = words.payload.empty() ? out.texts.size() : 4;
    return out;
}

}  // namespace

bool nobody_takes(const TimelineCanvas& canvas, std::uint32_t packet) {
    const analysis::Datagram* datagram = canvas.index.events().datagram_of({EventKind::kPacket, packet});
    return datagram != nullptr && (datagram->fate == analysis::DatagramFate::kDroppedInReceiveBuffer ||
                                   datagram->fate == analysis::DatagramFate::kNoListener);
}

Role wire_role(const TimelineCanvas& canvas, std::uint32_t packet) {
    const analysis::PacketColumns& packets = canvas.analysis.packets;
    if (packets.flow[packet] == analysis::kNoFlow) return Role::kSegmentEmpty;  // a later fragment, ICMP
    if ((packets.tcp_flags[packet] & capture::kRst) != 0) return Role::kSegmentRst;
    const bool udp = canvas.analysis.flows[packets.flow[packet]].transport == capture::Transport::kUdp;
    if (udp) return nobody_takes(canvas, packet) ? Role::kSegmentLost : Role::kDatagram;
    return packets.payload_bytes[packet] > 0 ? Role::kSegment : Role::kSegmentEmpty;
}

void WireLabels::place() {
    choose_packets();
    find_passes();
    keep_clear_of_crosses();
    for (const Packet& packet : packets_) label(packet);
}

// A packet to several hosts is named once; what carries bytes comes before what does not.
void WireLabels::choose_packets() {
    const auto same = [](const Packet& a, const Packet& b) { return a.packet == b.packet; };
    std::stable_sort(packets_.begin(), packets_.end(),
                     [](const Packet& a, const Packet& b) { return a.packet < b.packet; });
    packets_.erase(std::unique(packets_.begin(), packets_.end(), same), packets_.end());
    const analysis::PacketColumns& columns = canvas_.analysis.packets;
    std::stable_sort(packets_.begin(), packets_.end(), [&](const Packet& a, const Packet& b) {
        return priority_of(columns, a) < priority_of(columns, b);
    });
}

void WireLabels::find_passes() {
    upright_ = std::all_of(lines_.begin(), lines_.end(),
                           [](const Line& line) { return std::abs(line.from.x - line.to.x) < 0.5F; });
    passes_.resize(canvas_.wires.size());
    for (std::size_t lane = 0; lane < passes_.size(); ++lane) {
        const std::size_t rows = canvas_.wires[lane].labels.size();
        passes_[lane].resize(upright_ ? std::min<std::size_t>(rows, 1) : rows);
        for (std::size_t row = 0; row < passes_[lane].size(); ++row) {
            const float y = middle_of(lane, row);
            Passes& found = passes_[lane][row];
            for (const Line& line : lines_) {
                const auto [top, bottom] = std::minmax(line.from.y, line.to.y);
                if (y >= top && y <= bottom) found.push_back(x_at(line.from, line.to, y));
            }
            std::sort(found.begin(), found.end());
        }
    }
}

void WireLabels::keep_clear_of_crosses() {
    const float reach = canvas_.text.line_height / 2 + kCrossRoom;
    for (const Line& line : lines_) {
        if (!line.cross) continue;
        for (std::size_t lane = 0; lane < canvas_.wires.size(); ++lane) {
            LabelRows& rows = canvas_.wires[lane].labels;
            for (std::size_t row = 0; row < rows.size(); ++row) {
                if (std::abs(middle_of(lane, row) - line.to.y) > reach) continue;
                rows.take(row, line.to.x - kCrossRoom, line.to.x + kCrossRoom);
            }
        }
    }
}

// Beside its arrow; else over one other arrow; else shorter. Upright arrows bear a label over all that stand there: one
// sees that they go on. Among slanted ones nobody could tell whose label it is.
void WireLabels::label(const Packet& packet) {
    const Candidates all = candidates_for(packet_words(canvas_.recording, canvas_.analysis, packet.packet));
    const auto try_all = [&](std::size_t first, std::size_t last, std::ptrdiff_t most_crossed) {
        for (std::size_t i = first; i < std::min(last, all.texts.size()); ++i) {
            if (place(packet, all.texts[i], most_crossed)) return true;
        }
        return false;
    };
    const std::ptrdiff_t most = upright_ || packet.selected ? kAny : kMostCovered;
    (void)(try_all(0, all.with_flags, 0) || try_all(0, all.with_flags, 1) ||
           try_all(all.with_flags, all.with_bytes, 0) || try_all(0, all.with_bytes, most) ||
           try_all(all.with_bytes, all.texts.size(), most));
}

// Near the sender if there is room, right of the arrow or else left of it.
bool WireLabels::place(const Packet& packet, const std::string& text, std::ptrdiff_t most_crossed) {
    const bool down = packet.from_party < packet.to_party;
    const std::size_t rows = canvas_.wires[lane_of(packet)].labels.size();
    for (const bool right : {true, false}) {
        for (std::size_t i = 0; i < rows; ++i) {
            if (place_in_row(packet, text, down ? i : rows - 1 - i, right, most_crossed)) return true;
        }
    }
    return false;
}

bool WireLabels::place_in_row(const Packet& packet, const std::string& text, std::size_t row, bool right,
                              std::ptrdiff_t most_crossed) {
    const std::size_t lane = lane_of(packet);
    const float y = middle_of(lane, row);
    const float own = x_at(packet.from, packet.to, y);
    const float half = canvas_.text.line_height / 2;
    // Beyond its arrow's end, where a lost one died, a label would be nobody's.
    if (packet.from_party < packet.to_party ? y > packet.to.y : y < packet.to.y) return false;
    const float lean = std::abs(x_at(packet.from, packet.to, y + half) - x_at(packet.from, packet.to, y - half)) / 2;
    const float width = canvas_.text.width(text);
    const float left = right ? own + lean + kBesideArrow : own - lean - kBesideArrow - width;
    if (!canvas_.wires[lane].labels.is_free(row, left, left + width)) return false;
    const Passes& passing = passes(lane, row);
    const auto first = std::lower_bound(passing.begin(), passing.end(), left - kArrowClearance);
    const auto last = std::upper_bound(first, passing.end(), left + width + kArrowClearance);
    if (std::count_if(first, last, [own](float x) { return std::abs(x - own) > 0.5F; }) > most_crossed) return false;
    canvas_.wires[lane].labels.take(row, left, left + width);
    const EventRef event{EventKind::kPacket, packet.packet};
    Label label;
    label.text = text;
    label.at = {left, canvas_.wires[lane].labels.y_of(row)};
    label.event = event;
    label.emphasis = canvas_.emphasis(event);
    label.role = wire_role(canvas_, packet.packet);
    label.plate = true;
    const Rect strip{left, label.at.y, width, canvas_.text.line_height + 3};
    canvas_.add_label(std::move(label));
    canvas_.add_message_strip(strip, event, Role::kUnread);
    return true;
}

}  // namespace wirestory::viz
