// The expectations of one line each that measure something: messages, buffers, counts, lost, times (see
// sim/scenario/expectation.hpp). Knows their words; mistakes go to the context.
#pragma once

#include "sim/scenario/parse_context.hpp"

namespace wirestory::sim {

void read_message_expectations(const YamlNode& node, ParseContext& context);
void read_buffer_expectations(const YamlNode& node, ParseContext& context);
void read_count_expectations(const YamlNode& node, ParseContext& context);
void read_lost_expectations(const YamlNode& node, ParseContext& context);
void read_time_expectations(const YamlNode& node, ParseContext& context);

}  // namespace wirestory::sim
