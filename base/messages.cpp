#include "base/messages.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

// po/zh_CN.po as msgfmt compiled it, little-endian and without a hash table (cmake/WirestoryMessages.cmake).
extern const std::span<const unsigned char> kWirestoryChineseCatalogue;

namespace wirestory {

namespace {

std::atomic<Language> g_language{Language::kEnglish};

// A .mo file: both languages' strings with their lengths, sorted by the English ones (gettext manual, "The Format of
// GNU MO Files"). It comes from our own build, so its figures are taken as they stand.
class Catalogue {
public:
    explicit Catalogue(std::span<const unsigned char> file) : file_(file), count_(number(8)) {}

    // nullptr when it has none.
    [[nodiscard]] const char* find(std::string_view message) const {
        std::uint32_t first = 0;
        std::uint32_t last = count_;
        while (first < last) {
            const std::uint32_t middle = first + (last - first) / 2;
            const int order = message.compare(string_at(number(12), middle));
            if (order == 0) return string_at(number(16), middle).data();
            if (order < 0) {
                last = middle;
            } else {
                first = middle + 1;
            }
        }
        return nullptr;
    }

    [[nodiscard]] std::string all() const {
        std::string all;
        for (std::uint32_t i = 1; i < count_; ++i) all += string_at(number(16), i);  // 0 is the header
        return all;
    }

private:
    [[nodiscard]] std::uint32_t number(std::size_t at) const {
        return file_[at] | std::uint32_t{file_[at + 1]} << 8U | std::uint32_t{file_[at + 2]} << 16U |
               std::uint32_t{file_[at + 3]} << 24U;
    }
    [[nodiscard]] std::string_view string_at(std::uint32_t table, std::uint32_t index) const {
        const std::size_t entry = table + std::size_t{index} * 8;
        return {reinterpret_cast<const char*>(file_.data()) + number(entry + 4), number(entry)};
    }

    std::span<const unsigned char> file_;
    std::uint32_t count_;
};

const char* find_chinese(std::string_view message) {
    // The empty message is the catalogue's own header.
    return message.empty() ? nullptr : Catalogue{kWirestoryChineseCatalogue}.find(message);
}

}  // namespace

void set_process_language(Language language) { g_language = language; }
Language process_language() { return g_language; }

const char* tr_in(Language language, const char* message) {
    const char* found = language == Language::kChinese ? find_chinese(message) : nullptr;
    return found != nullptr ? found : message;
}

const char* tr_context_in(Language language, const char* context, const char* message) {
    if (language != Language::kChinese) return message;
    const char* found = find_chinese(std::string{context} + '\x04' + message);
    return found != nullptr ? found : message;
}

std::string_view tr_view_in(Language language, std::string_view message) {
    const char* found = language == Language::kChinese ? find_chinese(message) : nullptr;
    return found != nullptr ? std::string_view{found} : message;
}

std::string messages_in_chinese() { return Catalogue{kWirestoryChineseCatalogue}.all(); }

}  // namespace wirestory
