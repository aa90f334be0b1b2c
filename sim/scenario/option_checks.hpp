// The values of setsockopt: as many and of the kind that the option takes. Part of check_arguments(), in a file of its
// own because options are many. Mistakes go to the context.
#pragma once

#include "sim/scenario/parse_context.hpp"
#include "sim/scenario/socket_names.hpp"
#include "sim/scenario/step_parser.hpp"

namespace wirestory::sim {

// Of a setsockopt call whose option is known. False when there was a mistake.
bool check_option_values(const CallSyntax& call, const std::string& name, const SocketOption& option,
                         ParseContext& context);

}  // namespace wirestory::sim
