#include "sim/run/packet_match.hpp"

#include <algorithm>

namespace wirestory::sim {

namespace {

constexpr std::uint16_t kComparedFlags = 0x3F;  // FIN SYN RST PSH ACK URG (RFC 9293, 3.1)

}  // namespace

bool matches(const PacketPattern& pattern, const SeenPacket& packet) {
    if (pattern.from != kNoActor && pattern.from != packet.from) return false;
    if (pattern.to != kNoActor && pattern.to != packet.to) return false;
    if (!pattern.protocol.empty() && pattern.protocol != packet.protocol) return false;
    if (pattern.tcp_flags) {
        if (packet.protocol != "tcp") return false;
        if ((packet.tcp_flags & kComparedFlags) != (*pattern.tcp_flags & kComparedFlags)) return false;
    }
    if (pattern.payload_bytes && *pattern.payload_bytes != packet.payload_bytes) return false;
    if (pattern.payload &&
        !std::equal(pattern.payload->begin(), pattern.payload->end(), packet.payload.begin(), packet.payload.end())) {
        return false;
    }
    return true;
}

}  // namespace wirestory::sim
