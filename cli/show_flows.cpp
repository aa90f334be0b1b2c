// A row a flow: who, how much in each direction, when, how it ended; and of a TCP connection, under it, how it began
// and ended, its ends' states and figures. With a filter only its packets are counted; what stands under the row is
// of the whole connection.
#include <fmt/format.h>

#include "analysis/flow_words.hpp"
#include "base/text.hpp"
#include "cli/show_views.hpp"
#include "cli/text_table.hpp"

namespace wirestory::cli {

namespace {

using analysis::Flow;
using analysis::Side;

constexpr std::size_t kRowsAtOnce = 1024;
constexpr int kLeastEndpoint = 12;

struct FlowSums {
    std::array<std::uint64_t, 2> packets{};
    std::array<std::uint64_t, 2> bytes{};  // of payload
    TimeNs first_ns = 0;
    TimeNs last_ns = 0;
};

FlowSums sums_of(const ShowContext& context, const Flow& flow) {
    FlowSums sums;
    const analysis::PacketColumns& columns = context.analysis.packets;
    for (const std::uint32_t packet : flow.packets) {
        if (!context.matcher.packet(packet)) continue;
        const std::size_t side = analysis::index_of(columns.from[packet]);
        const TimeNs time = context.recording.packets.time_ns(packet);
        if (sums.packets[0] + sums.packets[1] == 0) sums.first_ns = time;
        sums.last_ns = time;
        ++sums.packets[side];
        sums.bytes[side] += columns.payload_bytes[packet];
    }
    return sums;
}

// One word or two for the column.
std::string course_of(const analysis::FlowSummary& summary) {
    using analysis::FlowEnding;
    switch (summary.ending) {
        case FlowEnding::kNone: return summary.beginning == analysis::FlowBeginning::kRefused ? "refused" : "no answer";
        case FlowEnding::kOpen: return "open";
        case FlowEnding::kHalfClosed: return "half closed";
        case FlowEnding::kClosed:
        case FlowEnding::kSimultaneousClose: return "closed";
        case FlowEnding::kReset: return "reset";
    }
    return {};
}

// Two notes: how the connection began and ended; its figures.
void add_notes(const ShowContext& context, const Flow& flow, const analysis::FlowSummary& summary, TextTable& table) {
    const analysis::EndNames names = analysis::end_names(context.recording, flow, context.language);
    std::vector<std::string> course{analysis::beginning_words(summary, context.language),
                                    analysis::ending_words(summary, names, context.language)};
    if (std::string states = analysis::state_words(summary, names); !states.empty()) {
        course.push_back(std::move(states));
    }
    table.note(course);
    std::vector<std::string> figures;
    for (const analysis::FlowFigure& figure : analysis::figure_words(summary, context.language)) {
        figures.push_back(figure.name + " " + figure.value);
    }
    table.note(figures);
}

}  // namespace

bool show_flows(const ShowContext& context) {
    TimeWriter time(context.recording, context.time);
    TextTable table({{"Flow", true, 0},
                     {"Proto", false, 0},
                     {"Initiator", false, kLeastEndpoint},
                     {"Responder", false, kLeastEndpoint},
                     {"Packets", true, 0},
                     {"Bytes", true, 0},
                     {time.title(), true, 0},
                     {"Duration", true, 0},
                     {"Course", false, 0}},
                    context.width, context.style.unicode);
    const std::vector<Flow>& flows = context.analysis.flows;
    for (analysis::FlowId i = 0; i < flows.size(); ++i) {
        const Flow& flow = flows[i];
        const FlowSums sums = sums_of(context, flow);
        if (sums.packets[0] + sums.packets[1] == 0) continue;
        const bool tcp = flow.transport == capture::Transport::kTcp;
        const analysis::FlowSummary summary =
            tcp ? analysis::summarise(context.recording, context.analysis, i) : analysis::FlowSummary{};
        table.add({fmt::format("{}", i), tcp ? "TCP" : "UDP",
                   endpoint_text(context.recording, flow.end(Side::kInitiator).endpoint),
                   endpoint_text(context.recording, flow.end(Side::kResponder).endpoint),
                   fmt::format("{}/{}", sums.packets[0], sums.packets[1]),
                   fmt::format("{}/{}", sums.bytes[0], sums.bytes[1]), time(sums.first_ns),
                   format_duration(sums.last_ns - sums.first_ns), tcp ? course_of(summary) : ""});
        if (tcp) add_notes(context, flow, summary, table);
        if (table.rows_waiting() >= kRowsAtOnce && !write_out(table.take_lines())) return false;
    }
    return write_out(table.take_lines());
}

}  // namespace wirestory::cli
