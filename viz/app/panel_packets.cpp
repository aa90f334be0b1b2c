#include <algorithm>
#include <cfloat>

#include <fmt/format.h>

#include "viz/app/event_text.hpp"
#include "viz/app/panels.hpp"
#include "viz/app/ui_strings.hpp"
#include "viz/app/widgets.hpp"
#include "viz/layout/ladder.hpp"

namespace wirestory::viz {

namespace {

void packet_row(AppModel& model, std::uint32_t packet) {
    const Recording& recording = model.recording();
    const EventRef event{EventKind::kPacket, packet};
    const capture::DecodedPacket decoded = decode_packet(recording, packet);
    const bool selected = model.view.selected == event;
    ImGui::TableNextRow();
    shade_row(selected, is_selected(model, event), panel_colours(model.theme()));
    ImGui::TableNextColumn();
    ImGui::PushID(static_cast<int>(packet));
    const std::string number = fmt::format("{}", packet + 1);
    if (ImGui::Selectable(number.c_str(), false, ImGuiSelectableFlags_SpanAllColumns)) go_to(model, event);
    ImGui::PopID();
    const auto cell = [](const std::string& words) {
        ImGui::TableNextColumn();
        ImGui::TextUnformatted(words.c_str(), words.c_str() + words.size());
    };
    cell(since_start(recording, recording.packets.time_ns(packet)));
    cell(party_name(recording, decoded.source_endpoint()));
    cell(party_name(recording, decoded.destination_endpoint()));
    cell(transport_name(decoded.transport));
    cell(fmt::format("{}", recording.packets.original_bytes(packet)));
    cell(packet_info(recording, model.analysis(), packet));
}

// The packets listed: those that the filter leaves in, or all.
const std::vector<std::uint32_t>& listed_packets(const AppModel& model) {
    return model.view.filter ? model.view.filter->packet_list : model.packet_rows;
}

// Row of the selection, when it is a packet that the filter leaves in.
int selected_row(const AppModel& model) {
    if (model.view.selected.kind != EventKind::kPacket) return -1;
    const auto& rows = listed_packets(model);
    const auto found = std::lower_bound(rows.begin(), rows.end(), model.view.selected.index);
    return found == rows.end() || *found != model.view.selected.index ? -1 : static_cast<int>(found - rows.begin());
}

void scroll_to_row(int row) {
    const float height = ImGui::GetTextLineHeight() + 2 * ImGui::GetStyle().CellPadding.y;
    const float y = height * static_cast<float>(row);
    const float top = ImGui::GetScrollY();
    const float room = ImGui::GetWindowHeight() - 3 * height;
    if (y < top || y > top + room) ImGui::SetScrollY(std::max(0.0F, y - room / 2));
}

void setup_columns(const AppModel& model) {
    const Language language = model.view.language;
    const auto fixed = [&](Text name, float characters) {
        ImGui::TableSetupColumn(text(name, language), ImGuiTableColumnFlags_WidthFixed,
                                characters * ImGui::GetFontSize() * 0.6F);
    };
    ImGui::TableSetupScrollFreeze(0, 1);
    fixed(Text::kNo, 5);
    fixed(Text::kTime, 13);
    fixed(Text::kFrom, 14);
    fixed(Text::kTo, 14);
    fixed(Text::kProtocol, 7);
    fixed(Text::kLength, 7);
    ImGui::TableSetupColumn(text(Text::kInfo, language), ImGuiTableColumnFlags_WidthStretch);
    ImGui::TableHeadersRow();
}

}  // namespace

void draw_packets(AppModel& model, Ui& ui) {
    if (model.recording().packets.empty()) return wrapped_dim_text(text(Text::kNoPackets, model.view.language));
    constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg | ImGuiTableFlags_Resizable |
                                       ImGuiTableFlags_BordersInnerV | ImGuiTableFlags_NoSavedSettings;
    draw_filter(model, ui);
    if (listed_packets(model).empty()) return wrapped_dim_text(text(Text::kFilterNothing, model.view.language));
    if (!ImGui::BeginTable("packets", 7, kFlags)) return;
    setup_columns(model);
    if (ui.selection_moved && selected_row(model) >= 0) scroll_to_row(selected_row(model));
    ImGuiListClipper clipper;
    const std::vector<std::uint32_t>& rows = listed_packets(model);
    clipper.Begin(static_cast<int>(std::min<std::size_t>(rows.size(), 0x7FFFFFFF)));
    while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
            packet_row(model, rows[static_cast<std::size_t>(i)]);
    }
    ImGui::EndTable();
}

void draw_ladder(AppModel& model, Ui& ui) {
    ImGui::BeginChild("ladder");
    // Wider, the two ends of a line are too far apart to be read as one.
    const float widest = 110 * ui.fonts.regular->CalcTextSizeA(ui.fonts.size_px, FLT_MAX, 0, "0").x;
    const float room = ImGui::GetContentRegionAvail().x - ImGui::GetStyle().ScrollbarSize;
    const float width = std::min(room, widest);
    if (ui.ladder.outdated(model, width, 0, ui.fonts.size_px)) {
        LadderOptions options;
        options.width = width;
        options.text = text_metrics(ui.fonts);
        ui.ladder.scene = layout_ladder(model.recording(), model.analysis(), model.view, options);
    }
    const Scene& scene = ui.ladder.scene;
    const ImVec2 origin = ImGui::GetCursorScreenPos();
    const ImVec2 window = ImGui::GetWindowPos();
    const ImVec2 size = ImGui::GetWindowSize();
    const bool clicked = ImGui::InvisibleButton("canvas", {std::max(1.0F, width), std::max(1.0F, scene.height)});
    PaintFonts fonts = ui.fonts.scene();
    fonts.ground_behind_text = true;
    paint(scene, ImGui::GetWindowDrawList(), origin, {window.x, window.y, size.x, size.y}, model.theme(), fonts);
    // Scrolled to once the panel knows how high its content is.
    if (ui.ladder_scrolled_to != model.view.selected && (ImGui::GetScrollMaxY() > 0 || scene.height <= size.y)) {
        ui.ladder_scrolled_to = model.view.selected;
        for (const Label& label : scene.labels) {
            if (!label.event || label.event != model.view.selected) continue;
            if (label.at.y < ImGui::GetScrollY() || label.at.y > ImGui::GetScrollY() + size.y - 40) {
                ImGui::SetScrollY(std::max(0.0F, label.at.y - size.y / 2));
            }
            break;
        }
    }
    if (clicked) {
        const Point p{ImGui::GetIO().MousePos.x - origin.x, ImGui::GetIO().MousePos.y - origin.y};
        const Box* box = scene.box_at(p);
        const Arrow* arrow = scene.arrow_at(p, 10);
        if (arrow != nullptr && arrow->event) {
            select(model, arrow->event);
        } else if (box != nullptr && box->event) {
            select(model, box->event);
        } else {
            clear_selection(model);
        }
    }
    ImGui::EndChild();
}

}  // namespace wirestory::viz
