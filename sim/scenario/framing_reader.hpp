// read_framing(): the key `framing:`, which says where an application's messages end.
#pragma once

#include "sim/scenario/parse_context.hpp"

namespace wirestory::sim {

void read_framing(const YamlNode& node, ParseContext& context);

}  // namespace wirestory::sim
