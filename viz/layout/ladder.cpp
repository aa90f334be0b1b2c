#include "viz/layout/ladder.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "recording/call_text.hpp"
#include "viz/layout/ladder_layout.hpp"
#include "viz/layout/lane_words.hpp"

namespace wirestory::viz {

namespace {

constexpr float kLeastColumnDistance = 22;

}  // namespace

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
    out.plate = over_arrows(slot);
    if (!out.text.empty()) scene_.labels.push_back(std::move(out));
}

// Between the lifelines slanted lines pass; beside them nothing does.
bool LadderLayout::over_arrows(Slot slot) const {
    return !in_cells() && analysis_.sightings.any() && !columns_.lifelines.empty() &&
           slot.x > columns_.lifelines.front() + columns_.unit / 2 && slot.x < columns_.lifelines.back();
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
        const float room = columns_.state_width;
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
        case RowKind::kArrival: arrival(row); break;
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
        if (!in_cells()) slanted_arrows(begin, end, y_);
        for (std::size_t index = begin; index < end; ++index) row(index);
    }
    scene_.width = options_.width;
    scene_.height = y_;
    return std::move(scene_);
}

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
