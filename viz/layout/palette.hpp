// The one table of colours for all painters: role, message number, theme and emphasis -> RGBA. Pure data. Hues follow
// Okabe and Ito ("Color Universal Design", 2008), told apart by people with any kind of colour blindness. Text inside
// a filled box is readable by construction (WCAG 2.1 contrast of at least 4.5; under test). Alpha 0 means: do not draw.
#pragma once

#include <cstdint>

#include "viz/layout/scene.hpp"

namespace wirestory::viz {

struct Rgba {
    std::uint8_t r = 0;
    std::uint8_t g = 0;
    std::uint8_t b = 0;
    std::uint8_t a = 255;
    bool operator==(const Rgba&) const = default;
};

enum class Theme : std::uint8_t { kDark, kLight };

constexpr int kMessageColours = 6;  // a box's or arrow's `message` is taken modulo this

Rgba background_colour(Theme theme);
Rgba fill_colour(Role role, std::int16_t message, Theme theme, Emphasis emphasis);
Rgba line_colour(Role role, std::int16_t message, Theme theme, Emphasis emphasis);  // outlines and arrows
Rgba text_colour(Role role, Theme theme, Emphasis emphasis);

// `over` blended onto `under`, opaque.
Rgba blend(Rgba over, Rgba under);
// WCAG 2.1, 1.4.3: 1 (equal) .. 21 (black on white). Alpha is not looked at: blend first.
double contrast_ratio(Rgba a, Rgba b);

}  // namespace wirestory::viz
