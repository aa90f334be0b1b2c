// Small widgets that several panels use. They keep nothing and know no model.
#pragma once

#include <string>

#include <imgui.h>

#include "viz/app/fonts.hpp"
#include "viz/app/style.hpp"

namespace wirestory::viz {

enum class Icon { kFirst, kBack, kPlay, kPause, kForward, kLast };

bool icon_button(const char* id, Icon icon, const char* tip, bool active, const PanelColours& colours);
// A tool tip for the last item, after the pointer has come to rest on it.
void tip(const char* text);
void section_title(const Fonts& fonts, const char* text);
void dim_text(const char* text);
void coloured_text(ImU32 colour, const char* text);
void wrapped_dim_text(const char* text);
// Name in dim, value beside it; the value wraps.
void name_value(const char* name, const char* value, float name_width);
// A pill with text on coloured ground.
void badge(const char* text, ImU32 ground, ImU32 ink);
// A bar as high as a line of text, `share` of it (0 to 1) filled.
void progress_bar(float share, float width, const PanelColours& colours);
// A row of a list over the whole width: true when clicked. `id` must differ from row to row.
bool list_row(const char* id, const char* text, bool selected, bool related, const PanelColours& colours);
// A row of as many lines as its text needs.
bool wrapped_row(const Fonts& fonts, const char* id, const std::string& text, bool selected,
                 const PanelColours& colours);
// The ground of a table's current row.
void shade_row(bool selected, bool related, const PanelColours& colours);

}  // namespace wirestory::viz
