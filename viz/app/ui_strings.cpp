#include "viz/app/ui_strings.hpp"

#include <array>

namespace wirestory::viz {

namespace {

struct Entry {
    const char* en;
    const char* zh;
};

constexpr std::array kEntries = {
#define WIRESTORY_UI_TEXT(name, en, zh) Entry{en, zh},
#include "viz/app/ui_strings.inc"
#undef WIRESTORY_UI_TEXT
};
static_assert(kEntries.size() == static_cast<std::size_t>(Text::kTextCount));

}  // namespace

const char* text(Text id, Language language) {
    const Entry& entry = kEntries.at(static_cast<std::size_t>(id));
    return language == Language::kChinese ? entry.zh : entry.en;
}

const char* finding_name(analysis::FindingKind kind, Language language) { return analysis::name_of(kind, language); }

}  // namespace wirestory::viz
