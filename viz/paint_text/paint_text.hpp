// Paints a Scene that was laid out in character cells as lines of text: box drawing or ASCII, with ANSI colours on
// request. Knows nothing of terminals: the caller says what they can do.
#pragma once

#include <string>

#include "viz/layout/scene.hpp"

namespace wirestory::viz {

struct TextStyle {
    bool unicode = true;  // false: ASCII only, other characters become '?'
    bool colour = false;  // ANSI SGR, 256 colours that are readable on dark and on light
};

// Lines end with '\n' and never with blanks.
std::string paint_text(const Scene& scene, const TextStyle& style);

// One line of text in a role's colour, for headings and lists around a scene.
std::string paint_words(std::string_view text, Role role, const TextStyle& style);

}  // namespace wirestory::viz
