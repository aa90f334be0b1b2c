#include "viz/app/ui_strings.hpp"

#include <algorithm>
#include <array>

#include "base/messages.hpp"

namespace wirestory::viz {

namespace {

struct Entry {
    const char* context;  // nullptr when the word needs none
    const char* english;
};

constexpr std::array kEntries = {
#define WIRESTORY_UI_TEXT(name, english) Entry{nullptr, english},
#define WIRESTORY_UI_TEXT_OF(name, context, english) Entry{context, english},
#include "viz/app/ui_strings.inc"
#undef WIRESTORY_UI_TEXT_OF
#undef WIRESTORY_UI_TEXT
};
using Texts = std::array<const char*, kEntries.size()>;

Texts texts_in(Language language) {
    Texts texts{};
    std::transform(kEntries.begin(), kEntries.end(), texts.begin(), [language](const Entry& entry) {
        return entry.context == nullptr ? tr_in(language, entry.english)
                                        : tr_context_in(language, entry.context, entry.english);
    });
    return texts;
}
static_assert(kEntries.size() == static_cast<std::size_t>(Text::kTextCount));

}  // namespace

const char* text(Text id, Language language) {
    // Looked up once: a window asks for some hundred words a frame.
    static const Texts english = texts_in(Language::kEnglish);
    static const Texts chinese = texts_in(Language::kChinese);
    return (language == Language::kChinese ? chinese : english).at(static_cast<std::size_t>(id));
}

const char* finding_name(analysis::FindingKind kind, Language language) { return analysis::name_of(kind, language); }

}  // namespace wirestory::viz
