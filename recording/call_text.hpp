// The words of a call, in parts, for those who print it otherwise than format_call() does: the journal entries of a
// call that slept need what was asked and what came back apart. Pure; ids that name nothing print as nothing.
#pragma once

#include <string>

#include "recording/recording.hpp"

namespace wirestory {

// `conn.recv` or `send`.
std::string call_name_text(const Recording& recording, const Call& call);
// `5`, `"helloworld!"`, `conn`, `-1 EAGAIN`; empty when success is all there is to say (an unnamed socket()).
std::string call_result_text(const Recording& recording, const Call& call);

}  // namespace wirestory
