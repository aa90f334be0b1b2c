#include "viz/paint_svg/paint_svg.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"

namespace wirestory::viz {

namespace {

constexpr float kHeadLength = 7;
constexpr float kHeadHalfWidth = 3.5F;
constexpr float kCrossArm = 4.5F;

// XML 1.0 allows no control characters but tab and line ends, not even escaped; broken UTF-8 is no XML either.
std::string escaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
        const std::string_view character = text.substr(i, length);
        const bool whole = character.size() == length && byte < 0xF8 && (byte < 0x80 || byte >= 0xC2) &&
                           std::all_of(character.begin() + 1, character.end(),
                                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; });
        if (!whole || (byte < 0x20 && byte != '\t')) {
            out += "\xEF\xBF\xBD";
            ++i;
            continue;
        }
        i += length;
        switch (byte) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += character;
        }
    }
    return out;
}

// Attributes of a colour; alpha apart, as SVG 1.1 wants it.
std::string paint_of(std::string_view name, Rgba colour) {
    if (colour.a == 0) return fmt::format(" {}=\"none\"", name);
    std::string out = fmt::format(" {}=\"#{:02x}{:02x}{:02x}\"", name, colour.r, colour.g, colour.b);
    if (colour.a != 255) out += fmt::format(" {}-opacity=\"{:.3g}\"", name, colour.a / 255.0);
    return out;
}

float stroke_width(Emphasis emphasis) { return emphasis == Emphasis::kSelected ? 2.0F : 1.0F; }

bool has_outline(const Box& box) { return box.rect.width >= 3 && box.rect.height >= 4; }

bool is_rounded(Role role) {
    return role == Role::kCall || role == Role::kCallBlocked || role == Role::kCallFailed || role == Role::kCallOpen;
}

class SvgPainter {
public:
    SvgPainter(const Scene& scene, const SvgStyle& style) : scene_(scene), style_(style) {}

    std::string run() {
        const std::string_view family = style_.monospace ? "monospace" : "sans-serif";
        out_ = fmt::format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
            "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"{2}\" font-size=\"{3:.4g}\">\n",
            std::ceil(scene_.width), std::ceil(scene_.height), family, style_.font_px);
        out_ += fmt::format("<rect width=\"100%\" height=\"100%\"{}/>\n",
                            paint_of("fill", background_colour(style_.theme)));
        for (const Box& each : scene_.boxes) box(each);
        for (const Arrow& each : scene_.arrows) arrow(each);
        for (const Label& each : scene_.labels) label(each);
        out_ += "</svg>\n";
        return std::move(out_);
    }

private:
    void box(const Box& box);
    void arrow(const Arrow& arrow);
    void head(const Arrow& arrow, Rgba colour);
    void cross(Point at, Rgba colour);
    void label(const Label& label);

    const Scene& scene_;
    const SvgStyle& style_;
    std::string out_;
};

void SvgPainter::box(const Box& box) {
    const Rgba fill = fill_colour(box.role, box.message, style_.theme, box.emphasis);
    const Rgba line = line_colour(box.role, box.message, style_.theme, box.emphasis);
    if (fill.a == 0 && line.a == 0) return;
    const bool outlined = line.a != 0 && has_outline(box);
    // Half a pixel inwards, so that the outline stays inside the box.
    const float inset = outlined ? stroke_width(box.emphasis) / 2 : 0;
    out_ += fmt::format("<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\"", box.rect.x + inset,
                        box.rect.y + inset, std::max(box.rect.width - 2 * inset, 0.0F),
                        std::max(box.rect.height - 2 * inset, 0.0F));
    if (is_rounded(box.role) && box.rect.width >= 6) out_ += " rx=\"2\"";
    out_ += paint_of("fill", fill);
    if (outlined) {
        out_ += paint_of("stroke", line);
        if (box.emphasis == Emphasis::kSelected) out_ += " stroke-width=\"2\"";
        if (box.role == Role::kUnsent || box.role == Role::kStateInferred || box.role == Role::kCallOpen) {
            out_ += " stroke-dasharray=\"3 2\"";
        }
    }
    out_ += "/>\n";
}

void SvgPainter::head(const Arrow& arrow, Rgba colour) {
    const float dx = arrow.to.x - arrow.from.x;
    const float dy = arrow.to.y - arrow.from.y;
    const float length = std::hypot(dx, dy);
    if (length < 1) return;
    const float ux = dx / length;
    const float uy = dy / length;
    const Point base{arrow.to.x - ux * kHeadLength, arrow.to.y - uy * kHeadLength};
    out_ += fmt::format("<path d=\"M{:.2f} {:.2f}L{:.2f} {:.2f}L{:.2f} {:.2f}Z\"{}/>\n", arrow.to.x, arrow.to.y,
                        base.x - uy * kHeadHalfWidth, base.y + ux * kHeadHalfWidth, base.x + uy * kHeadHalfWidth,
                        base.y - ux * kHeadHalfWidth, paint_of("fill", colour));
}

void SvgPainter::cross(Point at, Rgba colour) {
    out_ += fmt::format(
        "<path d=\"M{:.2f} {:.2f}L{:.2f} {:.2f}M{:.2f} {:.2f}L{:.2f} {:.2f}\"{} stroke-width=\"2\" fill=\"none\"/>\n",
        at.x - kCrossArm, at.y - kCrossArm, at.x + kCrossArm, at.y + kCrossArm, at.x - kCrossArm, at.y + kCrossArm,
        at.x + kCrossArm, at.y - kCrossArm, paint_of("stroke", colour));
}

void SvgPainter::arrow(const Arrow& arrow) {
    const Rgba colour = line_colour(arrow.role, arrow.message, style_.theme, arrow.emphasis);
    const bool thick = arrow.emphasis == Emphasis::kSelected || arrow.folded > 0;
    const bool with_data = arrow.role == Role::kSegment || arrow.role == Role::kDatagram;
    const char* width = thick ? "2.5" : with_data ? "1.8" : "1.2";
    out_ += fmt::format("<path d=\"M{:.2f} {:.2f}L{:.2f} {:.2f}\"{} stroke-width=\"{}\" fill=\"none\"", arrow.from.x,
                        arrow.from.y, arrow.to.x, arrow.to.y, paint_of("stroke", colour), width);
    if (arrow.role == Role::kSelection || arrow.role == Role::kQueued) out_ += " stroke-dasharray=\"4 3\"";
    out_ += "/>\n";
    if (arrow.cross) {
        const float dx = arrow.to.x - arrow.from.x;
        const float dy = arrow.to.y - arrow.from.y;
        const float length = std::max(std::hypot(dx, dy), 1.0F);
        cross({arrow.to.x - dx / length * kCrossArm, arrow.to.y - dy / length * kCrossArm}, colour);
    } else if (arrow.head) {
        head(arrow, colour);
    }
}

void SvgPainter::label(const Label& label) {
    const TextMetrics metrics = svg_metrics(style_);
    Label shown = label;
    shown.text = fit_text(metrics, label.text, label.max_width);
    if (shown.text.empty()) return;
    if (label.plate) {
        const Rect place = label_rect(metrics, shown);
        Rgba ground = background_colour(style_.theme);
        ground.a = 240;
        out_ += fmt::format("<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" rx=\"2\"{}/>\n",
                            place.x - 2, place.y, place.width + 4, place.height, paint_of("fill", ground));
    }
    const char* anchor = label.align == Align::kLeft ? "start" : label.align == Align::kCentre ? "middle" : "end";
    const float baseline = label.at.y + metrics.line_height * 0.78F;
    out_ += fmt::format("<text x=\"{:.2f}\" y=\"{:.2f}\"", label.at.x, baseline);
    if (label.align != Align::kLeft) out_ += fmt::format(" text-anchor=\"{}\"", anchor);
    if (label.role == Role::kActorTitle || label.role == Role::kTextStrong) out_ += " font-weight=\"bold\"";
    out_ += paint_of("fill", text_colour(label.role, style_.theme, label.emphasis));
    out_ += fmt::format(" xml:space=\"preserve\">{}</text>\n", escaped(shown.text));
}

// In hundredths of the font size, as DejaVu Sans has them (the widest of the common fonts).
float advance_of(char c) {
    if (c >= '0' && c <= '9') return 64;
    if (c >= 'A' && c <= 'Z') return c == 'I' || c == 'J' ? 32 : c == 'M' || c == 'W' ? 94 : 70;
    if (c == 'm' || c == 'w') return 92;
    if (c == 'i' || c == 'l' || c == 'j' || c == ' ' || c == '.' || c == ',' || c == ':' || c == '\'') return 33;
    if (c == 'f' || c == 't' || c == 'r' || c == '(' || c == ')' || c == '-' || c == '|' || c == '/') return 42;
    if (c == '"') return 46;
    if (c == '=' || c == '+' || c == '<' || c == '>') return 84;
    return 63;
}

}  // namespace

TextMetrics svg_metrics(const SvgStyle& style) {
    const float px = style.font_px;
    const bool monospace = style.monospace;
    TextMetrics metrics;
    metrics.line_height = std::round(px * 1.3F);
    metrics.width = [px, monospace](std::string_view text) {
        if (monospace) return static_cast<float>(display_width(text)) * px * 0.605F;
        float hundredths = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const auto byte = static_cast<unsigned char>(text[i]);
            if (byte < 0x80) hundredths += advance_of(text[i]);
            // Characters beyond ASCII by their lead byte: three bytes and more are mostly Chinese, one em wide.
            if (byte >= 0xC0) hundredths += byte >= 0xE0 ? 100 : 64;
        }
        return hundredths * px / 100;
    };
    return metrics;
}

std::string paint_svg(const Scene& scene, const SvgStyle& style) { return SvgPainter(scene, style).run(); }

}  // namespace wirestory::viz
