#include "tests/support/over_wire.hpp"

#include <algorithm>

#include "recording/frame_fingerprint.hpp"

namespace wirestory::test {

namespace {

constexpr std::size_t kSourceAddress = 14 + 12;  // in an Ethernet frame with IPv4
constexpr std::size_t kDestinationAddress = kSourceAddress + 4;

ActorId actor_at(const Recording& recording, ByteView frame, std::size_t offset) {
    for (std::size_t i = 0; i < recording.actors.size(); ++i) {
        const auto address = recording.actors[i].address.v4_host_order();
        bool same = frame.size() >= offset + 4;
        for (unsigned byte = 0; same && byte < 4; ++byte) {
            same = std::to_integer<unsigned>(frame[offset + byte]) == (address >> (24U - 8U * byte) & 0xFFU);
        }
        if (same) return static_cast<ActorId>(i);
    }
    return kNoActor;
}

WireFate fate_of(const PacketRecord& packet, ActorId from, ActorId to, std::uint64_t number) {
    WireFate fate;
    fate.packet_number = number;
    fate.from = from;
    fate.to = to;
    fate.size_bytes = packet.original_bytes;
    fate.entered_ns = packet.time_ns + kMicrosecondNs;
    fate.fingerprint = fate.left_fingerprint = frame_fingerprint(packet.frame, packet.original_bytes);
    return fate;
}

}  // namespace

Recording over_wire(const Recording& flat, const std::function<Way(std::uint32_t, TimeNs)>& way, bool with_ids) {
    Recording wire = flat;
    wire.packets = PacketTable{};
    wire.taps.clear();
    for (std::size_t i = 0; i < flat.actors.size(); ++i) {
        Tap tap;
        tap.name = flat.actors[i].name + " eth0";
        tap.actor = static_cast<ActorId>(i);
        wire.taps.push_back(tap);
    }
    for (std::uint32_t i = 0; i < flat.packets.size(); ++i) {
        PacketRecord packet = flat.packets.record(i);
        const ActorId from = actor_at(flat, packet.frame, kSourceAddress);
        const ActorId to = actor_at(flat, packet.frame, kDestinationAddress);
        packet.packet_id = with_ids ? i + 1U : 0;
        packet.tap = from;
        packet.flags = static_cast<std::uint32_t>(PacketDirection::kOutbound);
        wire.packets.append_copy(packet);
        const Way went = way(i, packet.time_ns);
        WireFate fate = fate_of(packet, from, to, i + 1U);
        fate.packet_id = packet.packet_id;
        fate.copies = static_cast<std::uint8_t>(went.arrivals.size());
        if (went.arrivals.empty()) {
            fate.cause = went.cause;
            wire.fates.push_back(fate);
        }
        packet.tap = to;
        packet.flags = static_cast<std::uint32_t>(PacketDirection::kInbound);
        for (const TimeNs arrival : went.arrivals) {
            fate.sent_ns = fate.entered_ns;
            fate.due_ns = fate.left_ns = arrival - 1;
            wire.fates.push_back(fate);
            ++fate.copy;
            packet.time_ns = arrival;
            wire.packets.append_copy(packet);
        }
    }
    wire.packets.sort_by_time();
    std::stable_sort(wire.fates.begin(), wire.fates.end(),
                     [](const WireFate& a, const WireFate& b) { return a.entered_ns < b.entered_ns; });
    return wire;
}

}  // namespace wirestory::test
