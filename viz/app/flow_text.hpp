// FlowText: text of several fonts flowing over lines, broken at blanks and between Chinese characters. ImGui wraps only
// text of one font, and Chinese only at the blanks beside Latin words. Draws into the current ImGui window.
#pragma once

#include <string>

#include <imgui.h>

#include "viz/app/fonts.hpp"
#include "viz/app/markdown.hpp"
#include "viz/app/style.hpp"

namespace wirestory::viz {

class FlowText {
public:
    // From the cursor's height on, between two screen positions.
    FlowText(const Fonts& fonts, const PanelColours& colours, float left, float right);

    void set_line_height(float height_px) { line_height_ = height_px; }
    void add(const MarkdownSpan& span);
    void add(const std::string& words, ImFont* font, float size_px,
             MarkdownSpan::Kind kind = MarkdownSpan::Kind::kPlain);
    // Moves the cursor below the text.
    void finish(float gap_px);

private:
    static const char* next_break(const char* at, const char* end);
    void new_line();
    void put(const char* begin, const char* end, ImFont* font, float size_px, float width, MarkdownSpan::Kind kind);
    void put_dots(const char* begin, const char* end, const ImFont* font, float size_px);

    const Fonts& fonts_;
    const PanelColours& colours_;
    float left_;
    float right_;
    ImVec2 at_;
    float line_height_;
};

// A paragraph of plain text over the room there is.
void flow_paragraph(const Fonts& fonts, const PanelColours& colours, const std::string& words);

}  // namespace wirestory::viz
