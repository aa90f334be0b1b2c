#include "analysis/analysis.hpp"

#include <algorithm>

#include "analysis/call_index.hpp"
#include "analysis/datagrams.hpp"
#include "analysis/findings/finders.hpp"
#include "analysis/flow_table.hpp"
#include "analysis/index_builder.hpp"
#include "analysis/late_details.hpp"
#include "analysis/ledger_builder.hpp"
#include "analysis/socket_binding.hpp"
#include "analysis/states.hpp"

namespace wirestory::analysis {
namespace {

// Ledgers, states and findings take ten times what the columns do; a capture of up to this many packets gets all.
constexpr std::size_t kAllInDetailPackets = 100'000;
constexpr std::size_t kIndexedBetweenWatches = std::size_t{1} << 15U;  // packets: a few milliseconds

const Datagram* find_datagram(const std::vector<DatagramKey>& keys, const std::vector<Datagram>& datagrams,
                              std::uint32_t event) {
    const auto found = std::lower_bound(keys.begin(), keys.end(), DatagramKey{event, 0});
    return found == keys.end() || found->event != event ? nullptr : &datagrams[found->datagram];
}

// What follows the index of the packets.
void conclude(const Recording& recording, FlowTableResult table, Analysis& analysis) {
    const CallIndex calls(recording);
    analysis.socket_ends = bind_sockets(calls, table.flows);
    analysis.detail.everything = recording.packets.size() <= kAllInDetailPackets;
    if (!analysis.detail.everything) analysis.late = std::make_shared<LateDetails>(recording);
    analysis.streams = build_ledgers(calls, analysis.sightings, table.packets, table.flows, analysis.detail);
    DatagramResult datagrams = match_datagrams(calls, table, analysis.sightings, analysis.detail);
    analysis.datagrams = std::move(datagrams.datagrams);
    analysis.datagram_queues = std::move(datagrams.queues);
    analysis.datagrams_by_packet = std::move(datagrams.by_packet);
    analysis.datagrams_by_call = std::move(datagrams.by_call);
    analysis.datagrams_by_icmp = std::move(datagrams.by_icmp);
    analysis.icmp_errors = std::move(table.icmp_errors);
    analysis.fragments = std::move(table.fragments);
    analysis.states = infer_states(calls, analysis.sightings, table.packets, table.flows, analysis.detail);
    analysis.listens = find_listens(calls);
    analysis.packets = std::move(table.packets);
    analysis.flows = std::move(table.flows);
    analysis.latencies = measure_latencies(calls, analysis);
    analysis.findings = find_all({calls, analysis});
}

}  // namespace

const StreamLedger* Analysis::stream(StreamId id) const {
    if (late && id.flow < flows.size() && !detail.covers(flows[id.flow])) {
        return flows[id.flow].transport == capture::Transport::kTcp ? &late->ledger(*this, id) : nullptr;
    }
    const auto found = std::lower_bound(streams.begin(), streams.end(), id,
                                        [](const StreamLedger& ledger, StreamId wanted) { return ledger.id < wanted; });
    return found == streams.end() || found->id != id ? nullptr : &*found;
}

std::span<const Finding> Analysis::late_findings(FlowId flow) const {
    if (!has_late(flow)) return {};
    return late->findings(*this, flow);
}

std::vector<Finding> Analysis::find_late(FlowId flow) const {
    return has_late(flow) ? late->find(*this, flow) : std::vector<Finding>{};
}

std::vector<StateSpan> Analysis::late_states(FlowId flow) const {
    return has_late(flow) ? late->states(*this, flow) : std::vector<StateSpan>{};
}

bool Analysis::has_late(FlowId flow) const {
    return late && flow < flows.size() && !detail.covers(flows[flow]) &&
           flows[flow].transport == capture::Transport::kTcp;
}

bool Analysis::lacks_ledgers(FlowId flow) const { return has_late(flow) && !late->has_ledger(flow); }

std::span<const SocketEnd> Analysis::ends_of(SocketId socket) const {
    const auto first = std::partition_point(socket_ends.begin(), socket_ends.end(),
                                            [&](const SocketEnd& end) { return end.socket < socket; });
    const auto last =
        std::partition_point(first, socket_ends.end(), [&](const SocketEnd& end) { return end.socket == socket; });
    return {first, last};
}

const Datagram* Analysis::datagram_of_packet(std::uint32_t packet) const {
    return find_datagram(datagrams_by_packet, datagrams, packet);
}

const Datagram* Analysis::datagram_of_call(std::uint32_t call) const {
    return find_datagram(datagrams_by_call, datagrams, call);
}

Analysis analyse(const Recording& recording) {
    Analysis analysis;
    analysis.sightings = Sightings(recording);
    conclude(recording, build_flow_table(recording, analysis.sightings), analysis);
    return analysis;
}

std::optional<Analysis> analyse(const Recording& recording, const WorkWatch& watch) {
    Analysis analysis;
    analysis.sightings = Sightings(recording);
    IndexBuilder builder(recording, analysis.sightings);
    while (builder.added() < builder.total()) {
        builder.add(kIndexedBetweenWatches);
        if (!watch(builder.added(), builder.total())) return std::nullopt;
    }
    conclude(recording, builder.finish(), analysis);
    return analysis;
}

}  // namespace wirestory::analysis
