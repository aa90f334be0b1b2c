// Reads `tour:`: the stops of a guided walk. A place is a step of the story (`client.send("world")`,
// `server.conn.recv`, `client.send("x")#2`) or a packet (`client > server SYN`), and a step must exist. Mistakes go to
// the context.
#pragma once

#include "sim/scenario/parse_context.hpp"

namespace wirestory::sim {

void read_tour(const YamlNode& node, ParseContext& context);

}  // namespace wirestory::sim
