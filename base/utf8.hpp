// UTF-8, character by character. Pure; the functions are in text.cpp beside those of display width.
#pragma once

#include <cstddef>
#include <string_view>

namespace wirestory {

// Bytes of the first character; 0 when the text begins with none (broken or cut UTF-8, or nothing at all).
std::size_t utf8_length(std::string_view utf8);

}  // namespace wirestory
