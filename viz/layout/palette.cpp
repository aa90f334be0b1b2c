#include "viz/layout/palette.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace wirestory::viz {

namespace {

constexpr Rgba kNone{0, 0, 0, 0};
constexpr Rgba kDarkGround{0x14, 0x18, 0x1F};
constexpr Rgba kLightGround{0xFF, 0xFF, 0xFF};
constexpr Rgba kDarkText{0xE8, 0xEB, 0xF0};
constexpr Rgba kLightText{0x1A, 0x1E, 0x25};
constexpr Rgba kVermillion{0xD5, 0x5E, 0x00};

// Sky blue, orange, bluish green, reddish purple, yellow, blue. Vermillion is kept for what fails.
constexpr std::array<Rgba, kMessageColours> kHues{{{0x56, 0xB4, 0xE9},
                                                   {0xE6, 0x9F, 0x00},
                                                   {0x00, 0x9E, 0x73},
                                                   {0xCC, 0x79, 0xA7},
                                                   {0xF0, 0xE4, 0x42},
                                                   {0x00, 0x72, 0xB2}}};

Rgba mix(Rgba a, Rgba b, double share_of_a) {
    const auto channel = [share_of_a](std::uint8_t x, std::uint8_t y) {
        return static_cast<std::uint8_t>(std::lround(x * share_of_a + y * (1 - share_of_a)));
    };
    return {channel(a.r, b.r), channel(a.g, b.g), channel(a.b, b.b), 255};
}

Rgba ground(Theme theme) { return theme == Theme::kDark ? kDarkGround : kLightGround; }
Rgba ink(Theme theme) { return theme == Theme::kDark ? kDarkText : kLightText; }

const Rgba& hue(std::int16_t message) { return kHues[static_cast<std::size_t>(message) % kHues.size()]; }

// Strong enough to be seen as a line on the theme's ground, still the same hue.
Rgba as_line(Rgba colour, Theme theme) {
    return theme == Theme::kDark ? mix(colour, {0xFF, 0xFF, 0xFF}, 0.85) : mix(colour, {0, 0, 0}, 0.78);
}
Rgba as_fill(Rgba colour, Theme theme, double share) { return mix(colour, ground(theme), share); }

double fill_share(Theme theme) { return theme == Theme::kDark ? 0.41 : 0.48; }

bool coloured_by_message(Role role) {
    switch (role) {
        case Role::kCall:
        case Role::kCallBlocked:
        case Role::kUnsent:
        case Role::kInFlight:
        case Role::kUnread:
        case Role::kSegment:
        case Role::kDatagram: return true;
        default: return false;
    }
}

Rgba role_hue(Role role, Theme theme) {
    const bool dark = theme == Theme::kDark;
    switch (role) {
        case Role::kCallFailed:
        case Role::kSegmentRst:
        case Role::kSegmentLost:
        case Role::kBufferLimit: return kVermillion;
        case Role::kFinding: return dark ? Rgba{0xB6, 0x9C, 0xFF} : Rgba{0x6B, 0x46, 0xC8};
        case Role::kPlayhead: return dark ? Rgba{0xFF, 0x6B, 0x5E} : Rgba{0xC8, 0x2A, 0x1E};
        case Role::kSelection: return dark ? Rgba{0xFF, 0xFF, 0xFF} : Rgba{0x00, 0x00, 0x00};
        case Role::kState:
        case Role::kStateInferred: return dark ? Rgba{0x8F, 0xA8, 0xC8} : Rgba{0x7D, 0x97, 0xB8};
        case Role::kSegmentEmpty:
        case Role::kQueued:
        case Role::kAxis:
        case Role::kAxisText: return dark ? Rgba{0x9A, 0xA6, 0xB6} : Rgba{0x5A, 0x66, 0x76};
        default: return dark ? Rgba{0x86, 0x92, 0xA4} : Rgba{0x8A, 0x95, 0xA5};
    }
}

Rgba faded(Rgba colour, Emphasis emphasis, std::uint8_t alpha) {
    if (emphasis != Emphasis::kDimmed || colour.a == 0) return colour;
    colour.a = std::min(colour.a, alpha);
    return colour;
}

double luminance(Rgba colour) {
    const auto linear = [](std::uint8_t channel) {
        const double c = channel / 255.0;
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b);
}

Rgba plain_fill(Role role, Theme theme) {
    const bool dark = theme == Theme::kDark;
    switch (role) {
        case Role::kLaneEven: return dark ? Rgba{0x1A, 0x1F, 0x28} : Rgba{0xF6, 0xF8, 0xFA};
        case Role::kLaneOdd: return dark ? Rgba{0x1F, 0x25, 0x2F} : Rgba{0xEE, 0xF1, 0xF5};
        case Role::kActorTitle: return dark ? Rgba{0x2A, 0x33, 0x40} : Rgba{0xDD, 0xE3, 0xEA};
        case Role::kAxisGap: return dark ? Rgba{0xFF, 0xFF, 0xFF, 16} : Rgba{0x00, 0x00, 0x00, 14};
        case Role::kAxis:
        case Role::kAxisTick: return mix(ink(theme), ground(theme), dark ? 0.16 : 0.14);
        case Role::kPlayhead:
        case Role::kFinding:
        case Role::kSelection: return role_hue(role, theme);
        case Role::kBufferLimit: return as_line(kVermillion, theme);
        case Role::kStateInferred: return as_fill(role_hue(role, theme), theme, 0.14);
        case Role::kState: return as_fill(role_hue(role, theme), theme, 0.34);
        case Role::kCallOpen: return as_fill(role_hue(role, theme), theme, 0.20);
        case Role::kCallBlocked: return as_fill(role_hue(role, theme), theme, 0.26);
        case Role::kLaneTitle:
        case Role::kAxisText:
        case Role::kText:
        case Role::kTextDim:
        case Role::kTextStrong: return kNone;
        default: return as_fill(role_hue(role, theme), theme, fill_share(theme));
    }
}

}  // namespace

Rgba background_colour(Theme theme) { return ground(theme); }

Rgba fill_colour(Role role, std::int16_t message, Theme theme, Emphasis emphasis) {
    Rgba colour = plain_fill(role, theme);
    if (message >= 0 && coloured_by_message(role)) {
        const bool waiting = role == Role::kUnsent || role == Role::kCallBlocked;
        colour = as_fill(hue(message), theme, waiting ? fill_share(theme) * 0.5 : fill_share(theme));
    }
    return faded(colour, emphasis, 56);
}

Rgba line_colour(Role role, std::int16_t message, Theme theme, Emphasis emphasis) {
    const bool structure = role == Role::kLaneEven || role == Role::kLaneOdd || role == Role::kActorTitle ||
                           role == Role::kAxisGap || role == Role::kText || role == Role::kTextDim ||
                           role == Role::kTextStrong || role == Role::kLaneTitle;
    if (structure) return kNone;
    if (role == Role::kAxisTick) return plain_fill(role, theme);
    if (emphasis == Emphasis::kSelected) return role_hue(Role::kSelection, theme);
    const Rgba colour = message >= 0 && coloured_by_message(role) ? hue(message) : role_hue(role, theme);
    return faded(as_line(colour, theme), emphasis, 80);
}

Rgba text_colour(Role role, Theme theme, Emphasis emphasis) {
    Rgba colour = ink(theme);
    switch (role) {
        case Role::kTextDim:
        case Role::kAxisText:
        case Role::kLaneTitle: colour = mix(ink(theme), ground(theme), 0.72); break;
        case Role::kFinding:
        case Role::kPlayhead: colour = role_hue(role, theme); break;
        case Role::kSegmentRst:
        case Role::kSegmentLost:
        case Role::kCallFailed:
        case Role::kBufferLimit:
            colour = theme == Theme::kDark ? Rgba{0xFF, 0xA8, 0x78} : Rgba{0x8F, 0x38, 0x00};
            break;
        default: break;
    }
    return faded(colour, emphasis, 110);
}

Rgba blend(Rgba over, Rgba under) { return mix(over, under, over.a / 255.0); }

double contrast_ratio(Rgba a, Rgba b) {
    const double la = luminance(a);
    const double lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

}  // namespace wirestory::viz
