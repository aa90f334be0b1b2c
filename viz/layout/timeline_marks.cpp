// What lies over the lanes: the time axis with its squeezed stretches, the findings, the playhead.
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "viz/layout/timeline_canvas.hpp"

namespace wirestory::viz {

namespace {

using analysis::Finding;
using analysis::FindingKind;

constexpr float kTickDistance = 92;
constexpr float kBracketHeight = 3;
constexpr float kLeastGapWidth = 8;

struct Tick {
    TimeNs time_ns = 0;
    DurationNs step_ns = 1;  // what it was rounded to
};

// The roundest time (1, 2 or 5 times a power of ten after the start) between the two.
Tick round_time(TimeNs start_ns, TimeNs from_ns, TimeNs to_ns) {
    const DurationNs from = from_ns - start_ns;
    const DurationNs to = to_ns - start_ns;
    for (DurationNs power = 1'000'000'000'000; power >= 1; power /= 10) {
        for (const DurationNs factor : {DurationNs{5}, DurationNs{2}, DurationNs{1}}) {
            const DurationNs step = factor * power;
            const DurationNs candidate = (to >= 0 ? to / step : (to - step + 1) / step) * step;
            if (candidate >= from && candidate <= to) return {start_ns + candidate, step};
        }
    }
    return {from_ns, 1};
}

// "40.54 ms": as many decimals as the rounding left.
std::string tick_text(DurationNs time, DurationNs step) {
    struct Unit {
        DurationNs ns;
        const char* name;
        int digits;
    };
    constexpr std::array kUnits{Unit{kSecondNs, "s", 9}, Unit{kMillisecondNs, "ms", 6}, Unit{kMicrosecondNs, "us", 3}};
    if (time == 0) return "0";
    const DurationNs size = std::abs(time);
    for (const Unit& unit : kUnits) {
        if (size < unit.ns) continue;
        int decimals = unit.digits;
        for (DurationNs s = step; s >= 10 && decimals > 0; s /= 10) --decimals;
        return fmt::format("{:.{}f} {}", static_cast<double>(time) / static_cast<double>(unit.ns), decimals, unit.name);
    }
    return fmt::format("{} ns", time);
}

void gap_marks(TimelineCanvas& canvas, LabelRows& row) {
    const std::span<const TimeAxis::Gap> gaps = canvas.axis.gaps();
    auto gap = std::lower_bound(gaps.begin(), gaps.end(), canvas.time_at(canvas.left()),
                                [](const TimeAxis::Gap& g, TimeNs time) { return g.end_ns < time; });
    const TimeNs end_ns = canvas.time_at(canvas.right());
    // Nothing to see where gaps are narrower than this: then there are too many to look at, too.
    const auto most = static_cast<std::ptrdiff_t>(canvas.frame.width / kLeastGapWidth);
    for (std::ptrdiff_t seen = 0; gap != gaps.end() && gap->begin_ns < end_ns && seen < most; ++gap, ++seen) {
        const float x0 = canvas.clipped_x(gap->begin_ns);
        const float x1 = canvas.clipped_x(gap->end_ns);
        if (x1 - x0 < kLeastGapWidth) continue;
        canvas.add_box({x0, 0, x1 - x0, canvas.scene.height}, Role::kAxisGap);
        const std::string took = format_duration(gap->end_ns - gap->begin_ns);
        for (const std::string& text : {took + " squeezed", took}) {
            const float width = canvas.text.width(text);
            const float middle = (x0 + x1) / 2;
            if (!row.is_free(0, middle - width / 2, middle + width / 2) || width > x1 - x0 + 60) continue;
            row.take(0, middle - width / 2, middle + width / 2);
            Label label;
            label.text = text;
            label.at = {middle, row.y_of(0)};
            label.align = Align::kCentre;
            label.role = Role::kAxisGap;
            canvas.add_label(std::move(label));
            break;
        }
    }
}

void ticks(TimelineCanvas& canvas, LabelRows& row) {
    const float last = canvas.right() - kTickDistance / 3;
    for (float x = canvas.left() + kTickDistance / 4; x <= last; x += kTickDistance) {
        const Tick tick = round_time(canvas.index.start_ns(), canvas.time_at(x - kTickDistance / 4),
                                     canvas.time_at(x + kTickDistance / 4));
        const float at = canvas.x(tick.time_ns);
        const std::string text = tick_text(tick.time_ns - canvas.index.start_ns(), tick.step_ns);
        const float width = canvas.text.width(text);
        if (!row.is_free(0, at - width / 2, at + width / 2)) continue;
        row.take(0, at - width / 2, at + width / 2);
        canvas.add_box({at, canvas.axis_band.bottom() - 5, 1, canvas.scene.height - canvas.axis_band.bottom() + 5},
                       Role::kAxisTick);
        Label label;
        label.text = text;
        label.at = {at, row.y_of(0)};
        label.align = Align::kCentre;
        label.role = Role::kAxisText;
        canvas.add_label(std::move(label));
    }
}

// Where a finding is marked: its bracket's line, whether the text hangs below it, and the rows its text may take.
struct Place {
    float y = 0;
    LabelRows* rows = nullptr;
    const Rect* lane = nullptr;  // with no rows: the text stands at the lane's top
    bool rows_from_end = false;
    bool legs_up = false;
};

Place wire_place(TimelineCanvas& canvas, PartyId party) {
    if (canvas.wires.empty()) return {};
    const bool below = party > 0;
    WireLane& wire = canvas.wires[below ? party - 1U : 0];
    return {below ? wire.rect.bottom() - kBracketHeight : wire.rect.y, &wire.labels, nullptr, below, below};
}

Place place_of(TimelineCanvas& canvas, const Finding& finding) {
    const analysis::Side to_side = analysis::other(finding.from);
    const PartyId from = canvas.index.parties().of(finding.flow, finding.from);
    const PartyId to = canvas.index.parties().of(finding.flow, to_side);
    if (from == kNoParty || to == kNoParty) return {};
    PartyLanes& sender = canvas.parties[from];
    PartyLanes& receiver = canvas.parties[to];
    switch (finding.kind) {
        case FindingKind::kNagleHold:
            if (!sender.send.empty()) return {sender.send[0].y + 1, nullptr, &sender.send[0], false, false};
            break;
        case FindingKind::kDatagramDroppedInReceiveBuffer:
            if (!receiver.receive.empty())
                return {receiver.receive[0].y + 1, nullptr, &receiver.receive[0], false, false};
            break;
        case FindingKind::kStickyRead:
            if (receiver.calls.height > 0) {
                const float y = receiver.labels_above ? receiver.calls.bottom() + 1 : receiver.calls.y - kBracketHeight;
                // The nearer rows are for what the call itself says.
                return {y, &receiver.call_labels, nullptr, true, receiver.labels_above};
            }
            break;
        case FindingKind::kDelayedAck: {
            const PartyId late = canvas.index.parties().of_actor(finding.actor);
            return wire_place(canvas, late == kNoParty ? to : late);
        }
        default: break;
    }
    return wire_place(canvas, from);
}

class FindingMarks {
public:
    explicit FindingMarks(TimelineCanvas& canvas) : canvas_(canvas) {}

    void run() {
        const std::vector<Finding>& findings = canvas_.analysis.findings;
        const auto end = std::upper_bound(findings.begin(), findings.end(), canvas_.end_ns,
                                          [](TimeNs time, const Finding& f) { return time < f.begin_ns; });
        for (auto finding = findings.begin(); finding != end; ++finding) {
            if (finding->end_ns < canvas_.begin_ns) continue;
            mark(*finding, static_cast<std::uint32_t>(finding - findings.begin()));
        }
    }

private:
    void mark(const Finding& finding, std::uint32_t index);
    bool text_on_rows(const Place& place, const std::string& text, float middle, EventRef event);
    void text_in_lane(const Place& place, const std::string& text, float middle, EventRef event);

    TimelineCanvas& canvas_;
    std::vector<std::pair<const Rect*, LabelRows>> lane_tops_;
    float last_x_ = -1;
    FindingKind last_kind_ = FindingKind::kNagleHold;
};

void FindingMarks::mark(const Finding& finding, std::uint32_t index) {
    const float x0 = canvas_.clipped_x(finding.begin_ns);
    const float x1 = std::max(canvas_.clipped_x(std::min(finding.end_ns, canvas_.end_ns)), x0 + 3);
    // Marks of one kind within a pixel look like one; its count is the findings panel's matter.
    if (finding.kind == last_kind_ && last_x_ >= 0 && x1 - last_x_ < 1) return;
    last_kind_ = finding.kind;
    last_x_ = x1;
    const Place place = place_of(canvas_, finding);
    if (place.rows == nullptr && place.lane == nullptr) return;
    const EventRef event{EventKind::kFinding, index};
    canvas_.add_box({x0, place.y, x1 - x0, kBracketHeight}, Role::kFinding, event);
    const float leg = place.legs_up ? place.y - 3 : place.y;
    canvas_.add_box({x0, leg, 1, kBracketHeight + 3}, Role::kFinding, event);
    canvas_.add_box({x1 - 1, leg, 1, kBracketHeight + 3}, Role::kFinding, event);
    const std::string text = finding_note(finding);
    const float half = canvas_.text.width(text) / 2;
    const float low = canvas_.left() + half + 1;
    const float high = canvas_.right() - half - 1;
    if (low > high) return;
    const float middle = std::clamp((x0 + x1) / 2, low, high);
    if (place.rows != nullptr) {
        text_on_rows(place, text, middle, event);
    } else {
        text_in_lane(place, text, middle, event);
    }
}

bool FindingMarks::text_on_rows(const Place& place, const std::string& text, float middle, EventRef event) {
    const float half = canvas_.text.width(text) / 2;
    for (std::size_t i = 0; i < place.rows->size(); ++i) {
        const std::size_t row = place.rows_from_end ? place.rows->size() - 1 - i : i;
        if (!place.rows->is_free(row, middle - half, middle + half)) continue;
        place.rows->take(row, middle - half, middle + half);
        Label label;
        label.text = text;
        label.at = {middle, place.rows->y_of(row)};
        label.align = Align::kCentre;
        label.role = Role::kFinding;
        label.event = event;
        label.emphasis = canvas_.emphasis(event);
        label.plate = true;
        canvas_.add_label(std::move(label));
        return true;
    }
    return false;
}

void FindingMarks::text_in_lane(const Place& place, const std::string& text, float middle, EventRef event) {
    auto known =
        std::find_if(lane_tops_.begin(), lane_tops_.end(), [&](const auto& l) { return l.first == place.lane; });
    if (known == lane_tops_.end()) {
        const Rect row{canvas_.left(), place.lane->y + kBracketHeight + 1, canvas_.frame.width,
                       canvas_.text.line_height};
        lane_tops_.emplace_back(place.lane, LabelRows(row, canvas_.text.line_height, false));
        known = lane_tops_.end() - 1;
    }
    // In a low lane the text would cover what it speaks of: then it stands on the wire beside it.
    if (place.lane->height < 3 * canvas_.text.line_height) {
        const auto beside = std::find_if(canvas_.wires.begin(), canvas_.wires.end(), [&](const WireLane& wire) {
            return std::abs(wire.rect.y - place.lane->bottom()) < 1 || std::abs(wire.rect.bottom() - place.lane->y) < 1;
        });
        if (beside == canvas_.wires.end()) return;
        const bool above = beside->rect.y < place.lane->y;
        text_on_rows({place.y, &beside->labels, nullptr, above, false}, text, middle, event);
        return;
    }
    const Place rows{place.y, &known->second, nullptr, false, false};
    text_on_rows(rows, text, middle, event);
}

}  // namespace

void lay_out_axis(TimelineCanvas& canvas) {
    const Rect band = canvas.axis_band;
    LabelRows row({band.x, band.y + 3, band.width, canvas.text.line_height}, canvas.text.line_height, false);
    gap_marks(canvas, row);
    ticks(canvas, row);
    canvas.add_box({band.x, band.bottom() - 1, band.width, 1}, Role::kAxis);
}

void lay_out_findings(TimelineCanvas& canvas) { FindingMarks(canvas).run(); }

void lay_out_playhead(TimelineCanvas& canvas) {
    if (!canvas.view.playhead_active) return;
    const float x = canvas.x(canvas.view.playhead_ns);
    if (x < canvas.left() || x > canvas.right() - 1) return;
    canvas.add_box({x, 0, 1.5F, canvas.scene.height}, Role::kPlayhead);
}

}  // namespace wirestory::viz
