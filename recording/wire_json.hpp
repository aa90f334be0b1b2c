// What a recording says of its wire as a whole, as JSON: whose each tap is, and the texts of the wire's rules.
#pragma once

#include <string>
#include <string_view>

#include "recording/recording.hpp"

namespace wirestory {

// Empty when the recording knows of no wire.
std::string wire_to_json(const Recording& recording);
// Skips what it does not understand.
void wire_from_json(std::string_view text, Recording& recording);

}  // namespace wirestory
