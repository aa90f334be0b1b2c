// `- repeat: { times: 3, steps: [...] }`: the steps written out, with `${i}` (1, 2, 3; another name with `as: k`)
// replaced in actors, sockets and texts. Each copy still knows its place in the file. Bounded: no file grows into
// more than 10,000 steps or 4 MiB of text. Mistakes go to the context.
#pragma once

#include <vector>

#include "sim/scenario/parse_context.hpp"

namespace wirestory::sim {

std::vector<YamlNode> expand_repeats(const YamlNode& story, ParseContext& context);

}  // namespace wirestory::sim
