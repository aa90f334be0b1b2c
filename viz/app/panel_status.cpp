// The line at the bottom: what is going on, what is shown, what is missing.
#include <fmt/format.h>

#include "base/text.hpp"
#include "viz/app/event_text.hpp"
#include "viz/app/panels.hpp"
#include "viz/app/ui_strings.hpp"
#include "viz/app/widgets.hpp"

namespace wirestory::viz {

namespace {

constexpr float kBetween = 24;

void words(ImU32 colour, const std::string& text) {
    coloured_text(colour, text.c_str());
    ImGui::SameLine(0, kBetween);
}

int per_cent(float share) { return static_cast<int>(100 * share); }

// A bar, what it is the bar of, and a button that ends it.
void work(AppModel& model, float share, const std::string& what, Text tip_text) {
    const PanelColours& colours = panel_colours(model.theme());
    progress_bar(share, 8 * ImGui::GetFontSize(), colours);
    ImGui::SameLine(0, 8);
    coloured_text(colours.accent, what.c_str());
    ImGui::SameLine(0, 8);
    if (ImGui::SmallButton(text(Text::kStop, model.view.language))) stop_background(model);
    tip(text(tip_text, model.view.language));
    ImGui::SameLine(0, kBetween);
}

void what_goes_on(AppModel& model) {
    const Language language = model.view.language;
    const PanelColours& colours = panel_colours(model.theme());
    if (model.filter_share) {
        work(model, *model.filter_share,
             fmt::format("{}: {} %", text(Text::kFiltering, language), per_cent(*model.filter_share)), Text::kStopTip);
    }
    if (model.loading && model.loading->share > 0) {
        work(model, model.loading->share,
             fmt::format("{}: {} {}, {} %", text(Text::kReading, language), model.loading->packets,
                         text(Text::kPackets, language), per_cent(model.loading->share)),
             Text::kStopReadingTip);
    } else if (!model.busy.empty()) {
        words(colours.accent, model.busy);
    } else if (!model.notice.empty() && model.has_document()) {
        words(colours.bad, model.notice);
    }
}

void what_is_shown(const AppModel& model) {
    const Language language = model.view.language;
    const PanelColours& colours = panel_colours(model.theme());
    const Recording& recording = model.recording();
    if (model.beginning_only) {
        const bool more_comes = model.loading.has_value();
        words(more_comes ? colours.accent : colours.bad,
              text(more_comes ? Text::kBeginningShown : Text::kBeginningOnly, language));
    }
    std::string shown = fmt::format("{} {}   {} {}   {}", model.packet_rows.size(), text(Text::kPackets, language),
                                    recording.calls.size(), text(Text::kCalls, language),
                                    format_duration(recording.last_time_ns() - recording.first_time_ns()));
    shown += "   ";
    shown += model.view.playhead_active
                 ? fmt::format("{} {}", text(Text::kPlayhead, language), since_start(recording, model.view.playhead_ns))
                 : text(Text::kEverything, language);
    dim_text(shown.c_str());
    ImGui::SameLine(0, kBetween);
    if (model.view.filter) {
        words(colours.accent, fmt::format("{}: {}", text(Text::kFilterActive, language), model.applied_filter));
    }
}

void what_is_missing(const AppModel& model) {
    const Language language = model.view.language;
    const ImU32 bad = panel_colours(model.theme()).bad;
    const Recording& recording = model.recording();
    for (const Tap& tap : recording.taps) {
        if (tap.dropped == 0) continue;
        words(bad, fmt::format("{}: {} {}", tap.name, tap.dropped, text(Text::kTapDropped, language)));
    }
    if (recording.damages.empty()) return;
    words(bad, fmt::format("{}: {}", text(Text::kIncomplete, language), recording.damages.front().what));
}

}  // namespace

void draw_status_bar(AppModel& model) {
    what_goes_on(model);
    if (model.has_document()) {
        what_is_shown(model);
        what_is_missing(model);
    }
    if (!model.font_notice.empty()) coloured_text(panel_colours(model.theme()).bad, model.font_notice.c_str());
}

}  // namespace wirestory::viz
