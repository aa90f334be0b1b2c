// What stands beside the arrows of the wires: each packet's flags, length and first bytes, once, where there is room.
// Labels stand clear of one another, of crosses, and as far as possible of other packets' arrows; what finds no place
// is left out, for the pointer tells it. Internal to the timeline; lives for one layout.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "viz/layout/timeline_canvas.hpp"

namespace wirestory::viz {

// Whether it came to a host where nobody takes it: dropped in the receive buffer, or no socket.
bool nobody_takes(const TimelineCanvas& canvas, std::uint32_t packet);
Role wire_role(const TimelineCanvas& canvas, std::uint32_t packet);

class WireLabels {
public:
    struct Packet {
        std::uint32_t packet = 0;
        Point from;  // of its arrow
        Point to;
        PartyId from_party = kNoParty;
        PartyId to_party = kNoParty;
        bool selected = false;
    };
    explicit WireLabels(TimelineCanvas& canvas) : canvas_(canvas) {}

    // Every arrow drawn, also those without a label.
    void add_line(const Arrow& arrow) { lines_.push_back({arrow.from, arrow.to, arrow.cross}); }
    void add(const Packet& packet) { packets_.push_back(packet); }
    // Once all are there.
    void place();

private:
    struct Line {
        Point from;
        Point to;
        bool cross = false;
    };
    // Of one row of a lane: where arrows pass, sorted.
    using Passes = std::vector<float>;

    void choose_packets();
    void find_passes();
    void keep_clear_of_crosses();
    void label(const Packet& packet);
    bool place(const Packet& packet, const std::string& text, std::ptrdiff_t most_crossed);
    bool place_in_row(const Packet& packet, const std::string& text, std::size_t row, bool right,
                      std::ptrdiff_t most_crossed);
    [[nodiscard]] std::size_t lane_of(const Packet& packet) const {
        return packet.from_party < packet.to_party ? packet.from_party : packet.from_party - 1U;
    }
    [[nodiscard]] float middle_of(std::size_t lane, std::size_t row) const {
        return canvas_.wires[lane].labels.y_of(row) + canvas_.text.line_height / 2;
    }
    [[nodiscard]] const Passes& passes(std::size_t lane, std::size_t row) const {
        return passes_[lane][upright_ ? 0 : row];
    }

    TimelineCanvas& canvas_;
    std::vector<Line> lines_;
    std::vector<Packet> packets_;
    std::vector<std::vector<Passes>> passes_;  // by lane and row; where all arrows are upright all rows are one
    bool upright_ = true;
};

}  // namespace wirestory::viz
