// The values of socket options between the story and the kernel: what setsockopt gets, what getsockopt gave. Any
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/run/prepared_call.hpp"

namespace wirestory::sim {

// Fills option, option_value and option_bytes from the step's arguments; a phrase when a value does not fit.
Status set_option(const CallStep& step, const PrepareContext& context, PreparedCall& prepared);
// SO_RCVTIMEO, SO_SNDTIMEO.
void set_timeval_option(PreparedCall& prepared, std::string_view name, DurationNs duration_ns);

// Text of an option's value as getsockopt gave it, and the number when it is one.
struct OptionText {
    std::string text;
    std::optional<std::int64_t> number;  // kInt, kTcpInfo: the value; kTimeval: nanoseconds
};
OptionText option_text(const PreparedCall& prepared);

}  // namespace wirestory::sim
