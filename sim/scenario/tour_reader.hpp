// Reads `tour:`: the stops of a guided walk. A place is a step of the story (`client.send("world")`,
// `server.conn.recv`, `client.send("x")#2`) or a packet (`client > server SYN`), and a step must exist. Mistakes go to
// the context.
#pragma once

#include "sim/scenario/parse_context.hpp"
#include "sim/scenario/step_lexer.hpp"

namespace wirestory::sim {

// A place at the cursor: a call (`client.send("x")#2`, `server.conn.recv`) of the story.
std::optional<TourPlace> parse_call_place(TokenCursor& cursor, ParseContext& context);
void read_tour(const YamlNode& node, ParseContext& context);

}  // namespace wirestory::sim
