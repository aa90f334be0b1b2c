#include "viz/app/flow_text.hpp"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <string_view>

namespace wirestory::viz {

FlowText::FlowText(const Fonts& fonts, const PanelColours& colours, float left, float right)
    : fonts_(fonts),
      colours_(colours),
      left_(left),
      right_(right),
      at_(left, ImGui::GetCursorScreenPos().y),
      line_height_(fonts.size_px * 1.45F) {}

void FlowText::add(const MarkdownSpan& span) {
    ImFont* font = fonts_.regular;
    switch (span.kind) {
        case MarkdownSpan::Kind::kBold: font = fonts_.bold; break;
        case MarkdownSpan::Kind::kEmphasis: font = fonts_.italic; break;
        case MarkdownSpan::Kind::kCode: font = fonts_.mono; break;
        case MarkdownSpan::Kind::kPlain: break;
    }
    add(span.text, font, font->FontSize, span.kind);
}

void FlowText::add(const std::string& words, ImFont* font, float size_px, MarkdownSpan::Kind kind) {
    const char* at = words.c_str();
    const char* end = at + words.size();
    while (at < end) {
        const char* stop = next_break(at, end);
        const char* ink = stop;  // blanks at a line's end need no room
        while (ink > at && ink[-1] == ' ') --ink;
        const float needed = font->CalcTextSizeA(size_px, FLT_MAX, 0, at, ink).x;
        const float width = font->CalcTextSizeA(size_px, FLT_MAX, 0, at, stop).x;
        if (at_.x + needed > right_ && at_.x > left_) new_line();
        // A space at the start of a line is not shown.
        if (at_.x > left_ || *at != ' ') put(at, stop, font, size_px, width, kind);
        at = stop;
    }
}

void FlowText::finish(float gap_px) {
    const ImVec2 start = ImGui::GetCursorScreenPos();
    ImGui::Dummy({right_ - left_, at_.y - start.y + line_height_ + gap_px});
}

// The end of the next piece that must not be broken: a word with the space behind it, or one Chinese character, each
// with the punctuation behind it; an opening mark stays with what follows.
const char* FlowText::next_break(const char* at, const char* end) {
    const auto wide = [end](const char* p) {
        return end - p >= 3 && (static_cast<unsigned char>(*p) & 0xF0U) == 0xE0U && std::string_view(p, 3) >= "\u2E80";
    };
    const auto one_of = [end](const char* p, std::string_view marks) {
        return end - p >= 3 && (static_cast<unsigned char>(*p) & 0xF0U) == 0xE0U &&
               marks.find(std::string_view(p, 3)) != std::string_view::npos;
    };
    constexpr std::string_view kClosing = "。，、：；）”？！》";
    constexpr std::string_view kOpening = "（“《";
    const char* p = at;
    while (p < end && one_of(p, kOpening)) p += 3;
    if (p < end && wide(p)) {
        p += 3;
    } else {
        while (p < end && *p != ' ' && !wide(p) && !one_of(p, kOpening)) ++p;
    }
    while (p < end && one_of(p, kClosing)) p += 3;
    while (p < end && *p == ' ') ++p;
    return p > at ? p : end;
}

void FlowText::new_line() {
    at_.x = left_;
    at_.y += line_height_;
}

void FlowText::put(const char* begin, const char* end, ImFont* font, float size_px, float width,
                   MarkdownSpan::Kind kind) {
    ImDrawList* list = ImGui::GetWindowDrawList();
    if (kind == MarkdownSpan::Kind::kCode) {
        list->AddRectFilled({at_.x - 1, at_.y - 1}, {at_.x + width + 1, at_.y + size_px + 3}, colours_.raised, 3);
    }
    list->AddText(font, size_px, {std::floor(at_.x), std::floor(at_.y)}, colours_.text, begin, end);
    if (kind == MarkdownSpan::Kind::kEmphasis) put_dots(begin, end, font, size_px);
    at_.x += width;
}

// Chinese emphasis: a dot below each character (GB/T 15834 calls it zhuozhonghao), none below punctuation.
void FlowText::put_dots(const char* begin, const char* end, const ImFont* font, float size_px) {
    const auto width = [&](const char* to) { return font->CalcTextSizeA(size_px, FLT_MAX, 0, begin, to).x; };
    for (const char* at = begin; end - at >= 3; ++at) {
        const std::string_view character(at, 3);
        // The characters of CJK Unified Ideographs and its first extension: U+3400 to U+9FFF.
        if (character < "\u3400" || character > "\u9FFF") continue;
        const float centre = at_.x + (width(at) + width(at + 3)) / 2;
        ImGui::GetWindowDrawList()->AddCircleFilled({centre, at_.y + size_px * 1.2F}, size_px * 0.085F, colours_.text);
        at += 2;
    }
}

void flow_paragraph(const Fonts& fonts, const PanelColours& colours, const std::string& words) {
    const float left = ImGui::GetCursorScreenPos().x;
    FlowText flow(fonts, colours, left, left + std::max(ImGui::GetContentRegionAvail().x, 40.0F));
    flow.set_line_height(fonts.size_px * 1.25F);
    flow.add(words, fonts.regular, fonts.size_px);
    flow.finish(0);
}

}  // namespace wirestory::viz
