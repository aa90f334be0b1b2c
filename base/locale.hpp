// The two languages of lessons, tours and messages. Messages of the program itself: base/messages.hpp.
#pragma once

#include <cstdint>
#include <string>

namespace wirestory {

enum class Language : std::uint8_t { kEnglish, kChinese };

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
