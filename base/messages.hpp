// The program's messages in the user's language. English stands in the code and is the key; po/zh_CN.po has the
// Chinese, compiled into the program (docs/architecture.md says why). scripts/update_po collects what these functions
// name, so they are given string literals. Knows no locale: whoever knows the user's language says so. Any thread; the
// process's own language is set before there is a second one.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/locale.hpp"

namespace wirestory {

// The language of the process's own words, for the command line and what it reports. English until it is set.
void set_process_language(Language language);
Language process_language();

// The message in that language; the message itself where the catalogue has none. Lives as long as the process.
const char* tr_in(Language language, const char* message);
// For an English word that Chinese says differently from place to place: `context` tells translators which place.
const char* tr_context_in(Language language, const char* context, const char* message);
std::string_view tr_view_in(Language language, std::string_view message);

inline const char* tr(const char* message) { return tr_in(process_language(), message); }

// As fmt::format; the message's placeholders are checked against the values when it is compiled, the translation's
// against the message's by a test.
template <class... Values>
std::string tr_format_in(Language language, fmt::format_string<Values...> message, Values&&... values) {
    const fmt::string_view english = message;
    return fmt::vformat(fmt::string_view{tr_view_in(language, {english.data(), english.size()})},
                        fmt::make_format_args(values...));
}
template <class... Values>
std::string tr_format(fmt::format_string<Values...> message, Values&&... values) {
    return tr_format_in<Values...>(process_language(), message, std::forward<Values>(values)...);
}

// All Chinese messages one after another: whose characters a font must have.
std::string messages_in_chinese();

// Marks a message in a constant table; tr() or tr_in() is asked where it is shown.
constexpr const char* tr_later(const char* message) { return message; }

}  // namespace wirestory
