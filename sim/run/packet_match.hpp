// Does a captured packet fit a pattern of the story? One rule for `until: packet(...)`, `expect.segments`, `never` and
// the stops of a tour. Pure.
#pragma once

#include "sim/run/stage.hpp"
#include "sim/scenario/scenario.hpp"

namespace wirestory::sim {

// Flags must be exactly those of the pattern, ECE, CWR and AE aside: they depend on the machine's ECN settings.
bool matches(const PacketPattern& pattern, const SeenPacket& packet);

// The same, but the packet may carry further flags: what `never: [RST]` means, whom a RST ACK must not slip by.
bool matches_at_least(const PacketPattern& pattern, const SeenPacket& packet);

}  // namespace wirestory::sim
