// libFuzzer: a whole file, as the viewer opens it: reader, index, TCP analysis, ledgers, states, findings. What comes
// out must hold together.
#include <cstdlib>
#include <memory>

#include "analysis/analysis.hpp"
#include "capture/source/pcap_file.hpp"
#include "recording/recording_reader.hpp"

namespace {

using namespace wirestory;

void check(const Recording& recording, const analysis::Analysis& analysis) {
    if (analysis.packets.size() != recording.packets.size()) std::abort();
    for (analysis::FlowId id = 0; id < analysis.flows.size(); ++id) {
        const auto& flow = analysis.flows[id];
        if (flow.packets.empty() || flow.first_ns > flow.last_ns) std::abort();
        std::uint32_t before = 0;
        for (const std::uint32_t packet : flow.packets) {
            if (packet < before || packet >= recording.packets.size()) std::abort();
            if (analysis.packets.flow[packet] != id) std::abort();
            before = packet;
        }
    }
    for (const analysis::Finding& finding : analysis.findings) {
        if (finding.end_ns < finding.begin_ns) std::abort();
        for (const EventRef event : finding.events) {
            if (event.kind == EventKind::kPacket && event.index >= recording.packets.size()) std::abort();
        }
    }
    for (const analysis::StreamLedger& ledger : analysis.streams) {
        for (const analysis::Carried& carried : ledger.carried) {
            if (carried.range.empty() || carried.range.end > ledger.total_bytes) std::abort();
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const ByteView file(reinterpret_cast<const std::byte*>(data), size);
    auto read = capture::is_pcap(file) ? capture::read_pcap(file, nullptr) : read_pcapng(file, nullptr);
    if (!read) return 0;
    const Recording recording = std::move(*read);
    check(recording, analysis::analyse(recording));
    return 0;
}
