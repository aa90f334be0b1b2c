// The findings lane of each party: a bracket over the time a finding speaks of, and its few words beside it. It has a
// lane of its own, so that no arrow strikes the words through.
#include <algorithm>
#include <array>

#include "viz/layout/timeline_canvas.hpp"

namespace wirestory::viz {

namespace {

using analysis::Finding;

constexpr float kBracketHeight = 3;
constexpr float kLegHeight = 6;
constexpr float kLeastBracket = 3;
constexpr float kBeyond = 6;  // from a bracket to words that stand beside it

class FindingLane {
public:
    FindingLane(TimelineCanvas& canvas, const PartyLanes& lanes, const FindingTrack& track)
        : canvas_(canvas), lanes_(lanes), track_(track) {}

    void run() {
        if (lanes_.notes.height <= 0) return;
        const Rect plot{canvas_.left(), lanes_.notes.y + 2, canvas_.frame.width, lanes_.notes.height - 2};
        rows_ = LabelRows(plot, lanes_.note_row_height, false);
        const std::vector<Finding>& findings = canvas_.analysis.findings;
        const auto first = std::lower_bound(track_.reach.begin(), track_.reach.end(), canvas_.begin_ns);
        for (auto i = static_cast<std::size_t>(first - track_.reach.begin()); i < track_.findings.size(); ++i) {
            const Finding& finding = findings[track_.findings[i]];
            if (finding.begin_ns > canvas_.end_ns) break;
            if (finding.end_ns >= canvas_.begin_ns) mark(i);
        }
    }

private:
    struct Span {
        float x0 = 0;
        float x1 = 0;
    };
    [[nodiscard]] const Finding& finding(std::size_t at) const {
        return canvas_.analysis.findings[track_.findings[at]];
    }
    [[nodiscard]] Span span_of(const Finding& finding) const {
        const float x0 = canvas_.clipped_x(finding.begin_ns);
        const float x1 = canvas_.clipped_x(std::min(finding.end_ns, canvas_.end_ns));
        // A moment's bracket stands around it, inside the plot.
        if (x1 - x0 >= kLeastBracket) return {x0, x1};
        const float begin = std::clamp(x0, canvas_.left(), canvas_.right() - kLeastBracket);
        return {begin, begin + kLeastBracket};
    }
    void mark(std::size_t at);
    bool words(std::size_t at, const std::string& text, Span span, std::size_t row);
    void bracket(std::uint32_t index, Span span, std::size_t row);

    TimelineCanvas& canvas_;
    const PartyLanes& lanes_;
    const FindingTrack& track_;
    LabelRows rows_;
    float last_x_ = -1;
    analysis::FindingKind last_kind_ = analysis::FindingKind::kNagleHold;
};

void FindingLane::mark(std::size_t at) {
    const Finding& here = finding(at);
    const Span span = span_of(here);
    // Marks of one kind within a pixel look like one; its count is the findings panel's matter.
    if (here.kind == last_kind_ && last_x_ >= 0 && span.x1 - last_x_ < 1) return;
    last_kind_ = here.kind;
    last_x_ = span.x1;
    // The words tell how it ended: not before the playhead has come that far.
    const bool still_to_come = canvas_.view.playhead_active && here.end_ns > canvas_.view.playhead_ns;
    if (still_to_come) return bracket(track_.findings[at], span, 0);
    const Language language = canvas_.view.language;
    for (const std::string& text : {finding_note(here, language), short_finding_note(here, language)}) {
        for (std::size_t row = 0; row < rows_.size(); ++row) {
            if (words(at, text, span, row)) return bracket(track_.findings[at], span, row);
        }
    }
    bracket(track_.findings[at], span, 0);
}

// Under its bracket, towards the side where the next finding leaves room.
bool FindingLane::words(std::size_t at, const std::string& text, Span span, std::size_t row) {
    const float width = canvas_.text.width(text);
    const float low = canvas_.left() + 1;
    const float high = canvas_.right() - width - 1;
    if (high < low) return false;
    const float centred = (span.x0 + span.x1 - width) / 2;
    const float before = span.x1 - width;
    const float after = span.x0;
    const float beyond = span.x1 + 2 * kBeyond + 2;
    const bool crowded =
        at + 1 < track_.findings.size() && span_of(finding(at + 1)).x0 < std::max(centred + width, span.x1) + 8;
    std::array places{centred, before, after, beyond};
    if (crowded) places = {before, centred, after, beyond};
    for (const float place : places) {
        const float left = std::clamp(place, low, high);
        if (!rows_.is_free(row, left, left + width)) continue;
        rows_.take(row, left - kBeyond, left + width + kBeyond);
        Label label;
        label.text = text;
        label.at = {left, rows_.y_of(row) + kBracketHeight + 1};
        label.role = Role::kFinding;
        label.event = {EventKind::kFinding, track_.findings[at]};
        label.emphasis = canvas_.finding_emphasis(track_.findings[at]);
        label.plate = true;
        canvas_.add_label(std::move(label));
        return true;
    }
    return false;
}

void FindingLane::bracket(std::uint32_t index, Span span, std::size_t row) {
    const EventRef event{EventKind::kFinding, index};
    const float y = rows_.size() > 0 ? rows_.y_of(row) : lanes_.notes.y + 2;
    const Emphasis how = canvas_.finding_emphasis(index);
    canvas_.add_box({span.x0, y, span.x1 - span.x0, kBracketHeight}, Role::kFinding, event).emphasis = how;
    canvas_.add_box({span.x0, y, 1, kLegHeight}, Role::kFinding, event).emphasis = how;
    canvas_.add_box({span.x1 - 1, y, 1, kLegHeight}, Role::kFinding, event).emphasis = how;
}

}  // namespace

void lay_out_findings(TimelineCanvas& canvas) {
    for (std::size_t i = 0; i < canvas.parties.size(); ++i) {
        FindingLane(canvas, canvas.parties[i], canvas.index.tracks()[i].findings).run();
    }
}

}  // namespace wirestory::viz
