#include "session/child_process.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/messages.hpp"

namespace wirestory::session {

namespace {

// The children that signals are passed on to. A fixed table, because a signal handler reads it.
constexpr std::size_t kMostChildren = 256;
std::array<std::atomic<pid_t>, kMostChildren> live_children{};
std::size_t live_count = 0;
struct sigaction previous_interrupt {};
struct sigaction previous_terminate {};

void pass_on(int signal_number) {
    // A terminal sends SIGINT to the children as well; anybody else sends it to us only. Twice does no harm.
    for (const std::atomic<pid_t>& child : live_children) {
        const pid_t pid = child.load();
        if (pid > 0) kill(pid, signal_number);
    }
}

bool add_child(pid_t pid) {
    for (std::atomic<pid_t>& child : live_children) {
        pid_t none = 0;
        if (!child.compare_exchange_strong(none, pid)) continue;
        if (live_count++ == 0) {
            struct sigaction action {};
            action.sa_handler = pass_on;
            action.sa_flags = SA_RESTART;
            sigaction(SIGINT, &action, &previous_interrupt);
            sigaction(SIGTERM, &action, &previous_terminate);
        }
        return true;
    }
    return false;
}

void remove_child(pid_t pid) {
    for (std::atomic<pid_t>& child : live_children) {
        pid_t wanted = pid;
        if (!child.compare_exchange_strong(wanted, 0)) continue;
        if (--live_count == 0) {
            sigaction(SIGINT, &previous_interrupt, nullptr);
            sigaction(SIGTERM, &previous_terminate, nullptr);
        }
        return;
    }
}

void write_all(int fd, const std::string& text) {
    std::size_t written = 0;
    while (written < text.size()) {
        const ssize_t count = write(fd, text.data() + written, text.size() - written);
        if (count < 0 && errno != EINTR) return;
        if (count > 0) written += static_cast<std::size_t>(count);
    }
}

std::string read_all(int fd) {
    std::string text;
    std::array<char, 4096> chunk;
    for (;;) {
        const ssize_t count = read(fd, chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return text;
        text.append(chunk.data(), static_cast<std::size_t>(count));
    }
}

[[noreturn]] void be_child(pid_t parent, UniqueFd to_parent, const std::function<std::string()>& body) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);  // the parent died before the line above
    write_all(to_parent.get(), body());
    _exit(0);
}

}  // namespace

ChildProcess::ChildProcess(pid_t pid, UniqueFd from_child) : pid_(pid), from_child_(std::move(from_child)) {}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), from_child_(std::move(other.from_child_)) {}

ChildProcess::~ChildProcess() {
    if (pid_ == 0) return;
    kill(pid_, SIGKILL);
    (void)finish();
}

Result<ChildProcess> ChildProcess::start(const std::function<std::string()>& body) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("pipe", errno);
    UniqueFd reading{ends[0]};
    UniqueFd writing{ends[1]};
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid < 0) return fail_errno("fork", errno);
    if (pid == 0) {
        reading.reset();
        be_child(parent, std::move(writing), body);
    }
    ChildProcess child{pid, std::move(reading)};
    if (!add_child(pid)) return fail(tr("more than 256 runs at once"));
    return child;
}

Result<std::string> ChildProcess::finish() {
    std::string text = read_all(from_child_.get());
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    remove_child(std::exchange(pid_, 0));
    if (WIFSIGNALED(status)) {
        return fail(tr_format("the run's process was ended by signal {}", strsignal(WTERMSIG(status))));
    }
    if (WEXITSTATUS(status) != 0) return fail(tr("the run's process ended before its work was done"));
    return text;
}

}  // namespace wirestory::session
