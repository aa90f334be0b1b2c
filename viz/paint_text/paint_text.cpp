#include "viz/paint_text/paint_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "viz/layout/palette.hpp"

namespace wirestory::viz {

namespace {

// How a cell is painted, as the parameters of one SGR sequence; index 0 is plain.
using Look = std::uint8_t;
constexpr std::array<std::string_view, 14> kSgr{"",        "38;5;244", "1",         "38;5;38", "38;5;172",
                                                "38;5;36", "38;5;169", "38;5;142",  "38;5;33", "1;38;5;166",
                                                "38;5;98", "38;5;67",  "1;38;5;98", "7"};
constexpr Look kPlain = 0;
constexpr Look kDim = 1;
constexpr Look kStrong = 2;
constexpr Look kFirstMessage = 3;  // kMessageColours of them
constexpr Look kFailure = 9;
constexpr Look kNote = 10;
constexpr Look kStateLook = 11;
constexpr Look kInverse = 13;

bool takes_message(Role role) {
    return role == Role::kSegment || role == Role::kDatagram || role == Role::kCall || role == Role::kCallBlocked;
}

Look look_of(Role role, std::int16_t message, Emphasis emphasis) {
    if (emphasis == Emphasis::kSelected) return kInverse;
    if (emphasis == Emphasis::kDimmed) return kDim;
    if (message >= 0 && takes_message(role)) return static_cast<Look>(kFirstMessage + message % kMessageColours);
    switch (role) {
        case Role::kCallFailed:
        case Role::kCallOpen:
        case Role::kSegmentRst:
        case Role::kSegmentLost: return kFailure;
        case Role::kFinding: return kNote;
        case Role::kActorTitle:
        case Role::kTextStrong: return kStrong;
        case Role::kState:
        case Role::kStateInferred: return kStateLook;
        case Role::kTextDim:
        case Role::kAxis:
        case Role::kAxisGap:
        case Role::kAxisText: return kDim;
        default: return kPlain;
    }
}

struct Glyph {
    std::string_view unicode;
    std::string_view ascii;
};
constexpr Glyph kVertical{"│", "|"};
constexpr Glyph kThick{"┃", "#"};
constexpr Glyph kDotted{"┊", ":"};
constexpr Glyph kHorizontal{"─", "-"};
constexpr Glyph kCrossing{"┼", "+"};
constexpr Glyph kHeadRight{"►", ">"};
constexpr Glyph kHeadLeft{"◄", "<"};
constexpr Glyph kGoesDownRight{"╲", "\\"};  // on its way to a row further down
constexpr Glyph kGoesDownLeft{"╱", "/"};
constexpr Glyph kHeadDown{"▼", "v"};
constexpr Glyph kHeadUp{"▲", "^"};
constexpr Glyph kLost{"✗", "x"};

std::size_t character_length(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

struct Cell {
    std::string text;  // one character with its combining marks; empty: the right half of a wide one, or nothing
    Look look = kPlain;
    bool covered = false;  // right half of a wide character
};

class Canvas {
public:
    Canvas(float width, float height, const TextStyle& style)
        : columns_(extent(width)), rows_(extent(height)), cells_(columns_ * rows_), style_(style) {}

    void put(int x, int y, const Glyph& glyph, Look look) {
        put(x, y, style_.unicode ? glyph.unicode : glyph.ascii, look);
    }

    void put(int x, int y, std::string_view character, Look look) {
        if (Cell* cell = at(x, y)) *cell = {std::string{character}, look, false};
    }

    [[nodiscard]] bool holds(int x, int y, const Glyph& glyph) {
        const Cell* cell = at(x, y);
        return cell != nullptr && cell->text == (style_.unicode ? glyph.unicode : glyph.ascii);
    }

    // From left to right; wide characters take two cells, combining marks none.
    void write(int x, int y, std::string_view text, Look look) {
        while (!text.empty()) {
            const std::size_t length = std::min(character_length(text.front()), text.size());
            std::string_view character = text.substr(0, length);
            text.remove_prefix(length);
            const int width = display_width(character);
            if (!style_.unicode && static_cast<unsigned char>(character.front()) >= 0x80) character = "?";
            if (character == "?" && width != 1 && !style_.unicode) {
                for (int i = 0; i < width; ++i) put(x + i, y, "?", look);
            } else if (width == 0) {
                if (Cell* before = at(x - 1, y)) before->text += character;
            } else {
                put(x, y, character, look);
                if (Cell* half = width == 2 ? at(x + 1, y) : nullptr) *half = {"", look, true};
            }
            x += width;
        }
    }

    [[nodiscard]] std::string lines() const {
        std::string out;
        for (std::size_t y = 0; y < rows_; ++y) {
            append_line(out, y);
            out += '\n';
        }
        return out;
    }

private:
    static std::size_t extent(float length) {
        return static_cast<std::size_t>(std::clamp(std::ceil(length), 0.F, 1e6F));
    }

    Cell* at(int x, int y) {
        if (x < 0 || y < 0 || static_cast<std::size_t>(x) >= columns_ || static_cast<std::size_t>(y) >= rows_) {
            return nullptr;
        }
        return &cells_[static_cast<std::size_t>(y) * columns_ + static_cast<std::size_t>(x)];
    }

    void append_line(std::string& out, std::size_t y) const {
        const auto row = cells_.begin() + static_cast<std::ptrdiff_t>(y * columns_);
        const auto blank = [](const Cell& cell) { return !cell.covered && (cell.text.empty() || cell.text == " "); };
        auto end = row + static_cast<std::ptrdiff_t>(columns_);
        while (end != row && blank(*(end - 1))) --end;
        Look look = kPlain;
        for (auto cell = row; cell != end; ++cell) {
            if (cell->covered) continue;
            const Look wanted = blank(*cell) && cell->look != kInverse ? kPlain : cell->look;
            if (style_.colour && wanted != look) out += fmt::format("\x1b[{}m", wanted == kPlain ? "0" : sgr(wanted));
            look = wanted;
            out += cell->text.empty() ? " " : cell->text;
        }
        if (style_.colour && look != kPlain) out += "\x1b[0m";
    }

    static std::string sgr(Look look) { return "0;" + std::string{kSgr[look]}; }

    std::size_t columns_;
    std::size_t rows_;
    std::vector<Cell> cells_;
    TextStyle style_;
};

int cell_of(float coordinate) { return static_cast<int>(std::floor(std::clamp(coordinate, -1e6F, 1e6F))); }

void paint_box(Canvas& canvas, const Box& box) {
    if (box.rect.width > 1) return;  // areas have no look in a terminal; lines do
    const Glyph& glyph = box.role == Role::kCallBlocked ? kThick : box.role == Role::kAxisGap ? kDotted : kVertical;
    const Look look = look_of(box.role, kNoMessage, box.emphasis);
    for (int y = cell_of(box.rect.y); y < cell_of(box.rect.bottom()); ++y) {
        canvas.put(cell_of(box.rect.x), y, glyph, look);
    }
}

void paint_horizontal(Canvas& canvas, const Arrow& arrow, Look look) {
    const int y = cell_of(arrow.from.y);
    const int from = cell_of(arrow.from.x);
    const int to = cell_of(arrow.to.x);
    const int step = to >= from ? 1 : -1;
    const int head = to - step;
    for (int x = from + step; x != to && (step > 0 ? x < head : x > head); x += step) {
        canvas.put(x, y, canvas.holds(x, y, kVertical) ? kCrossing : kHorizontal, look);
    }
    if (arrow.cross) {
        canvas.put(head, y, kLost, look);
    } else if (!arrow.head) {
        canvas.put(head, y, step > 0 ? kGoesDownRight : kGoesDownLeft, look);
    } else {
        canvas.put(head, y, step > 0 ? kHeadRight : kHeadLeft, look);
    }
}

void paint_vertical(Canvas& canvas, const Arrow& arrow, Look look) {
    const int x = cell_of(arrow.from.x);
    const int from = cell_of(arrow.from.y);
    const int to = cell_of(arrow.to.y);
    const int step = to >= from ? 1 : -1;
    for (int y = from; y != to; y += step) canvas.put(x, y, kVertical, look);
    canvas.put(x, to, arrow.cross ? kLost : step > 0 ? kHeadDown : kHeadUp, look);
}

void paint_label(Canvas& canvas, const Label& label) {
    const TextMetrics metrics = cell_metrics();
    const std::string text = fit_text(metrics, label.text, label.max_width);
    Label shown = label;
    shown.text = text;
    const Rect place = label_rect(metrics, shown);
    const int x = cell_of(place.x);
    const int y = cell_of(place.y);
    if (label.plate) {
        canvas.put(x - 1, y, " ", kPlain);
        canvas.put(x + display_width(text), y, " ", kPlain);
    }
    canvas.write(x, y, text, look_of(label.role, label.message, label.emphasis));
}

// The few characters of ours that stand inside labels.
std::string in_ascii(std::string_view text) {
    std::string out{text};
    for (std::size_t at = out.find("▲"); at != std::string::npos; at = out.find("▲")) out.replace(at, 3, "^");
    return out;
}

}  // namespace

std::string paint_text(const Scene& scene, const TextStyle& style) {
    Canvas canvas(scene.width, scene.height, style);
    for (const Box& box : scene.boxes) paint_box(canvas, box);
    for (const Arrow& arrow : scene.arrows) {
        const Look look = look_of(arrow.role, arrow.message, arrow.emphasis);
        const bool flat = cell_of(arrow.from.y) == cell_of(arrow.to.y);
        (flat ? paint_horizontal : paint_vertical)(canvas, arrow, look);
    }
    for (const Label& label : scene.labels) {
        if (style.unicode) {
            paint_label(canvas, label);
            continue;
        }
        Label plain = label;
        plain.text = in_ascii(label.text);
        paint_label(canvas, plain);
    }
    return canvas.lines();
}

std::string paint_words(std::string_view text, Role role, const TextStyle& style) {
    const Look look = look_of(role, kNoMessage, Emphasis::kNormal);
    const std::string shown = style.unicode ? std::string{text} : in_ascii(text);
    if (!style.colour || look == kPlain) return shown;
    return fmt::format("\x1b[{}m{}\x1b[0m", kSgr[look], shown);
}

}  // namespace wirestory::viz
