// The ladder's packets: an arrow from the row in which a packet leaves to the row in which it arrives. Without a wire
// both are one. In character cells, where a slanted line has no look, its two ends are drawn, each in its row.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "analysis/fate_words.hpp"
#include "base/text.hpp"
#include "viz/layout/ladder_layout.hpp"

namespace wirestory::viz {

namespace {

constexpr std::size_t kExcerptBytes = 10;

std::string join(std::string_view between, std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const std::string_view part : parts) {
        if (part.empty()) continue;
        if (!text.empty()) text += between;
        text += part;
    }
    return text;
}

}  // namespace

void LadderLayout::arrow_text(const Arrow& arrow, const PacketWords& words, float left, float right,
                              std::string_view prefix) {
    const float from = left + 3 * columns_.unit;
    const float room = right - 3 * columns_.unit - from;
    const std::string flags = std::string{prefix} + words.flags;
    const std::string length = words.payload_bytes > 0 ? fmt::format("len {}", words.payload_bytes) : "";
    const std::string payload = words.payload.empty() ? "" : quote_bytes(words.payload, payload_bytes());
    const std::string excerpt = words.payload.empty() ? "" : quote_bytes(words.payload, kExcerptBytes);
    // From most to least. Bytes are worth more than window sizes, and numbers more than many bytes.
    std::string text;
    for (const std::string& candidate :
         {join("  ", {flags, words.numbers, words.extras, length, payload}),
          join("  ", {flags, words.numbers, length, payload}), join(" ", {flags, words.numbers, length, payload}),
          join(" ", {flags, words.numbers, length, excerpt}), join(" ", {flags, length, payload}),
          join(" ", {flags, length, excerpt}), join(" ", {flags, length})}) {
        text = candidate;
        if (options_.text.width(text) <= room) break;
    }
    Label out;
    out.text = fit_text(options_.text, text, room);
    out.at = {from, text_y()};
    out.max_width = room;
    out.role = arrow.role;
    out.event = arrow.event;
    out.emphasis = arrow.emphasis;
    out.plate = true;
    out.message = arrow.message;
    if (!out.text.empty()) scene_.labels.push_back(std::move(out));
}

// Nobody it could be between: ARP, fragments and ICMP on loopback, what could not be decoded.
void LadderLayout::unplaced_packet(const LadderRow& row, const PacketWords& words) {
    if (columns_.lifelines.empty()) return;
    std::string text = words.flags;
    if (!words.numbers.empty()) text += "  " + words.numbers;
    text += fmt::format("  len {}", words.payload_bytes);
    label(slot(0), std::move(text), Role::kTextDim, {EventKind::kPacket, row.index});
}

Role LadderLayout::role_of(std::uint32_t packet, bool& lost) const {
    const analysis::Datagram* datagram = plan_.events().datagram_of({EventKind::kPacket, packet});
    lost = false;
    if (datagram != nullptr) {
        lost = datagram->fate == analysis::DatagramFate::kDroppedInReceiveBuffer ||
               datagram->fate == analysis::DatagramFate::kNoListener;
        return lost ? Role::kSegmentLost : Role::kDatagram;
    }
    if ((analysis_.packets.tcp_flags[packet] & capture::kRst) != 0) return Role::kSegmentRst;
    return analysis_.packets.payload_bytes[packet] > 0 ? Role::kSegment : Role::kSegmentEmpty;
}

Arrow LadderLayout::start_arrow(std::uint32_t packet) const {
    Arrow arrow;
    arrow.event = {EventKind::kPacket, packet};
    arrow.emphasis = emphasis(arrow.event);
    arrow.message = plan_.events().first_message(arrow.event);
    arrow.role = role_of(packet, arrow.cross);
    return arrow;
}

std::string LadderLayout::flow_prefix(std::uint32_t packet) const {
    const analysis::FlowId id = analysis_.packets.flow[packet];
    if (!plan_.ambiguous(id)) return {};
    return fmt::format(":{} ", analysis_.flows[id].end(analysis::Side::kInitiator).endpoint.port);
}

// The row in which it leaves.
void LadderLayout::packet(const LadderRow& row) {
    const PacketWords words = packet_words(recording_, analysis_, row.index);
    time(row, {EventKind::kPacket, row.index});
    const std::span<const Flight> flights = plan_.flights_of(row.index);
    // To several hosts: the text stands on the way to the first; the arrows tell the rest.
    std::optional<Flight> found;
    if (analysis_.sightings.any()) {
        if (!flights.empty()) found = flights.front();
    } else {
        found = plain_flight(analysis_, recording_, plan_.parties(), row.index);
    }
    if (!found) return unplaced_packet(row, words);
    const Flight& flight = *found;
    const bool right = flight.to > flight.from;
    Arrow arrow = start_arrow(row.index);
    const float y = y_ + columns_.row_height / 2;
    arrow.from = {middle_of(flight.from), y};
    arrow.to = {middle_of(flight.to), y};
    const bool died = flight.end == FlightEnd::kLost;
    if (died) arrow.role = Role::kSegmentLost;
    if (!flight.takes_time() && !died) {
        scene_.arrows.push_back(arrow);
    } else if (in_cells()) {
        arrow.cross = died;
        arrow.head = false;
        scene_.arrows.push_back(arrow);
    }
    if (in_cells()) further_losses(flights);
    // With a stranger's lifeline between the two, the text stays beside the sender.
    float near = columns_.lifelines[flight.from];
    float next = columns_.lifelines[right ? flight.from + 1U : flight.from - 1U];
    if (died) loss_text(flight, arrow, near, next);
    arrow_text(arrow, words, std::min(near, next), std::max(near, next), flow_prefix(row.index));
}

// Of a packet to several hosts: a cross before each one that it does not reach. In pixels each way has a line.
void LadderLayout::further_losses(std::span<const Flight> flights) {
    constexpr float kStub = 4;
    for (std::size_t i = 1; i < flights.size(); ++i) {
        const Flight& flight = flights[i];
        if (flight.end != FlightEnd::kLost) continue;
        Arrow stub = start_arrow(flight.packet);
        stub.role = Role::kSegmentLost;
        stub.cross = true;
        stub.head = false;
        stub.to = {middle_of(flight.to), y_ + columns_.row_height / 2};
        const float inwards = flight.to > flight.from ? -columns_.unit : columns_.unit;
        stub.from = {stub.to.x + kStub * inwards, stub.to.y};
        scene_.arrows.push_back(stub);
    }
}

// Why it died, beside the receiver's end; the packet's own text gets what is left.
void LadderLayout::loss_text(const Flight& flight, const Arrow& arrow, float near, float& next) {
    const WireFate* loss = analysis_.sightings.loss(flight.packet);
    if (loss == nullptr) return;
    const bool right = next > near;
    const float room = std::abs(next - near) / 2;
    Label out;
    out.text = fit_text(options_.text, analysis::drop_cause_words(loss->cause, view_.language), room);
    if (out.text.empty()) return;
    const float width = options_.text.width(out.text);
    out.align = right ? Align::kRight : Align::kLeft;
    out.at = {right ? next - 3 * columns_.unit : next + 4 * columns_.unit, text_y()};
    out.role = Role::kSegmentLost;
    out.event = arrow.event;
    out.emphasis = arrow.emphasis;
    out.plate = true;
    scene_.labels.push_back(std::move(out));
    next += (right ? -1.0F : 1.0F) * (width + 3 * columns_.unit);
}

// The row in which it arrives: what it is, once more and short, for in cells no line leads here.
void LadderLayout::arrival(const LadderRow& row) {
    const Flight& flight = plan_.flights()[row.index];
    Arrow arrow = start_arrow(flight.packet);
    time(row, arrow.event);
    if (!in_cells()) return;
    const PacketWords words = packet_words(recording_, analysis_, flight.packet);
    const float y = y_ + columns_.row_height / 2;
    const bool right = flight.to > flight.from;
    const float inwards = right ? -columns_.unit : columns_.unit;
    const float neighbour = columns_.lifelines[right ? flight.to - 1U : flight.to + 1U];
    const float room = std::abs(columns_.lifelines[flight.to] - neighbour) - 8 * columns_.unit;
    std::string text = flow_prefix(flight.packet) + words.flags;
    const std::string excerpt = words.payload.empty() ? "" : " " + quote_bytes(words.payload, kExcerptBytes);
    const std::string numbers = words.numbers.empty() ? "" : " " + words.numbers;
    const std::string length = words.payload_bytes > 0 ? fmt::format(" len {}", words.payload_bytes) : "";
    for (const std::string& more : {numbers + excerpt, numbers + length, excerpt, numbers, length}) {
        if (options_.text.width(text + more) > room / 2) continue;
        text += more;
        break;
    }
    text = fit_text(options_.text, text, room);
    const float width = options_.text.width(text);
    arrow.to = {middle_of(flight.to), y};
    arrow.from = {middle_of(flight.to) + inwards * (width / columns_.unit + 7), y};
    scene_.arrows.push_back(arrow);
    Label out;
    out.text = std::move(text);
    out.align = right ? Align::kRight : Align::kLeft;
    out.at = {columns_.lifelines[flight.to] + (right ? -3 * columns_.unit : 4 * columns_.unit), text_y()};
    out.role = arrow.role;
    out.event = arrow.event;
    out.emphasis = arrow.emphasis;
    out.message = arrow.message;
    out.plate = true;
    scene_.labels.push_back(std::move(out));
}

// Also those that began above or end below what is laid out.
void LadderLayout::slanted_arrows(std::size_t begin, std::size_t end, float top) {
    const auto y_of = [&](std::size_t row) {
        return top + (static_cast<float>(row) - static_cast<float>(begin) + 0.5F) * columns_.row_height;
    };
    for (const std::uint32_t index : plan_.flights_within(begin, end)) {
        const Flight& flight = plan_.flights()[index];
        if (!flight.takes_time() && flight.end == FlightEnd::kArrives) continue;
        const LadderPlan::FlightRows rows = plan_.rows_of_flight(index);
        Arrow arrow = start_arrow(flight.packet);
        const float from_x = middle_of(flight.from);
        const float to_x = middle_of(flight.to);
        arrow.from = {from_x, y_of(rows.leaves)};
        arrow.to = {to_x, y_of(rows.arrives)};
        if (flight.end != FlightEnd::kArrives) {
            arrow.to = {from_x + (to_x - from_x) / 2, y_of(rows.leaves) + columns_.row_height / 2};
            arrow.cross = flight.end == FlightEnd::kLost;
            arrow.head = false;
            if (arrow.cross) arrow.role = Role::kSegmentLost;
        } else if (rows.arrives >= end && view_.playhead_active) {
            // Nothing beyond the playhead: it has come so far.
            const float shown = (y_of(end) - columns_.row_height / 2 - arrow.from.y) / (arrow.to.y - arrow.from.y);
            arrow.to = {from_x + (to_x - from_x) * shown, arrow.from.y + (arrow.to.y - arrow.from.y) * shown};
            arrow.head = false;
        }
        scene_.arrows.push_back(arrow);
    }
}

}  // namespace wirestory::viz
