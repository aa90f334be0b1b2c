// Reads `expect:`: segments, never, findings, states; each checked against the facts of the story.
// Knows what may be expected, not what happens. Mistakes go to the context.
#pragma once

#include "sim/scenario/parse_context.hpp"

namespace wirestory::sim {

void read_expectations(const YamlNode& node, ParseContext& context);

}  // namespace wirestory::sim
