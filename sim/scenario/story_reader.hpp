// Reads `story:`: its steps in order, with the sockets that exist at each, and leaves the facts that the expectations
// are checked against. One mistake does not hide the next: every step is read.
#pragma once

#include "sim/scenario/parse_context.hpp"

namespace wirestory::sim {

// `link`: the value of the scenario's `link:`, or null.
void read_story(const YamlNode& story, const YamlNode* link, const SourceSpan& link_key, ParseContext& context);

}  // namespace wirestory::sim
