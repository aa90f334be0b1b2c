#include "viz/layout/ladder.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "recording/call_text.hpp"
#include "viz/layout/ladder_columns.hpp"
#include "viz/layout/ladder_plan.hpp"
#include "viz/layout/lane_words.hpp"

namespace wirestory::viz {

namespace {

constexpr std::size_t kPayloadBytes = 40;
constexpr std::size_t kNarrowPayloadBytes = 16;  // so that lines breathe in a terminal of 80 columns
constexpr float kWideColumns = 100;
constexpr std::size_t kExcerptBytes = 10;
constexpr float kLeastColumnDistance = 22;

// Where the text of a party's own row stands: beside its lifeline, inwards.
struct Slot {
    float x = 0;
    Align align = Align::kLeft;
    float width = 0;
};

std::string join(std::string_view between, std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const std::string_view part : parts) {
        if (part.empty()) continue;
        if (!text.empty()) text += between;
        text += part;
    }
    return text;
}

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
    void unplaced_packet(const LadderRow& row, const PacketWords& words);
    void arrow_text(const Arrow& arrow, const PacketWords& words, float left, float right, std::string_view prefix);
    void finding(const LadderRow& row);
    void state(const LadderRow& row);
    void gap(const LadderRow& row);
    [[nodiscard]] Slot slot(PartyId party) const;
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

Emphasis LadderLayout::emphasis(EventRef event) const {
    if (selected_.empty()) return Emphasis::kNormal;
    return std::binary_search(selected_.begin(), selected_.end(), event) ? Emphasis::kSelected : Emphasis::kDimmed;
}

void LadderLayout::label(Slot slot, std::string text, Role role, EventRef event, std::int16_t message) {
    Label out;
    out.at = {slot.x, text_y()};
    out.align = slot.align;
    out.max_width = slot.width;
    out.text = fit_text(options_.text, text, slot.width);
    out.role = role;
    out.event = event;
    out.emphasis = emphasis(event);
    out.message = message;
    if (!out.text.empty()) scene_.labels.push_back(std::move(out));
}

Slot LadderLayout::slot(PartyId party) const {
    const float x = columns_.lifelines[party];
    const bool last = party + 1U == columns_.lifelines.size() && party > 0;
    const float neighbour = columns_.lifelines.size() < 2 ? options_.width
                            : last                        ? columns_.lifelines[party - 1U]
                                                          : columns_.lifelines[party + 1U];
    const float room = std::abs(neighbour - x) - 3 * columns_.unit;
    return {last ? x - columns_.unit : x + 2 * columns_.unit, last ? Align::kRight : Align::kLeft,
            std::max(room, columns_.unit)};
}

void LadderLayout::heading() {
    label({columns_.time_right, Align::kRight, 0}, columns_.seconds ? "s" : "ms", Role::kTextDim, {});
    const auto name = [&](std::size_t i, const std::string& text, Role role) {
        const bool last = i > 0 && i + 1 == columns_.lifelines.size();
        // Names are bold where there are fonts.
        const float width = options_.text.width(text) * (columns_.text_height > 1 ? 1.15F : 1.0F);
        // Over the lifeline, pushed inwards where it would leave the picture.
        const float left = std::floor(columns_.lifelines[i] + columns_.unit / 2 - width / 2);
        const float highest = options_.width - width;
        const float lowest = columns_.time_right + columns_.unit;
        const float x = std::clamp(left, std::min(lowest, highest), std::max(lowest, highest));
        float room = options_.width - x;
        if (!last && columns_.lifelines.size() > 1) {
            room = columns_.lifelines[i + 1] - columns_.lifelines[i] - 2 * columns_.unit;
        }
        label({x, Align::kLeft, std::max(room, columns_.unit)}, text, role, {});
    };
    for (std::size_t i = 0; i < columns_.lifelines.size(); ++i) {
        name(i, plan_.parties().all()[i].name, Role::kActorTitle);
    }
    y_ += columns_.row_height;
    for (std::size_t i = 0; i < columns_.lifelines.size(); ++i) {
        name(i, plan_.parties().all()[i].address, Role::kTextDim);
    }
    y_ += columns_.row_height;
}

// One box for each stretch in which the line looks the same.
void LadderLayout::lifelines(std::size_t begin, std::size_t end) {
    const std::vector<LadderRow>& rows = plan_.rows();
    const auto look = [&](std::size_t row, std::size_t party) {
        if ((rows[row].asleep & 1U << party) != 0) return Role::kCallBlocked;
        return rows[row].kind == RowKind::kGap ? Role::kAxisGap : Role::kAxis;
    };
    const bool cells = columns_.text_height <= 1;
    const float top = y_;
    for (std::size_t party = 0; party < columns_.lifelines.size(); ++party) {
        for (std::size_t row = begin; row < end;) {
            std::size_t next = row + 1;
            while (next < end && look(next, party) == look(row, party)) ++next;
            Box box;
            box.role = look(row, party);
            const float width = cells ? columns_.unit : box.role == Role::kCallBlocked ? 5.0F : 1.0F;
            const float middle = columns_.lifelines[party] + columns_.unit / 2;
            box.rect = {middle - width / 2, top + height_of(row - begin), width, height_of(next - row)};
            scene_.boxes.push_back(box);
            row = next;
        }
    }
}

void LadderLayout::time(const LadderRow& row, EventRef event) {
    label({columns_.time_right, Align::kRight, 0}, ladder_time_text(row.time_ns - plan_.start_ns(), columns_.seconds),
          Role::kTextDim, event);
}

void LadderLayout::states(std::size_t index) {
    if (!columns_.states) return;
    for (PartyId party = 0; party < columns_.lifelines.size(); ++party) {
        const std::string_view text = plan_.state_at(index, party);
        if (text.empty()) continue;
        const float x = columns_.lifelines[party];
        const bool left = party == 0;
        const float room = (kLadderStateColumns - 1) * columns_.unit;
        label({left ? x - columns_.unit : x + 2 * columns_.unit, left ? Align::kRight : Align::kLeft, room},
              std::string{text}, Role::kState, {});
    }
}

// What came back, its bytes cut as those of the packets are.
std::string LadderLayout::result_text(const Call& call) const {
    const bool bytes = reads_data(call.kind) && call.returned >= 0 && call.returned_text.empty() &&
                       static_cast<std::uint64_t>(call.returned) == call.payload.size();
    return bytes ? quote_bytes(call.payload, payload_bytes()) : call_result_text(recording_, call);
}

void LadderLayout::call(const LadderRow& row) {
    const EventRef event{EventKind::kCall, row.index};
    const Call& call = recording_.calls[row.index];
    const Slot place = slot(plan_.parties().of_actor(call.actor));
    std::string text;
    if (row.kind == RowKind::kCall) {
        text = call_name_text(recording_, call) + "(" + call.arguments + ")";
        std::string result = result_text(call);
        if (!result.empty()) result.insert(0, " = ");
        // Where not all of it fits, the arguments are cut and the result stays.
        const float room = place.width - options_.text.width(result);
        if (options_.text.width(text) > room && room > place.width / 2) text = fit_text(options_.text, text, room);
        text += result;
    } else if (row.kind == RowKind::kCallEnter) {
        text = call_name_text(recording_, call) + "(" + call.arguments + ")";
        text += call.returned_at_all() ? " ..." : "  ";
        if (!call.returned_at_all()) text += lane_word(LaneWord::kNeverReturns, view_.language);
    } else {
        const std::string result = result_text(call);
        text = "... " + call_name_text(recording_, call);
        text += result.empty() ? " " : " = " + result;
        if (result.empty()) text += lane_word(LaneWord::kReturns, view_.language);
    }
    time(row, event);
    const Role role = call.failed() && row.kind != RowKind::kCallEnter ? Role::kCallFailed
                      : row.kind == RowKind::kCall                     ? Role::kCall
                                                                       : Role::kCallBlocked;
    label(place, std::move(text), role, event, plan_.events().first_message(event));
}

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

// No flow, so no columns: ARP, fragments, ICMP, what could not be decoded.
void LadderLayout::unplaced_packet(const LadderRow& row, const PacketWords& words) {
    if (columns_.lifelines.empty()) return;
    std::string text = words.flags;
    if (!words.numbers.empty()) text += "  " + words.numbers;
    text += fmt::format("  len {}", words.payload_bytes);
    label(slot(0), std::move(text), Role::kTextDim, {EventKind::kPacket, row.index});
}

void LadderLayout::packet(const LadderRow& row) {
    const EventRef event{EventKind::kPacket, row.index};
    const PacketWords words = packet_words(recording_, analysis_, row.index);
    const PartyId from = plan_.parties().sender(analysis_, row.index);
    const PartyId to = plan_.parties().receiver(analysis_, row.index);
    time(row, event);
    if (from == kNoParty || to == kNoParty || from == to) return unplaced_packet(row, words);
    const float half = columns_.unit / 2;
    const float y = y_ + columns_.row_height / 2;
    Arrow arrow;
    arrow.from = {columns_.lifelines[from] + half, y};
    arrow.to = {columns_.lifelines[to] + half, y};
    arrow.event = event;
    arrow.emphasis = emphasis(event);
    arrow.message = plan_.events().first_message(event);
    const std::uint16_t flags = analysis_.packets.tcp_flags[row.index];
    const analysis::Datagram* datagram = plan_.events().datagram_of(event);
    arrow.role = words.payload_bytes > 0 ? Role::kSegment : Role::kSegmentEmpty;
    if ((flags & capture::kRst) != 0) arrow.role = Role::kSegmentRst;
    if (datagram != nullptr) {
        const bool lost = datagram->fate == analysis::DatagramFate::kDroppedInReceiveBuffer ||
                          datagram->fate == analysis::DatagramFate::kNoListener;
        arrow.role = lost ? Role::kSegmentLost : Role::kDatagram;
        arrow.cross = lost;
    }
    scene_.arrows.push_back(arrow);
    // With a stranger's lifeline between the two, the text stays beside the sender.
    const bool right = to > from;
    const float near = columns_.lifelines[from];
    const float next = columns_.lifelines[right ? from + 1U : from - 1U];
    std::string prefix;
    if (plan_.ambiguous(analysis_.packets.flow[row.index])) {
        const analysis::Flow& flow = analysis_.flows[analysis_.packets.flow[row.index]];
        prefix = fmt::format(":{} ", flow.end(analysis::Side::kInitiator).endpoint.port);
    }
    arrow_text(arrow, words, std::min(near, next), std::max(near, next), prefix);
}

void LadderLayout::finding(const LadderRow& row) {
    const analysis::Finding& finding = analysis_.findings[row.index];
    PartyId party = plan_.parties().of_actor(finding.actor);
    if (party == kNoParty) party = plan_.parties().of(finding.flow, finding.from);
    if (party == kNoParty || party >= columns_.lifelines.size()) party = 0;
    const bool last = slot(party).align == Align::kRight;
    const std::string note = finding_note(finding, view_.language);
    label(slot(party), last ? note + " ▲" : "▲ " + note, Role::kFinding, {EventKind::kFinding, row.index});
}

void LadderLayout::state(const LadderRow& row) {
    const LadderPlan::StateChange& change = plan_.state_change(row.index);
    label(slot(change.party), fmt::format("[{}]", to_string(change.state)), Role::kState, {});
}

void LadderLayout::gap(const LadderRow& row) {
    const std::string text = fmt::format("+{}", format_duration(row.gap_ns));
    label({columns_.time_right, Align::kRight, 0}, text, Role::kAxisText, {});
}

void LadderLayout::row(std::size_t index) {
    const LadderRow& row = plan_.rows()[index];
    switch (row.kind) {
        case RowKind::kCall:
        case RowKind::kCallEnter:
        case RowKind::kCallExit: call(row); break;
        case RowKind::kPacket: packet(row); break;
        case RowKind::kFinding: finding(row); break;
        case RowKind::kState: state(row); break;
        case RowKind::kGap: gap(row); break;
    }
    states(index);
    y_ += columns_.row_height;
}

Scene LadderLayout::run() {
    const std::vector<LadderRow>& rows = plan_.rows();
    std::size_t limit = rows.size();
    if (view_.playhead_active) {
        const auto later = std::upper_bound(rows.begin(), rows.end(), view_.playhead_ns,
                                            [](TimeNs time, const LadderRow& r) { return time < r.time_ns; });
        limit = static_cast<std::size_t>(later - rows.begin());
    }
    const std::size_t begin = std::min(options_.first_row, limit);
    const std::size_t end = begin + std::min(options_.row_count, limit - begin);
    if (options_.first_row == 0) heading();
    if (!columns_.lifelines.empty()) {
        lifelines(begin, end);
        for (std::size_t index = begin; index < end; ++index) row(index);
    }
    scene_.width = options_.width;
    scene_.height = y_;
    return std::move(scene_);
}

}  // namespace

std::size_t ladder_columns_for(const LadderOptions& options) {
    const float unit = std::max(options.text.width("0"), 0.5F);
    return static_cast<std::size_t>(std::max(2.0F, (options.width / unit - 12) / kLeastColumnDistance + 1));
}

Scene layout_ladder(const Recording& recording, const analysis::Analysis& analysis, const ViewState& view,
                    const LadderOptions& options) {
    std::optional<LadderPlan> made;
    if (options.plan == nullptr) {
        made.emplace(recording, analysis, ladder_columns_for(options), options.show_findings, view.filter.get());
    }
    return LadderLayout(options.plan != nullptr ? *options.plan : *made, view, options).run();
}

}  // namespace wirestory::viz
