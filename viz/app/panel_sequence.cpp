// The sequence graph: stream offset over time, on the timeline's own time axis: written, sent, acknowledged, read.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"
#include "viz/app/event_text.hpp"
#include "viz/app/panels.hpp"
#include "viz/app/ui_strings.hpp"
#include "viz/app/widgets.hpp"

namespace wirestory::viz {

namespace {

constexpr std::size_t kMostPoints = 4000;  // a line; more are thinned out

// The stream of the selection, else the one with most bytes.
const analysis::StreamLedger* stream_to_draw(const AppModel& model) {
    const auto* selected = model.analysis().stream(model.selection.stream);
    if (selected != nullptr && selected->total_bytes > 0 && !model.selection.range.empty()) return selected;
    const analysis::StreamLedger* best = nullptr;
    for (const analysis::StreamLedger& ledger : model.analysis().streams) {
        if (ledger.total_bytes > 0 && (best == nullptr || ledger.total_bytes > best->total_bytes)) best = &ledger;
    }
    return best;
}

struct Plot {
    const AppModel& model;
    ImDrawList* list;
    Rect area;
    double top_offset;

    [[nodiscard]] float x(TimeNs time) const {
        const double share = (model.axis.position(time) - model.view.pan) * model.view.zoom;
        return area.x + static_cast<float>(share) * area.width;
    }
    [[nodiscard]] float y(StreamOffset offset) const {
        return area.bottom() - static_cast<float>(static_cast<double>(offset) / top_offset) * area.height;
    }
    [[nodiscard]] bool drawn(TimeNs time) const {
        return !model.view.playhead_active || time <= model.view.playhead_ns;
    }
};

// A staircase: flat until the next point, then up.
template <class Items, class Time, class Offset>
void staircase(const Plot& plot, const Items& items, ImU32 colour, Time time, Offset offset) {
    if (items.empty()) return;
    const std::size_t stride = items.size() / kMostPoints + 1;
    float last_y = plot.y(0);
    float last_x = plot.area.x;
    for (std::size_t i = 0; i < items.size(); i += stride) {
        if (!plot.drawn(time(items[i]))) break;
        const float x = plot.x(time(items[i]));
        const float y = plot.y(offset(items[i]));
        plot.list->AddLine({last_x, last_y}, {x, last_y}, colour, 2);
        plot.list->AddLine({x, last_y}, {x, y}, colour, 2);
        last_x = x;
        last_y = y;
    }
    const TimeNs end = plot.model.view.playhead_active ? plot.model.view.playhead_ns : plot.model.axis.last_ns();
    plot.list->AddLine({last_x, last_y}, {std::max(last_x, plot.x(end)), last_y}, colour, 2);
}

void sent_segments(const Plot& plot, const analysis::StreamLedger& ledger, ImU32 colour, ImU32 again, ImU32 selected) {
    for (const analysis::Carried& carried : ledger.carried) {
        if (!plot.drawn(carried.time_ns)) break;
        const float x = plot.x(carried.time_ns);
        if (x < plot.area.x - 4 || x > plot.area.right() + 4) continue;
        const bool marked = is_selected(plot.model, {EventKind::kPacket, carried.packet});
        const ImU32 shown = marked ? selected : carried.retransmission ? again : colour;
        const float high = plot.y(carried.range.end);
        const float low = std::max(plot.y(carried.range.begin), high + 3);
        plot.list->AddRectFilled({x - (marked ? 4.0F : 2.5F), high}, {x + (marked ? 4.0F : 2.5F), low}, shown, 1);
    }
}

void legend(const char* name, ImU32 colour) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = ImGui::GetTextLineHeight();
    ImGui::GetWindowDrawList()->AddRectFilled({at.x, at.y + height * 0.4F}, {at.x + 16, at.y + height * 0.4F + 3},
                                              colour);
    ImGui::Dummy({18, height});
    ImGui::SameLine(0, 4);
    ImGui::TextUnformatted(name);
    ImGui::SameLine(0, 16);
}

// 1, 2 or 5 times a power of ten, so that about four lines fit.
double nice_step(double top) {
    const double rough = top / 4;
    const double power = std::pow(10, std::floor(std::log10(std::max(rough, 1.0))));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (power * factor >= rough) return power * factor;
    }
    return power * 10;
}

void grid(const Plot& plot, const PanelColours& colours, float label_right) {
    const double step = std::max(1.0, nice_step(plot.top_offset));
    for (double at = 0; at <= plot.top_offset; at += step) {
        const float y = plot.y(static_cast<StreamOffset>(at));
        plot.list->AddLine({plot.area.x, y}, {plot.area.right(), y}, colours.line, 1);
        const std::string words = fmt::format("{:.0f}", at);
        const ImVec2 size = ImGui::CalcTextSize(words.c_str());
        plot.list->AddText({label_right - size.x, y - size.y / 2}, colours.dim, words.c_str());
    }
    for (const TimeAxis::Gap& gap : plot.model.axis.gaps()) {
        const float from = std::max(plot.area.x, plot.x(gap.begin_ns));
        const float to = std::min(plot.area.right(), plot.x(gap.end_ns));
        if (to > from) {
            const Rgba fill = fill_colour(Role::kAxisGap, kNoMessage, plot.model.theme(), Emphasis::kNormal);
            plot.list->AddRectFilled({from, plot.area.y}, {to, plot.area.bottom()}, to_imgui(fill));
        }
    }
}

void draw_lines(const Plot& plot, const analysis::StreamLedger& ledger, ImU32 written, ImU32 sent, ImU32 acked,
                ImU32 read) {
    staircase(
        plot, ledger.written, written, [](const auto& w) { return w.enter_ns; },
        [](const auto& w) { return w.range.end; });
    staircase(
        plot, ledger.acknowledged, acked, [](const auto& a) { return a.time_ns; },
        [](const auto& a) { return a.up_to; });
    staircase(
        plot, ledger.read, read, [](const auto& r) { return r.exit_ns; }, [](const auto& r) { return r.range.end; });
    sent_segments(plot, ledger, sent,
                  to_imgui(line_colour(Role::kSegmentLost, kNoMessage, plot.model.theme(), Emphasis::kNormal)),
                  to_imgui(line_colour(Role::kSelection, kNoMessage, plot.model.theme(), Emphasis::kNormal)));
}

}  // namespace

void draw_sequence_graph(AppModel& model, Ui& ui) {
    const Language language = model.view.language;
    const analysis::StreamLedger* ledger = stream_to_draw(model);
    if (ledger == nullptr) return wrapped_dim_text(text(Text::kNoTcpStream, language));
    const auto colour = [&](std::int16_t message) {
        return to_imgui(line_colour(Role::kSegment, message, model.theme(), Emphasis::kNormal));
    };
    const ImU32 written = colour(1);
    const ImU32 sent = colour(0);
    const ImU32 acked = colour(2);
    const ImU32 read = colour(3);
    section_title(ui.fonts, stream_name(model.recording(), model.analysis(), ledger->id).c_str());
    ImGui::SameLine(0, 24);
    legend(text(Text::kWritten, language), written);
    legend(text(Text::kCarried, language), sent);
    legend(text(Text::kAcked, language), acked);
    legend(text(Text::kRead, language), read);
    ImGui::NewLine();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float gutter = 70 * ui.unit();
    const float margin = ImGui::GetTextLineHeight() / 2;
    const Rect area{at.x + gutter, at.y + margin, room.x - gutter - 12, room.y - 2 * margin};
    if (area.width < 40 || area.height < 30) return;
    const Plot plot{model, ImGui::GetWindowDrawList(), area, static_cast<double>(ledger->total_bytes)};
    grid(plot, panel_colours(model.theme()), area.x - 8);
    plot.list->PushClipRect({area.x, area.y - 3}, {area.right(), area.bottom() + 3}, true);
    draw_lines(plot, *ledger, written, sent, acked, read);
    if (model.view.playhead_active) {
        const float x = plot.x(model.view.playhead_ns);
        plot.list->AddLine({x, area.y}, {x, area.bottom()},
                           to_imgui(line_colour(Role::kPlayhead, kNoMessage, model.theme(), Emphasis::kNormal)), 1.5F);
    }
    plot.list->PopClipRect();
}

}  // namespace wirestory::viz
