#include "viz/app/panel_latency.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "viz/app/inspect_latency.hpp"
#include "viz/app/ui_strings.hpp"
#include "viz/app/widgets.hpp"

namespace wirestory::viz {

namespace {

using analysis::LatencyPart;

constexpr std::size_t kMostMessages = 3;
constexpr unsigned kFaintAlpha = 130;
constexpr float kLeastWidth_px = 2;  // of a part in the bar: what took any time at all is seen

// The sender's parts, those of the windows, of the path and of the reader have a hue each, so that a bar tells at a
// glance where it waited; within a group the lesser part is faint.
ImU32 colour_of(LatencyPart part, Theme theme) {
    const auto message = [&](std::int16_t number) {
        return to_imgui(fill_colour(Role::kUnread, number, theme, Emphasis::kNormal));
    };
    const auto faint = [&](std::int16_t number) {
        return (message(number) & ~IM_COL32_A_MASK) | (ImU32{kFaintAlpha} << IM_COL32_A_SHIFT);
    };
    switch (part) {
        case LatencyPart::kSendBufferFull: return message(0);
        case LatencyPart::kSenderBusy:
        case LatencyPart::kSending: return faint(0);
        case LatencyPart::kCork:
        case LatencyPart::kDelayedAck: return message(1);
        case LatencyPart::kNagle: return faint(1);
        case LatencyPart::kReceiveWindow: return message(2);
        case LatencyPart::kCongestionWindow: return faint(2);
        case LatencyPart::kWireDelay: return message(3);
        case LatencyPart::kWireQueue: return faint(3);
        case LatencyPart::kLoss: return to_imgui(fill_colour(Role::kFinding, kNoMessage, theme, Emphasis::kNormal));
        case LatencyPart::kNotReading: return message(4);
        case LatencyPart::kReceiverBusy:
        case LatencyPart::kWaitsForMore: return faint(4);
        case LatencyPart::kWakeUp: return message(5);
        case LatencyPart::kReading: return faint(5);
        case LatencyPart::kUnexplained: break;
    }
    return panel_colours(theme).dim;
}

// Slices in their order, each as wide as its time; thin ones stay visible.
void draw_bar(const AppModel& model, const Ui& ui, const analysis::MessageLatency& latency) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    const float height = ui.fonts.size_px * 0.9F;
    const auto total = static_cast<double>(std::max<DurationNs>(latency.total_ns(), 1));
    ImDrawList* list = ImGui::GetWindowDrawList();
    const ImVec2 mouse = ImGui::GetMousePos();
    for (const analysis::LatencySlice& slice : latency.slices) {
        const auto place = [&](TimeNs when) {
            return at.x + width * static_cast<float>(static_cast<double>(when - latency.begin_ns) / total);
        };
        const float left = std::min(place(slice.begin_ns), at.x + width - kLeastWidth_px);
        const float right = std::max(place(slice.end_ns), left + kLeastWidth_px);
        list->AddRectFilled({left, at.y}, {right, at.y + height}, colour_of(slice.part, model.theme()));
        const bool over = ImGui::IsWindowHovered() && mouse.x >= left && mouse.x < right && mouse.y >= at.y &&
                          mouse.y < at.y + height;
        if (!over) continue;
        const Language language = model.view.language;
        ImGui::BeginTooltip();
        ImGui::Text("%s  %s", analysis::name_of(slice.part, language),
                    format_duration(slice.end_ns - slice.begin_ns).c_str());
        ImGui::TextUnformatted(analysis::explain(slice.part, language));
        ImGui::EndTooltip();
    }
    ImGui::Dummy({width, height + 3});
}

void draw_parts(const AppModel& model, const Ui& ui, const analysis::MessageLatency& latency) {
    const float square = ui.fonts.size_px * 0.6F;
    for (const PartSum& sum : part_sums(latency)) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float drop = (ImGui::GetTextLineHeight() - square) / 2;
        ImGui::GetWindowDrawList()->AddRectFilled({at.x, at.y + drop}, {at.x + square, at.y + drop + square},
                                                  colour_of(sum.part, model.theme()));
        const std::string figure = format_duration(sum.sum_ns);
        ImGui::BeginGroup();
        ImGui::SetCursorPosX(ImGui::GetCursorPosX() + square + ui.fonts.size_px * 0.4F);
        ImGui::TextUnformatted(analysis::name_of(sum.part, model.view.language));
        const float room = ImGui::GetContentRegionMax().x - ImGui::CalcTextSize(figure.c_str()).x;
        ImGui::SameLine();
        ImGui::SetCursorPosX(room);
        dim_text(figure.c_str());
        ImGui::EndGroup();
        if (ImGui::IsItemHovered()) tip(analysis::explain(sum.part, model.view.language));
    }
}

}  // namespace

void draw_latencies(const AppModel& model, const Ui& ui) {
    const auto found = latencies_of(model.analysis(), model.view.selected, model.selection, kMostMessages);
    if (found.empty()) return;
    const Language language = model.view.language;
    ImGui::Dummy({1, 4});
    ImGui::Separator();
    section_title(ui.fonts, text(Text::kLatencyTitle, language));
    for (const analysis::MessageLatency* latency : found) {
        ImGui::TextUnformatted(fmt::format("{} {}  ·  {}", text(Text::kLatencyMessage, language), latency->number,
                                           format_duration(latency->total_ns()))
                                   .c_str());
        draw_bar(model, ui, *latency);
        draw_parts(model, ui, *latency);
        ImGui::Dummy({1, 4});
    }
}

}  // namespace wirestory::viz
