#include "viz/app/inspect_latency.hpp"

#include <algorithm>

namespace wirestory::viz {

std::vector<const analysis::MessageLatency*> latencies_of(const analysis::Analysis& analysis, EventRef event,
                                                          const analysis::ByteTrace& bytes, std::size_t most) {
    std::vector<const analysis::MessageLatency*> found;
    const auto add = [&](analysis::StreamId stream, std::uint32_t number) {
        const analysis::MessageLatency* latency = analysis::latency_of(analysis, stream, number);
        if (latency != nullptr && found.size() < most) found.push_back(latency);
    };
    const analysis::Datagram* datagram = nullptr;
    if (event.kind == EventKind::kCall) datagram = analysis.datagram_of_call(event.index);
    if (event.kind == EventKind::kPacket) datagram = analysis.datagram_of_packet(event.index);
    if (datagram != nullptr) {
        add({datagram->flow, datagram->from}, datagram->number);
        return found;
    }
    const analysis::StreamLedger* ledger = analysis.stream(bytes.stream);
    if (ledger == nullptr || bytes.range.empty()) return found;
    for (const analysis::Message& message : ledger->messages_in(bytes.range)) {
        if (found.size() >= most) break;
        add(bytes.stream, message.number);
    }
    return found;
}

std::vector<PartSum> part_sums(const analysis::MessageLatency& latency) {
    std::vector<PartSum> sums;
    for (const analysis::LatencySlice& slice : latency.slices) {
        const auto known =
            std::find_if(sums.begin(), sums.end(), [&](const PartSum& sum) { return sum.part == slice.part; });
        if (known == sums.end()) {
            sums.push_back({slice.part, slice.end_ns - slice.begin_ns});
        } else {
            known->sum_ns += slice.end_ns - slice.begin_ns;
        }
    }
    return sums;
}

}  // namespace wirestory::viz
