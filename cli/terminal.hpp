// What the terminal can do, asked once a command: colour, width, UTF-8. Follows NO_COLOR (https://no-color.org).
#pragma once

#include <string>
#include <string_view>

#include "base/locale.hpp"

namespace wirestory::cli {

bool stdout_wants_colour();
bool stderr_wants_colour();
// Whether whoever read standard output through a pipe has gone away (`| head`).
bool stdout_is_closed();
// Columns of the terminal on standard output; else COLUMNS; else 80.
int stdout_columns();
// Whether the locale of the environment (LC_ALL, LC_CTYPE, LANG) is a UTF-8 one.
bool locale_is_utf8();

// The language of the environment's messages by gettext's rules: LC_ALL, LC_MESSAGES, LANG, and unless those say "C"
// the list in LANGUAGE first. English unless it is Chinese. No locale need be installed.
Language environment_language();

// Words in colour, or plain.
struct Paint {
    bool colour = false;
    [[nodiscard]] std::string good(std::string_view text) const { return in("\x1b[32m", text); }
    [[nodiscard]] std::string bad(std::string_view text) const { return in("\x1b[1;31m", text); }
    [[nodiscard]] std::string strong(std::string_view text) const { return in("\x1b[1m", text); }

private:
    [[nodiscard]] std::string in(std::string_view code, std::string_view text) const {
        return colour ? std::string{code} + std::string{text} + "\x1b[0m" : std::string{text};
    }
};

}  // namespace wirestory::cli
