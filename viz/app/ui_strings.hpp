// The window's own words, in one table; their Chinese stands in po/zh_CN.po. The language switches while the window is
// open, so each question names it. Texts of a scenario (title, lesson, tour) are Localized and do not stand here.
#pragma once

#include <cstdint>

#include "analysis/finding.hpp"
#include "base/locale.hpp"

namespace wirestory::viz {

enum class Text : std::uint8_t {
#define WIRESTORY_UI_TEXT(name, english) k##name,
#define WIRESTORY_UI_TEXT_OF(name, context, english) k##name,
#include "viz/app/ui_strings.inc"
#undef WIRESTORY_UI_TEXT_OF
#undef WIRESTORY_UI_TEXT
    kTextCount,
};

const char* text(Text id, Language language);
const char* finding_name(analysis::FindingKind kind, Language language);

}  // namespace wirestory::viz
