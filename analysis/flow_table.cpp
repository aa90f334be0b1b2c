#include "analysis/flow_table.hpp"

#include <thread>

#include "analysis/index_builder.hpp"

namespace wirestory::analysis {
namespace {

constexpr std::size_t kWorthTwoThreads = 200'000;  // packets: less takes a few milliseconds

}  // namespace

capture::DecodedPacket decode_packet(const Recording& recording, std::uint32_t index) {
    const PacketTable& packets = recording.packets;
    const TapId tap = packets.tap(index);
    const std::uint32_t link_type =
        tap < recording.taps.size() ? recording.taps[tap].link_type : capture::kLinkEthernet;
    return capture::decode(packets.frame(index), link_type, packets.original_bytes(index));
}

FlowTableResult build_flow_table(const Recording& recording, const Sightings& sightings) {
    IndexBuilder builder(recording, sightings);
    const bool large = recording.packets.size() >= kWorthTwoThreads;
    builder.add_all(large && std::thread::hardware_concurrency() > 1 ? 2 : 1);
    return builder.finish();
}

}  // namespace wirestory::analysis
