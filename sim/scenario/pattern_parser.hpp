// Packet patterns: `client > server: PSH ACK "hello"`, `udp 500 bytes`, `RST`.
// Knows the words of a pattern and the story's actors; whether such a packet can occur is check_reachable().
#pragma once

#include <optional>
#include <string_view>

#include "sim/scenario/parse_context.hpp"
#include "sim/scenario/step_lexer.hpp"

namespace wirestory::sim {

// At the cursor, to the first token that is no part of it. `yaml_took_quotes`: YAML removed double quotes around it.
std::optional<PacketPattern> parse_pattern(TokenCursor& cursor, ParseContext& context, bool yaml_took_quotes = false);
// A node that is a text, or a mapping with the actors as its key, as `client > server: SYN` is for YAML.
// `number` takes the N of a trailing `#N` where that is allowed (not null).
std::optional<PacketPattern> parse_pattern_node(const YamlNode& node, ParseContext& context,
                                                std::uint32_t* number = nullptr);
// `#N` at the cursor if there is one; false after a mistake.
bool parse_occurrence(TokenCursor& cursor, ParseContext& context, std::uint32_t& number);

// Reports a pattern that no packet of this story can match (a mistake, or a warning for what must never happen).
enum class Unreachable { kError, kWarning };
bool check_reachable(const PacketPattern& pattern, ParseContext& context, Unreachable severity);

}  // namespace wirestory::sim
