// One line a flow: who, how much in each direction, when, how it ended. With a filter only its packets count.
#include <fmt/format.h>

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

// How a TCP connection began and ended, as far as the capture shows it.
std::string course_of(const Flow& flow) {
    if (flow.transport != capture::Transport::kTcp) return {};
    const analysis::FlowMarks& marks = flow.marks;
    const auto seen = [](std::uint32_t packet) { return packet != analysis::kNoPacket; };
    if (seen(marks.rst)) return !seen(marks.syn_ack) && seen(marks.syn) ? "refused" : "reset";
    if (seen(marks.fin[0]) && seen(marks.fin[1])) return "closed";
    if (seen(marks.fin[0]) || seen(marks.fin[1])) return "half closed";
    return seen(marks.syn) && !seen(marks.syn_ack) ? "no answer" : "open";
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
        table.add({fmt::format("{}", i), flow.transport == capture::Transport::kTcp ? "TCP" : "UDP",
                   endpoint_text(context.recording, flow.end(Side::kInitiator).endpoint),
                   endpoint_text(context.recording, flow.end(Side::kResponder).endpoint),
                   fmt::format("{}/{}", sums.packets[0], sums.packets[1]),
                   fmt::format("{}/{}", sums.bytes[0], sums.bytes[1]), time(sums.first_ns),
                   format_duration(sums.last_ns - sums.first_ns), course_of(flow)});
        if (table.rows_waiting() >= kRowsAtOnce && !write_out(table.take_lines())) return false;
    }
    return write_out(table.take_lines());
}

}  // namespace wirestory::cli
