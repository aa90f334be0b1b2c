// Fonts of the window, found through fontconfig: a proportional sans (regular, bold and italic) and a monospace,
// Chinese merged into each. The atlas holds only the characters in use, for full Chinese ranges would cost hundreds of
// megabytes. Needs an ImGui context, no window.
#pragma once

#include <string>

#include <imgui.h>

#include "base/locale.hpp"
#include "recording/recording.hpp"
#include "viz/paint_imgui/paint.hpp"

namespace wirestory::viz {

struct Fonts {
    ImFont* regular = nullptr;
    ImFont* bold = nullptr;
    ImFont* italic = nullptr;  // Chinese has no slanted face: FlowText sets dots below it
    ImFont* mono = nullptr;
    ImFont* title = nullptr;  // bold, larger
    float size_px = 15;
    bool chinese = false;  // a Chinese font was found

    [[nodiscard]] PaintFonts scene() const { return {regular, bold, size_px}; }
};

// Every text of the document and of the window that may be shown in this language. Thousands of Chinese characters take
// their time to be drawn, and who reads English need not wait for them.
std::string characters_in_use(const Recording* recording, Language language, const std::string& further);

// Clears the atlas and builds it anew. Falls back to ImGui's own font where fontconfig knows none.
Fonts build_fonts(ImFontAtlas& atlas, float size_px, const std::string& characters);

}  // namespace wirestory::viz
