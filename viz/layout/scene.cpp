#include "viz/layout/scene.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace wirestory::viz {

namespace {

float distance_to_segment(Point p, Point a, Point b) {
    const float dx = b.x - a.x;
    const float dy = b.y - a.y;
    const float length_squared = dx * dx + dy * dy;
    const float along = length_squared <= 0 ? 0 : ((p.x - a.x) * dx + (p.y - a.y) * dy) / length_squared;
    const float t = std::clamp(along, 0.0F, 1.0F);
    return std::hypot(p.x - (a.x + t * dx), p.y - (a.y + t * dy));
}

// Bytes of the first `count` characters: never inside one.
std::size_t prefix_bytes(std::string_view text, std::size_t count) {
    std::size_t bytes = 0;
    for (; bytes < text.size(); ++bytes) {
        const bool starts_character = (static_cast<unsigned char>(text[bytes]) & 0xC0U) != 0x80U;
        if (starts_character && count-- == 0) break;
    }
    return bytes;
}

std::size_t character_count(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

const Box* Scene::box_at(Point p) const {
    const auto hit =
        std::find_if(boxes.rbegin(), boxes.rend(), [p](const Box& box) { return box.event && box.rect.contains(p); });
    return hit == boxes.rend() ? nullptr : &*hit;
}

const Arrow* Scene::arrow_at(Point p, float tolerance) const {
    const Arrow* nearest = nullptr;
    float best = tolerance;
    for (const Arrow& arrow : arrows) {
        if (!arrow.event) continue;
        const float distance = distance_to_segment(p, arrow.from, arrow.to);
        if (distance > best) continue;
        best = distance;
        nearest = &arrow;
    }
    return nearest;
}

TextMetrics cell_metrics() {
    return {1.0F, [](std::string_view text) { return static_cast<float>(display_width(text)); }};
}

std::string fit_text(const TextMetrics& metrics, std::string_view text, float max_width) {
    if (max_width <= 0 || metrics.width(text) <= max_width) return std::string{text};
    // Width grows with the number of characters: search the longest prefix that fits together with the dots.
    std::size_t fits = 0;
    std::size_t too_many = character_count(text) + 1;
    const auto cut = [&](std::size_t count) { return std::string{text.substr(0, prefix_bytes(text, count))} + "..."; };
    if (metrics.width("...") > max_width) return {};
    while (too_many - fits > 1) {
        const std::size_t middle = fits + (too_many - fits) / 2;
        (metrics.width(cut(middle)) <= max_width ? fits : too_many) = middle;
    }
    return cut(fits);
}

Rect label_rect(const TextMetrics& metrics, const Label& label) {
    float width = metrics.width(label.text);
    if (label.max_width > 0) width = std::min(width, label.max_width);
    const float shift = label.align == Align::kLeft ? 0 : label.align == Align::kCentre ? width / 2 : width;
    return {label.at.x - shift, label.at.y, width, metrics.line_height};
}

}  // namespace wirestory::viz
