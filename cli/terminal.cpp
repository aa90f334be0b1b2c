#include "cli/terminal.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace wirestory::cli {

namespace {

// The locale's name for a category as setlocale(3) would find it, without changing the process's locale.
std::string_view locale_for(const char* category) {
    for (const char* name : {"LC_ALL", category, "LANG"}) {
        const char* value = std::getenv(name);
        if (value != nullptr && *value != '\0') return value;
    }
    return {};
}

bool wants_colour(int fd) {
    const char* no_colour = std::getenv("NO_COLOR");
    if (no_colour != nullptr && *no_colour != '\0') return false;
    const char* terminal = std::getenv("TERM");
    return isatty(fd) == 1 && terminal != nullptr && std::strcmp(terminal, "dumb") != 0;
}

}  // namespace

bool stdout_wants_colour() { return wants_colour(STDOUT_FILENO); }
bool stderr_wants_colour() { return wants_colour(STDERR_FILENO); }

bool stdout_is_closed() {
    pollfd output{STDOUT_FILENO, 0, 0};
    return ::poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

int stdout_columns() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    const char* columns = std::getenv("COLUMNS");
    const int from_environment = columns != nullptr ? std::atoi(columns) : 0;
    return from_environment > 0 ? from_environment : 80;
}

bool locale_is_utf8() {
    const std::string locale{locale_for("LC_CTYPE")};
    return strcasestr(locale.c_str(), "utf-8") != nullptr || strcasestr(locale.c_str(), "utf8") != nullptr;
}

Language environment_language() {
    const std::string_view locale = locale_for("LC_MESSAGES");
    if (locale.empty() || locale == "C" || locale == "POSIX") return Language::kEnglish;
    const char* preferred = std::getenv("LANGUAGE");
    std::string_view list = preferred != nullptr ? preferred : "";
    while (!list.empty()) {
        const std::string_view name = list.substr(0, list.find(':'));
        if (name.substr(0, 2) == "zh") return Language::kChinese;
        if (name.substr(0, 2) == "en" || name == "C") return Language::kEnglish;
        list.remove_prefix(std::min(name.size() + 1, list.size()));
    }
    return locale.substr(0, 2) == "zh" ? Language::kChinese : Language::kEnglish;
}

}  // namespace wirestory::cli
