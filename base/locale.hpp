// The two languages of lessons, tours and messages.
#pragma once

#include <cstdint>
#include <string>

#include <libintl.h>

namespace wirestory {

enum class Language : std::uint8_t { kEnglish, kChinese };

// The message in the user's language (gettext domain "wirestory"); the message itself where no catalogue has it.
inline const char* tr(const char* message) { return dgettext("wirestory", message); }

// A text that its author wrote in both languages; English stands in where Chinese is missing.
struct Localized {
    std::string en;
    std::string zh;

    [[nodiscard]] const std::string& in(Language language) const {
        return language == Language::kChinese && !zh.empty() ? zh : en;
    }
    bool operator==(const Localized&) const = default;
};

}  // namespace wirestory
