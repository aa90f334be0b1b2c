#include "sim/run/thread_probe.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace wirestory::sim {
namespace {

using Text = std::array<char, 96>;

std::string_view read_start(const UniqueFd& fd, Text& text) {
    const ssize_t length = pread(fd.get(), text.data(), text.size(), 0);
    return length > 0 ? std::string_view(text.data(), static_cast<std::size_t>(length)) : std::string_view();
}

// "45 0x7 0x7f.. ...": the number of the call that the thread is blocked in; "running" when it is not blocked.
long blocked_system_call(const UniqueFd& fd) {
    Text text;
    const std::string_view line = read_start(fd, text);
    long number = -1;
    const auto parsed = std::from_chars(line.data(), line.data() + line.size(), number);
    return parsed.ec == std::errc() ? number : -1;
}

// "1234 (name) S ...": the letter behind the last parenthesis.
char state_letter(const UniqueFd& fd) {
    Text text;
    const std::string_view line = read_start(fd, text);
    const std::size_t parenthesis = line.rfind(") ");
    return parenthesis != std::string_view::npos && parenthesis + 2 < line.size() ? line[parenthesis + 2] : '?';
}

}  // namespace

Result<ThreadProbe> ThreadProbe::open(pid_t thread_id) {
    ThreadProbe probe;
    for (auto [file, fd] : {std::pair{"syscall", &probe.syscall_}, std::pair{"stat", &probe.stat_}}) {
        const std::string path = fmt::format("/proc/self/task/{}/{}", thread_id, file);
        fd->reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!*fd) return fail_errno("open " + path, errno);
    }
    return probe;
}

bool ThreadProbe::asleep_in(const CallWindow& window) const {
    const std::uint64_t before = window.sequence();
    if (!CallWindow::is_open(before)) return false;
    // The state is read last: it is the thread's latest known word, and the window proves that it was still in there.
    return blocked_system_call(syscall_) == window.system_call() && state_letter(stat_) == 'S' &&
           window.sequence() == before;
}

}  // namespace wirestory::sim
