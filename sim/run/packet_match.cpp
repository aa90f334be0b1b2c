#include "sim/run/packet_match.hpp"

#include <algorithm>

namespace wirestory::sim {

namespace {

constexpr std::uint16_t kComparedFlags = 0x3F;  // FIN SYN RST PSH ACK URG (RFC 9293, 3.1)

bool matches_besides_flags(const PacketPattern& pattern, const SeenPacket& packet) {
    if (pattern.from != kNoActor && pattern.from != packet.from) return false;
    if (pattern.to != kNoActor && pattern.to != packet.to) return false;
    if (!pattern.protocol.empty() && pattern.protocol != packet.protocol) return false;
    if (pattern.tcp_flags && packet.protocol != "tcp") return false;
    if (pattern.payload_bytes && *pattern.payload_bytes != packet.payload_bytes) return false;
    return !pattern.payload ||
           std::equal(pattern.payload->begin(), pattern.payload->end(), packet.payload.begin(), packet.payload.end());
}

}  // namespace

bool matches(const PacketPattern& pattern, const SeenPacket& packet) {
    if (!matches_besides_flags(pattern, packet)) return false;
    return !pattern.tcp_flags || (packet.tcp_flags & kComparedFlags) == (*pattern.tcp_flags & kComparedFlags);
}

bool matches_at_least(const PacketPattern& pattern, const SeenPacket& packet) {
    if (!matches_besides_flags(pattern, packet)) return false;
    const std::uint16_t wanted = pattern.tcp_flags.value_or(0) & kComparedFlags;
    return (packet.tcp_flags & wanted) == wanted;
}

}  // namespace wirestory::sim
