// An actor's IPv6 address: derived from its IPv4 address, not stored, so that the sandbox that assigns it, the runner
// that binds it and everybody who reads a recording agree. 127.0.0.2 is fd00::2, 10.0.1.2 is fd00::102 (a unique local
// address, RFC 4193). Pure; no errors.
#pragma once

#include <array>
#include <span>

#include "recording/recording.hpp"

namespace wirestory {

inline IpAddress ipv6_companion(const IpAddress& v4) {
    if (v4.version != IpVersion::kV4) return {};
    std::array<std::uint8_t, 16> bytes{0xfd};
    for (std::size_t i = 1; i < 4; ++i) bytes[12 + i] = v4.bytes[i];
    return IpAddress::v6(bytes);
}

inline bool has_address(const Actor& actor, const IpAddress& address) {
    if (address.version == IpVersion::kNone) return false;
    return actor.address == address || ipv6_companion(actor.address) == address;
}

// Who is at an address: kNoActor when no actor is. The one place where packets get their actors.
inline ActorId actor_at(std::span<const Actor> actors, const IpAddress& address) {
    for (std::size_t i = 0; i < actors.size(); ++i) {
        if (has_address(actors[i], address)) return static_cast<ActorId>(i);
    }
    return kNoActor;
}

}  // namespace wirestory
