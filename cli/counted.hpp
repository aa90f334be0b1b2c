// Counts in a sentence, in the process's language: "1 packet", "3 packets".
#pragma once

#include <string>

#include "base/messages.hpp"

namespace wirestory::cli {

// Both messages have one placeholder; given as tr_later("{} packet").
inline std::string counted(std::size_t count, const char* one, const char* many) {
    return fmt::format(fmt::runtime(tr(count == 1 ? one : many)), count);
}

}  // namespace wirestory::cli
