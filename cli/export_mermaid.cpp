// A recording as a Mermaid sequence diagram, for Markdown files of forges and note books that draw it.
#include <set>

#include <fmt/format.h>

#include "analysis/filter/hits.hpp"
#include "base/text.hpp"
#include "cli/export_rows.hpp"
#include "cli/packet_line.hpp"
#include "viz/layout/event_index.hpp"
#include "viz/layout/ladder_plan.hpp"

namespace wirestory::cli {

namespace {

constexpr int kMostColumns = 100;  // of a message: diagrams grow as wide as their longest one

// What has a meaning in Mermaid, as its numbered entities; control characters cannot be shown at all.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : fit_width(text, kMostColumns)) {
        const auto byte = static_cast<unsigned char>(c);
        constexpr std::string_view kSpecial = "#;<>&%`{}\\|";
        if (kSpecial.find(c) != std::string_view::npos) {
            out += fmt::format("#{};", byte);
        } else if (byte < 0x20 || byte == 0x7f) {
            out += ' ';
        } else {
            out += c;
        }
    }
    return out.empty() ? " " : out;
}

std::string milliseconds(DurationNs duration) {
    return fmt::format("{:.3f} ms", static_cast<double>(duration) / static_cast<double>(kMillisecondNs));
}

class Diagram {
public:
    Diagram(const ExportSource& source, const viz::LadderPlan& plan, OutputFile& file)
        : source_(source), plan_(plan), file_(file) {}

    void write() {
        file_.write("sequenceDiagram\n");
        for (std::size_t i = 0; i < plan_.parties().size(); ++i) {
            line(fmt::format("participant p{} as {}", i, escaped(plan_.parties().all()[i].name)));
        }
        if (plan_.rows().empty()) line("%% nothing is selected");
        for (const viz::LadderRow& row : plan_.rows()) {
            if (!add(row)) return;
        }
        for (const viz::PartyId party : active_) line(fmt::format("deactivate p{}", party));
    }

private:
    bool line(const std::string& text) { return file_.write("    " + text + "\n"); }
    bool note(viz::PartyId party, const std::string& text) {
        return party == viz::kNoParty || line(fmt::format("Note over p{}: {}", party, text));
    }
    std::string time_of(const viz::LadderRow& row) const { return milliseconds(row.time_ns - plan_.start_ns()); }

    bool add(const viz::LadderRow& row) {
        switch (row.kind) {
            case viz::RowKind::kCall:
            case viz::RowKind::kCallEnter:
            case viz::RowKind::kCallExit: return add_call(row);
            case viz::RowKind::kPacket: return add_packet(row);
            case viz::RowKind::kFinding: return add_finding(row);
            case viz::RowKind::kGap: return add_gap(row);
            case viz::RowKind::kArrival:  // its arrow stands where it left
            case viz::RowKind::kState: break;
        }
        return true;
    }

    bool add_call(const viz::LadderRow& row) {
        const Call& call = source_.recording.calls[row.index];
        const viz::PartyId party = plan_.parties().of_actor(call.actor);
        if (party == viz::kNoParty) return true;
        const std::string words = escaped(format_call(source_.recording, call));
        if (row.kind == viz::RowKind::kCall) return note(party, time_of(row) + "<br/>" + words);
        // A bar along the party's line while it sleeps in the call.
        const bool enters = row.kind == viz::RowKind::kCallEnter;
        if (enters) {
            active_.insert(party);
            return note(party, time_of(row) + "<br/>" + words + (call.returned_at_all() ? " (sleeps)" : "")) &&
                   line(fmt::format("activate p{}", party));
        }
        bool written = note(party, time_of(row) + "<br/>" + words + " returns");
        const auto found = active_.find(party);
        if (found != active_.end()) {
            active_.erase(found);
            written = written && line(fmt::format("deactivate p{}", party));
        }
        return written;
    }

    bool add_packet(const viz::LadderRow& row) {
        const viz::PartyId from = plan_.parties().sender(source_.analysis, row.index);
        const viz::PartyId to = plan_.parties().receiver(source_.analysis, row.index);
        const viz::PacketWords words = viz::packet_words(source_.recording, source_.analysis, row.index);
        std::string text = words.flags;
        if (!words.numbers.empty()) text += "  " + words.numbers;
        if (words.payload_bytes > 0) text += fmt::format("  len {}", words.payload_bytes);
        if (!words.payload.empty()) text += "  " + quote_bytes(words.payload, 24);
        const std::string analysed = analysis_words(source_.analysis, row.index);
        if (!analysed.empty()) text += "  (" + analysed + ")";
        if (from == viz::kNoParty || to == viz::kNoParty) {
            return line(fmt::format("Note over p0: {}<br/>{}", time_of(row), escaped(text)));
        }
        const analysis::Datagram* datagram = plan_.events().datagram_of({EventKind::kPacket, row.index});
        const bool dropped =
            (datagram != nullptr && datagram->fate == analysis::DatagramFate::kDroppedInReceiveBuffer) ||
            source_.analysis.sightings.loss(row.index) != nullptr;
        const char* arrow = dropped ? "-x" : words.payload_bytes > 0 ? "->>" : "-->>";
        return line(fmt::format("p{}{}p{}: {}", from, arrow, to, escaped(text)));
    }

    bool add_finding(const viz::LadderRow& row) {
        const analysis::Finding& finding = source_.analysis.findings[row.index];
        viz::PartyId party = plan_.parties().of_actor(finding.actor);
        if (party == viz::kNoParty) party = plan_.parties().of(finding.flow, finding.from);
        const std::string words = viz::finding_note(finding, source_.language);
        return note(party, "▲ " + escaped(words));
    }

    bool add_gap(const viz::LadderRow& row) {
        const std::size_t last = plan_.parties().size() - 1;
        const std::string places = last == 0 ? "p0" : fmt::format("p0,p{}", last);
        return line(fmt::format("Note over {}: + {}", places, milliseconds(row.gap_ns)));
    }

    const ExportSource& source_;
    const viz::LadderPlan& plan_;
    OutputFile& file_;
    std::multiset<viz::PartyId> active_;
};

// Of Markdown: one line, nothing that begins markup.
std::string heading_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            out += ' ';
            continue;
        }
        constexpr std::string_view kMarkup = "\\`*_{}[]<>#|";
        if (kMarkup.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

}  // namespace

void write_mermaid(const ExportSource& source, OutputFile& file) {
    const Recording& recording = source.recording;
    analysis::FilterHits hits;
    const bool some = !source.filter.selects_everything();
    if (some) hits = analysis::find_hits(source.filter, recording, source.analysis);
    const viz::LadderPlan plan(recording, source.analysis, viz::kMostParties, true, some ? &hits : nullptr);
    const std::string title = recording.story.present() ? recording.story.title.in(source.language) : recording.path;
    file.write("# " + heading_text(title) + "\n\n```mermaid\n");
    Diagram(source, plan, file).write();
    file.write("```\n");
}

}  // namespace wirestory::cli
