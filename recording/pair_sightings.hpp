// pair_sightings(): gives the sightings of one packet at several taps, and what the wire told of it, one packet id. The
// wire's own account decides (n-th frame with these bytes on this path); what it does not speak of is paired by
// content. Packets that have ids keep them. O(n log n); any recording, also a damaged one.
#pragma once

#include "recording/recording.hpp"

namespace wirestory {

// Packets and fates must be sorted by time. Does nothing unless two taps say whose they are (Tap::actor).
void pair_sightings(Recording& recording);

}  // namespace wirestory
