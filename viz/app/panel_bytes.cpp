// The bytes themselves: of the selected packet, or of the stream it belongs to; the selected bytes are marked.
#include <algorithm>

#include <fmt/format.h>

#include "viz/app/event_text.hpp"
#include "viz/app/panels.hpp"
#include "viz/app/ui_strings.hpp"
#include "viz/app/widgets.hpp"

namespace wirestory::viz {

namespace {

constexpr std::size_t kBytesPerLine = 16;
constexpr std::size_t kMostStreamBytes = 1U << 20U;

struct Marked {
    std::size_t begin = 0;
    std::size_t end = 0;
    [[nodiscard]] bool holds(std::size_t i) const { return i >= begin && i < end; }
};

// Draws one line and returns the byte under the pointer, or npos.
std::size_t hex_line(ByteView bytes, std::size_t first, Marked marked, const PanelColours& colours) {
    const float cell = ImGui::CalcTextSize("0").x;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float height = ImGui::GetTextLineHeightWithSpacing();
    ImDrawList* list = ImGui::GetWindowDrawList();
    const auto hex_x = [&](std::size_t i) { return at.x + cell * (8 + 3 * static_cast<float>(i) + (i >= 8 ? 1 : 0)); };
    const auto text_x = [&](std::size_t i) { return at.x + cell * (59 + static_cast<float>(i)); };
    list->AddText(at, colours.dim, fmt::format("{:06x}", first).c_str());
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const bool on_line = ImGui::IsWindowHovered() && mouse.y >= at.y && mouse.y < at.y + height;
    std::size_t under = std::string::npos;
    for (std::size_t i = 0; i < kBytesPerLine && first + i < bytes.size(); ++i) {
        if (marked.holds(first + i)) {
            const float end = marked.holds(first + i + 1) && i + 1 < kBytesPerLine ? hex_x(i + 1) : hex_x(i) + 2 * cell;
            list->AddRectFilled({hex_x(i) - 2, at.y}, {end + 2, at.y + height}, colours.selected_row);
            list->AddRectFilled({text_x(i), at.y}, {text_x(i + 1), at.y + height}, colours.selected_row);
        }
        if (on_line && ((mouse.x >= hex_x(i) && mouse.x < hex_x(i) + 3 * cell) ||
                        (mouse.x >= text_x(i) && mouse.x < text_x(i + 1)))) {
            under = first + i;
        }
    }
    for (std::size_t i = 0; i < kBytesPerLine && first + i < bytes.size(); ++i) {
        const auto value = std::to_integer<unsigned>(bytes[first + i]);
        list->AddText({hex_x(i), at.y}, colours.text, fmt::format("{:02x}", value).c_str());
        const bool printable = value >= 0x20 && value < 0x7F;
        const char shown[2] = {printable ? static_cast<char>(value) : '.', '\0'};
        list->AddText({text_x(i), at.y}, printable ? colours.text : colours.dim, shown);
    }
    ImGui::Dummy({cell * 76, ImGui::GetTextLineHeight()});
    return under;
}

// The whole dump; the byte that was clicked, or npos.
std::size_t hex_dump(const char* id, const AppModel& model, Ui& ui, ByteView bytes, Marked marked) {
    std::size_t clicked = std::string::npos;
    ImGui::BeginChild(id);
    ImGui::PushFont(ui.fonts.mono);
    if (ui.selection_moved && marked.end > marked.begin) {
        const auto line = static_cast<float>(marked.begin / kBytesPerLine);
        const float y = line * ImGui::GetTextLineHeightWithSpacing();
        if (y < ImGui::GetScrollY() || y > ImGui::GetScrollY() + ImGui::GetWindowHeight() - 40) ImGui::SetScrollY(y);
    }
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>((bytes.size() + kBytesPerLine - 1) / kBytesPerLine));
    while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const std::size_t under =
                hex_line(bytes, static_cast<std::size_t>(i) * kBytesPerLine, marked, panel_colours(model.theme()));
            if (under != std::string::npos && ImGui::IsMouseClicked(0)) clicked = under;
        }
    }
    ImGui::PopFont();
    ImGui::EndChild();
    return clicked;
}

void draw_packet_bytes(const AppModel& model, Ui& ui, std::uint32_t packet) {
    const capture::DecodedPacket decoded = decode_packet(model.recording(), packet);
    Marked marked;
    if (!decoded.payload.empty() && decoded.offsets.payload != capture::LayerOffsets::kAbsent) {
        marked = {decoded.offsets.payload, decoded.offsets.payload + decoded.payload.size()};
    }
    hex_dump("packet bytes", model, ui, model.recording().packets.frame(packet), marked);
}

void draw_stream_bytes(AppModel& model, Ui& ui) {
    const analysis::ByteTrace& selection = model.selection;
    if (ui.stream_bytes_revision != model.revision || ui.stream_bytes_of != selection.stream) {
        ui.stream_bytes = stream_bytes(model.recording(), model.analysis(), selection.stream, kMostStreamBytes);
        ui.stream_bytes_of = selection.stream;
        ui.stream_bytes_revision = model.revision;
    }
    const ByteView bytes = ui.stream_bytes;
    const Marked marked{static_cast<std::size_t>(selection.range.begin), static_cast<std::size_t>(selection.range.end)};
    const std::size_t clicked = hex_dump("stream bytes", model, ui, bytes, marked);
    const analysis::StreamLedger* ledger = model.analysis().stream(selection.stream);
    if (clicked == std::string::npos || ledger == nullptr) return;
    const auto messages = ledger->messages_in({clicked, clicked + 1});
    if (!messages.empty()) select_bytes(model, selection.stream, messages.front().range);
}

// A datagram's call has no stream: its payload is shown.
bool draw_call_bytes(const AppModel& model, Ui& ui) {
    if (model.view.selected.kind != EventKind::kCall) return false;
    const Call& call = model.recording().calls[model.view.selected.index];
    if (call.payload.empty()) return false;
    ImGui::TextUnformatted(event_text(model.recording(), model.analysis(), model.view.selected).c_str());
    hex_dump("call bytes", model, ui, call.payload, {0, call.payload.size()});
    return true;
}

}  // namespace

void draw_bytes(AppModel& model, Ui& ui) {
    const Language language = model.view.language;
    const bool packet = model.view.selected.kind == EventKind::kPacket;
    const bool stream = !model.selection.range.empty() && model.analysis().stream(model.selection.stream) != nullptr;
    if (packet && stream) {
        if (ImGui::RadioButton(text(Text::kPacket, language), ui.bytes_of_packet)) ui.bytes_of_packet = true;
        ImGui::SameLine();
        if (ImGui::RadioButton(text(Text::kStream, language), !ui.bytes_of_packet)) ui.bytes_of_packet = false;
        ImGui::SameLine(0, 24);
    }
    if (packet && (ui.bytes_of_packet || !stream)) {
        dim_text(event_text(model.recording(), model.analysis(), model.view.selected).c_str());
        return draw_packet_bytes(model, ui, model.view.selected.index);
    }
    if (stream) {
        dim_text(fmt::format("{}   {} {} - {}",
                             stream_name(model.recording(), model.analysis(), model.selection.stream),
                             text(Text::kOffset, language), model.selection.range.begin, model.selection.range.end)
                     .c_str());
        return draw_stream_bytes(model, ui);
    }
    if (draw_call_bytes(model, ui)) return;
    wrapped_dim_text(text(Text::kBytesHint, language));
}

}  // namespace wirestory::viz
