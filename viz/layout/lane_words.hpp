// The timeline's and the ladder's own words. What protocols, calls and kernels call by a name of
// their own (SYN, FIN_WAIT1, send) keeps it in every language.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/locale.hpp"
#include "recording/tcp_state.hpp"

namespace wirestory::viz {

enum class LaneWord : std::uint8_t {
    kCalls,
    kState,
    kSendBuffer,
    kReceiveBuffer,
    kWire,
    kFindings,
    kPeak,          // "peak 11 B": {} is the size
    kNotShown,      // "3 not shown": {} is the count
    kSqueezed,      // "40.1 ms squeezed": {} is the time
    kNeverReturns,  // of a call
    kReturns,       // "... close returns"
};
constexpr std::size_t kLaneWordCount = 11;

std::string_view lane_word(LaneWord word, Language language);
// The word with its {} filled in.
std::string lane_word(LaneWord word, Language language, std::string_view value);

// A state's name, then shorter forms that cannot be taken for another state's: for boxes too narrow for the name.
std::vector<std::string_view> state_names(TcpState state);

}  // namespace wirestory::viz
