// The ledger as tables: for each stream what was written, carried, acknowledged and read; for UDP each datagram's fate.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "viz/app/event_text.hpp"
#include "viz/app/panels.hpp"
#include "viz/app/ui_strings.hpp"
#include "viz/app/widgets.hpp"

namespace wirestory::viz {

namespace {

Text kind_name(StreamRow::Kind kind) {
    switch (kind) {
        case StreamRow::Kind::kWritten: return Text::kWritten;
        case StreamRow::Kind::kCarried: return Text::kCarried;
        case StreamRow::Kind::kResent: return Text::kResent;
        case StreamRow::Kind::kAcknowledged: return Text::kAcked;
        case StreamRow::Kind::kRead: return Text::kRead;
        case StreamRow::Kind::kStream: break;
    }
    return Text::kStream;
}

void add_rows(const analysis::StreamLedger& ledger, std::vector<StreamRow>& rows) {
    rows.push_back({StreamRow::Kind::kStream, 0, ledger.id, {0, ledger.total_bytes}, {}});
    const auto begin = static_cast<std::ptrdiff_t>(rows.size());
    for (const auto& w : ledger.written) {
        rows.push_back({StreamRow::Kind::kWritten, w.enter_ns, ledger.id, w.range, {EventKind::kCall, w.call}});
    }
    for (const auto& c : ledger.carried) {
        rows.push_back({c.retransmission ? StreamRow::Kind::kResent : StreamRow::Kind::kCarried,
                        c.time_ns,
                        ledger.id,
                        c.range,
                        {EventKind::kPacket, c.packet}});
    }
    StreamOffset acknowledged = 0;
    for (const auto& a : ledger.acknowledged) {
        if (a.up_to <= acknowledged) continue;  // says nothing new
        rows.push_back({StreamRow::Kind::kAcknowledged,
                        a.time_ns,
                        ledger.id,
                        {acknowledged, a.up_to},
                        {EventKind::kPacket, a.packet}});
        acknowledged = a.up_to;
    }
    for (const auto& r : ledger.read) {
        if (r.range.empty()) continue;
        rows.push_back({StreamRow::Kind::kRead, r.exit_ns, ledger.id, r.range, {EventKind::kCall, r.call}});
    }
    std::stable_sort(rows.begin() + begin, rows.end(),
                     [](const StreamRow& a, const StreamRow& b) { return a.time_ns < b.time_ns; });
}

void draw_row(AppModel& model, const Ui& ui, const StreamRow& row, int id) {
    const Language language = model.view.language;
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    if (row.kind == StreamRow::Kind::kStream) {
        ImGui::PushFont(ui.fonts.bold);
        ImGui::TextUnformatted(stream_name(model.recording(), model.analysis(), row.stream).c_str());
        ImGui::PopFont();
        ImGui::TableSetColumnIndex(2);
        dim_text(format_bytes(row.range.size()).c_str());
        return;
    }
    shade_row(model.view.selected == row.event, is_selected(model, row.event), panel_colours(model.theme()));
    ImGui::PushID(id);
    if (ImGui::Selectable(text(kind_name(row.kind), language), false, ImGuiSelectableFlags_SpanAllColumns)) {
        go_to(model, row.event);
    }
    ImGui::PopID();
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(since_start(model.recording(), row.time_ns).c_str());
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(fmt::format("{} - {}", row.range.begin, row.range.end).c_str());
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(event_text(model.recording(), model.analysis(), row.event).c_str());
}

void setup_columns(const AppModel& model, Text first, Text third) {
    const Language language = model.view.language;
    const float em = ImGui::GetFontSize();
    ImGui::TableSetupScrollFreeze(0, 1);
    ImGui::TableSetupColumn(text(first, language), ImGuiTableColumnFlags_WidthFixed, em * 11);
    ImGui::TableSetupColumn(text(Text::kTime, language), ImGuiTableColumnFlags_WidthFixed, em * 7);
    ImGui::TableSetupColumn(text(third, language), ImGuiTableColumnFlags_WidthFixed, em * 13);
    ImGui::TableSetupColumn(text(Text::kEvent, language), ImGuiTableColumnFlags_WidthStretch);
    ImGui::TableHeadersRow();
}

Text fate_name(analysis::DatagramFate fate) {
    switch (fate) {
        case analysis::DatagramFate::kRead: return Text::kFateRead;
        case analysis::DatagramFate::kUnread: return Text::kFateUnread;
        case analysis::DatagramFate::kDroppedInReceiveBuffer: return Text::kFateDropped;
        case analysis::DatagramFate::kNoListener: return Text::kFateNoListener;
        case analysis::DatagramFate::kLostOnWire: return Text::kFateLostOnWire;
        case analysis::DatagramFate::kUnknown: break;
    }
    return Text::kFateUnknown;
}

void draw_datagram(AppModel& model, const analysis::Datagram& datagram, int id) {
    const EventRef event = datagram.packet != analysis::kNoIndex ? EventRef{EventKind::kPacket, datagram.packet}
                                                                 : EventRef{EventKind::kCall, datagram.send_call};
    const bool known = datagram.packet != analysis::kNoIndex || datagram.send_call != analysis::kNoIndex;
    if (!known) return;
    const PanelColours& colours = panel_colours(model.theme());
    ImGui::TableNextRow();
    shade_row(model.view.selected == event, is_selected(model, event), colours);
    ImGui::TableNextColumn();
    ImGui::PushID(id);
    const std::string name = fmt::format("{}   {}", datagram.number, format_bytes(datagram.payload_bytes));
    if (ImGui::Selectable(name.c_str(), false, ImGuiSelectableFlags_SpanAllColumns)) go_to(model, event);
    ImGui::PopID();
    ImGui::TableNextColumn();
    ImGui::TextUnformatted(since_start(model.recording(), time_of(model, event)).c_str());
    ImGui::TableNextColumn();
    const bool lost = datagram.fate == analysis::DatagramFate::kDroppedInReceiveBuffer ||
                      datagram.fate == analysis::DatagramFate::kNoListener ||
                      datagram.fate == analysis::DatagramFate::kLostOnWire;
    coloured_text(lost ? colours.bad : colours.text, text(fate_name(datagram.fate), model.view.language));
    ImGui::TableNextColumn();
    std::string words = event_text(model.recording(), model.analysis(), event);
    if (datagram.recv_call != analysis::kNoIndex) {
        words += "   →   " + event_text(model.recording(), model.analysis(), {EventKind::kCall, datagram.recv_call});
    }
    ImGui::TextUnformatted(words.c_str());
}

}  // namespace

std::vector<StreamRow> stream_rows(const analysis::Analysis& analysis) {
    std::vector<StreamRow> rows;
    for (const analysis::StreamLedger& ledger : analysis.streams) {
        if (ledger.total_bytes > 0) add_rows(ledger, rows);
    }
    return rows;
}

void draw_streams(AppModel& model, Ui& ui) {
    const auto& datagrams = model.analysis().datagrams;
    if (ui.stream_rows.empty() && datagrams.empty()) {
        return wrapped_dim_text(text(Text::kNoStreams, model.view.language));
    }
    constexpr ImGuiTableFlags kFlags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerV |
                                       ImGuiTableFlags_NoSavedSettings;
    const float room = ImGui::GetContentRegionAvail().y;
    const bool both = !ui.stream_rows.empty() && !datagrams.empty();
    ImGuiListClipper clipper;
    if (!ui.stream_rows.empty() && ImGui::BeginTable("streams", 4, kFlags, {0, both ? room * 0.5F : 0})) {
        setup_columns(model, Text::kStream, Text::kOffset);
        clipper.Begin(static_cast<int>(ui.stream_rows.size()));
        while (clipper.Step()) {
            for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
                draw_row(model, ui, ui.stream_rows[static_cast<std::size_t>(i)], i);
            }
        }
        ImGui::EndTable();
    }
    if (!datagrams.empty() && ImGui::BeginTable("datagrams", 4, kFlags)) {
        setup_columns(model, Text::kDatagram, Text::kFate);
        clipper.Begin(static_cast<int>(datagrams.size()));
        while (clipper.Step()) {
            for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
                draw_datagram(model, datagrams[static_cast<std::size_t>(i)], i);
            }
        }
        ImGui::EndTable();
    }
}

}  // namespace wirestory::viz
