#include "viz/paint_imgui/paint.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <vector>

namespace wirestory::viz {

namespace {

constexpr float kCornerPx = 3;
constexpr float kHatchStepPx = 6;
constexpr float kHeadPx = 8;
constexpr float kCrossPx = 5;
constexpr float kDashPx = 4;

struct Canvas {
    ImDrawList* list;
    ImVec2 origin;
    Theme theme;
    const PaintFonts& fonts;
    std::vector<const Box*> lanes;

    [[nodiscard]] ImVec2 at(Point p) const { return {origin.x + p.x, origin.y + p.y}; }
};

bool visible(ImVec2 low, ImVec2 high, const Rect& clip) {
    return high.x >= clip.x && low.x <= clip.right() && high.y >= clip.y && low.y <= clip.bottom();
}

bool is_structure(Role role) {
    switch (role) {
        case Role::kLaneEven:
        case Role::kLaneOdd:
        case Role::kAxis:
        case Role::kAxisTick:
        case Role::kAxisGap:
        case Role::kPlayhead:
        case Role::kBufferLimit: return true;
        default: return false;
    }
}

bool hatched(Role role) {
    return role == Role::kUnsent || role == Role::kCallBlocked || role == Role::kCallOpen || role == Role::kAxisGap;
}

bool dashed(Role role) { return role == Role::kStateInferred || role == Role::kCallOpen; }

// Diagonal lines within the box. The clip rectangle cuts them, so that they need no geometry of their own.
void hatch(const Canvas& canvas, ImVec2 low, ImVec2 high, ImU32 colour, const Rect& clip) {
    const ImVec2 from{std::max(low.x, clip.x), low.y};
    const ImVec2 to{std::min(high.x, clip.right()), high.y};
    if (to.x <= from.x || to.y <= from.y) return;
    canvas.list->PushClipRect(from, to, true);
    const float height = to.y - from.y;
    // Anchored to the box, so that the pattern does not swim when the view pans.
    float x = low.x - height + std::floor((from.x - low.x) / kHatchStepPx) * kHatchStepPx;
    for (; x < to.x; x += kHatchStepPx) canvas.list->AddLine({x, to.y}, {x + height, from.y}, colour, 1.0F);
    canvas.list->PopClipRect();
}

void dashed_line(const Canvas& canvas, ImVec2 a, ImVec2 b, ImU32 colour, float thickness) {
    const float length = std::hypot(b.x - a.x, b.y - a.y);
    if (length <= 0) return;
    const ImVec2 unit{(b.x - a.x) / length, (b.y - a.y) / length};
    for (float t = 0; t < length; t += 2 * kDashPx) {
        const float end = std::min(length, t + kDashPx);
        canvas.list->AddLine({a.x + unit.x * t, a.y + unit.y * t}, {a.x + unit.x * end, a.y + unit.y * end}, colour,
                             thickness);
    }
}

void outline(const Canvas& canvas, ImVec2 low, ImVec2 high, const Box& box, ImU32 colour, float corner) {
    const float thickness = box.emphasis == Emphasis::kSelected ? 2.0F : 1.0F;
    if (!dashed(box.role)) {
        canvas.list->AddRect(low, high, colour, corner, 0, thickness);
        return;
    }
    dashed_line(canvas, low, {high.x, low.y}, colour, thickness);
    dashed_line(canvas, {low.x, high.y}, high, colour, thickness);
    canvas.list->AddLine(low, {low.x, high.y}, colour, thickness);
    if (box.role != Role::kCallOpen) canvas.list->AddLine({high.x, low.y}, high, colour, thickness);
}

void paint_box(const Canvas& canvas, const Box& box, const Rect& clip) {
    const ImVec2 low = canvas.at({box.rect.x, box.rect.y});
    const ImVec2 high = canvas.at({box.rect.right(), box.rect.bottom()});
    if (!visible(low, high, clip)) return;
    const Rgba fill = fill_colour(box.role, box.message, canvas.theme, box.emphasis);
    const Rgba line = line_colour(box.role, box.message, canvas.theme, box.emphasis);
    const float narrow = std::min(box.rect.width, box.rect.height);
    const float corner = is_structure(box.role) || narrow < 2 * kCornerPx ? 0 : kCornerPx;
    if (fill.a != 0) canvas.list->AddRectFilled(low, {std::max(high.x, low.x + 1), high.y}, to_imgui(fill), corner);
    if (hatched(box.role)) {
        Rgba stripe = line.a != 0 ? line : Rgba{128, 128, 128, 60};
        if (line.a != 0) stripe.a = static_cast<std::uint8_t>(stripe.a / 2);
        hatch(canvas, low, high, to_imgui(stripe), clip);
    }
    if (line.a != 0 && narrow >= 3) outline(canvas, low, high, box, to_imgui(line), corner);
}

void paint_cross(const Canvas& canvas, ImVec2 at, ImU32 colour) {
    canvas.list->AddLine({at.x - kCrossPx, at.y - kCrossPx}, {at.x + kCrossPx, at.y + kCrossPx}, colour, 2.5F);
    canvas.list->AddLine({at.x - kCrossPx, at.y + kCrossPx}, {at.x + kCrossPx, at.y - kCrossPx}, colour, 2.5F);
}

void paint_arrow(const Canvas& canvas, const Arrow& arrow, const Rect& clip) {
    const ImVec2 from = canvas.at(arrow.from);
    const ImVec2 to = canvas.at(arrow.to);
    if (!visible({std::min(from.x, to.x) - kHeadPx, std::min(from.y, to.y) - kHeadPx},
                 {std::max(from.x, to.x) + kHeadPx, std::max(from.y, to.y) + kHeadPx}, clip)) {
        return;
    }
    const Rgba line = line_colour(arrow.role, arrow.message, canvas.theme, arrow.emphasis);
    if (line.a == 0) return;
    const ImU32 colour = to_imgui(line);
    const bool carries = arrow.role == Role::kSegment || arrow.role == Role::kDatagram;
    const float thickness = (carries ? 2.2F : 1.4F) + (arrow.emphasis == Emphasis::kSelected ? 1.0F : 0.0F);
    const float length = std::hypot(to.x - from.x, to.y - from.y);
    if (length < 1) return;
    const ImVec2 unit{(to.x - from.x) / length, (to.y - from.y) / length};
    if (arrow.role == Role::kQueued) return dashed_line(canvas, from, to, colour, thickness);
    if (arrow.cross || !arrow.head) {
        canvas.list->AddLine(from, to, colour, thickness);
        if (arrow.cross) paint_cross(canvas, to, colour);
        return;
    }
    const float head = std::min(kHeadPx, length);
    const ImVec2 neck{to.x - unit.x * head, to.y - unit.y * head};
    canvas.list->AddLine(from, neck, colour, thickness);
    const ImVec2 side{-unit.y * head * 0.45F, unit.x * head * 0.45F};
    const ImVec2 left{neck.x + side.x, neck.y + side.y};
    const ImVec2 right{neck.x - side.x, neck.y - side.y};
    // Filled for what carries bytes, open for SYN, ACK and FIN.
    if (carries) {
        canvas.list->AddTriangleFilled(to, left, right, colour);
    } else {
        canvas.list->AddLine(left, to, colour, thickness);
        canvas.list->AddLine(right, to, colour, thickness);
        canvas.list->AddLine(neck, to, colour, thickness);
    }
}

bool is_title(Role role) { return role == Role::kActorTitle || role == Role::kTextStrong; }

// The ground at this place: that of the lane there, so that a plate looks like a gap in the arrows, not like a sticker.
ImU32 ground_at(const Canvas& canvas, float y) {
    Rgba colour = background_colour(canvas.theme);
    for (const Box* lane : canvas.lanes) {
        if (y < lane->rect.y || y >= lane->rect.bottom()) continue;
        colour = blend(fill_colour(lane->role, lane->message, canvas.theme, Emphasis::kNormal), colour);
    }
    return to_imgui(colour);
}

void paint_label(const Canvas& canvas, const Label& label, const Rect& clip) {
    const ImVec2 at = canvas.at(label.at);
    if (at.y > clip.bottom() || at.y + canvas.fonts.size_px * 1.4F < clip.y) return;
    ImFont* font = is_title(label.role) && canvas.fonts.bold != nullptr ? canvas.fonts.bold : canvas.fonts.regular;
    const std::string text = fit_text(font, canvas.fonts.size_px, label.text, label.max_width);
    if (text.empty()) return;
    const float width = font->CalcTextSizeA(canvas.fonts.size_px, FLT_MAX, 0, text.c_str()).x;
    float x = at.x;
    if (label.align == Align::kCentre) x -= width / 2;
    if (label.align == Align::kRight) x -= width;
    if (x > clip.right() || x + width < clip.x) return;
    const Rgba colour = text_colour(label.role, canvas.theme, label.emphasis);
    if (canvas.fonts.ground_behind_text || label.plate) {
        canvas.list->AddRectFilled({x - 3, at.y}, {x + width + 3, at.y + canvas.fonts.size_px * 1.2F},
                                   ground_at(canvas, label.at.y), 2);
    }
    // Whole pixels: text between pixels is blurred.
    canvas.list->AddText(font, canvas.fonts.size_px, {std::floor(x), std::floor(at.y)}, to_imgui(colour), text.c_str());
}

}  // namespace

ImU32 to_imgui(Rgba colour) { return IM_COL32(colour.r, colour.g, colour.b, colour.a); }

ImVec4 to_imgui_vec(Rgba colour) {
    return {static_cast<float>(colour.r) / 255, static_cast<float>(colour.g) / 255, static_cast<float>(colour.b) / 255,
            static_cast<float>(colour.a) / 255};
}

std::string fit_text(ImFont* font, float size_px, const std::string& text, float max_width) {
    if (max_width <= 0) return text;
    const auto width = [font, size_px](const char* begin, const char* end) {
        return font->CalcTextSizeA(size_px, FLT_MAX, 0, begin, end).x;
    };
    const char* begin = text.c_str();
    if (width(begin, begin + text.size()) <= max_width) return text;
    static constexpr char kEllipsis[] = "…";
    const float room = max_width - width(kEllipsis, nullptr);
    if (room <= 0) return {};
    const char* remaining = nullptr;
    font->CalcTextSizeA(size_px, room, 0, begin, begin + text.size(), &remaining);
    if (remaining == nullptr || remaining == begin) return {};
    return std::string(begin, remaining) + kEllipsis;
}

void paint(const Scene& scene, ImDrawList* draw_list, ImVec2 origin, const Rect& clip, Theme theme,
           const PaintFonts& fonts) {
    Canvas canvas{draw_list, origin, theme, fonts, {}};
    for (const Box& box : scene.boxes) {
        if (box.role == Role::kLaneEven || box.role == Role::kLaneOdd) canvas.lanes.push_back(&box);
    }
    draw_list->PushClipRect({clip.x, clip.y}, {clip.right(), clip.bottom()}, true);
    for (const Box& box : scene.boxes) paint_box(canvas, box, clip);
    for (const Arrow& arrow : scene.arrows) paint_arrow(canvas, arrow, clip);
    for (const Label& label : scene.labels) paint_label(canvas, label, clip);
    draw_list->PopClipRect();
}

}  // namespace wirestory::viz
