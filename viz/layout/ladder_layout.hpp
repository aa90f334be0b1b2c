// LadderLayout: the rows of a LadderPlan given their places, one after another. Internal to the ladder; lives for one
// call of layout_ladder(). ladder.cpp lays out calls, states and notes, ladder_packets.cpp what flies between.
#pragma once

#include <string>
#include <vector>

#include "viz/layout/ladder.hpp"
#include "viz/layout/ladder_columns.hpp"
#include "viz/layout/ladder_plan.hpp"

namespace wirestory::viz {

constexpr std::size_t kPayloadBytes = 40;
constexpr std::size_t kNarrowPayloadBytes = 16;  // so that lines breathe in a terminal of 80 columns
constexpr float kWideColumns = 100;

// Where the text of a party's own row stands: beside its lifeline, inwards.
struct Slot {
    float x = 0;
    Align align = Align::kLeft;
    float width = 0;
};

class LadderLayout {
public:
    LadderLayout(const LadderPlan& plan, const ViewState& view, const LadderOptions& options)
        : plan_(plan),
          options_(options),
          view_(view),
          recording_(plan.events().recording()),
          analysis_(plan.events().analysis()),
          columns_(place_ladder_columns(plan, options)),
          selected_(selected_events(recording_, analysis_, view)) {}

    Scene run();

private:
    void heading();
    void row(std::size_t index);
    void lifelines(std::size_t begin, std::size_t end);
    void time(const LadderRow& row, EventRef event);
    void states(std::size_t index);
    void call(const LadderRow& row);
    void packet(const LadderRow& row);
    void arrival(const LadderRow& row);
    void slanted_arrows(std::size_t begin, std::size_t end, float top);
    [[nodiscard]] Role role_of(std::uint32_t packet, bool& lost) const;
    [[nodiscard]] Arrow start_arrow(std::uint32_t packet) const;
    void further_losses(std::span<const Flight> flights);
    void loss_text(const Flight& flight, const Arrow& arrow, float near, float& next);
    // In character cells a slanted line has no look: it is drawn as its two ends.
    [[nodiscard]] bool in_cells() const { return columns_.text_height <= 1; }
    [[nodiscard]] float middle_of(PartyId party) const { return columns_.lifelines[party] + columns_.unit / 2; }
    [[nodiscard]] std::string flow_prefix(std::uint32_t packet) const;
    void unplaced_packet(const LadderRow& row, const PacketWords& words);
    void arrow_text(const Arrow& arrow, const PacketWords& words, float left, float right, std::string_view prefix);
    void finding(const LadderRow& row);
    void state(const LadderRow& row);
    void gap(const LadderRow& row);
    [[nodiscard]] Slot slot(PartyId party) const;
    [[nodiscard]] bool over_arrows(Slot slot) const;
    [[nodiscard]] Emphasis emphasis(EventRef event) const;
    [[nodiscard]] float text_y() const { return y_ + (columns_.row_height - columns_.text_height) / 2; }
    [[nodiscard]] float height_of(std::size_t row_count) const {
        return static_cast<float>(row_count) * columns_.row_height;
    }
    [[nodiscard]] std::size_t payload_bytes() const {
        return options_.width < kWideColumns * columns_.unit ? kNarrowPayloadBytes : kPayloadBytes;
    }
    [[nodiscard]] std::string result_text(const Call& call) const;
    void label(Slot slot, std::string text, Role role, EventRef event, std::int16_t message = kNoMessage);

    const LadderPlan& plan_;
    const LadderOptions& options_;
    const ViewState& view_;
    const Recording& recording_;
    const analysis::Analysis& analysis_;
    LadderColumns columns_;
    std::vector<EventRef> selected_;
    Scene scene_;
    float y_ = 0;
};

}  // namespace wirestory::viz
