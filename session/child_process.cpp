#include "session/child_process.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.hpp"

namespace wirestory::session {

namespace {

std::atomic<pid_t> waited_child{0};

void pass_on(int signal_number) {
    const pid_t child = waited_child.load();
    // A terminal sends SIGINT to the child as well; anybody else sends it to us only. Twice does no harm.
    if (child > 0) kill(child, signal_number);
}

// Installs pass_on for SIGINT and SIGTERM, and puts back what was there.
class SignalsToChild {
public:
    explicit SignalsToChild(pid_t child) {
        waited_child = child;
        struct sigaction action {};
        action.sa_handler = pass_on;
        action.sa_flags = SA_RESTART;
        sigaction(SIGINT, &action, &previous_[0]);
        sigaction(SIGTERM, &action, &previous_[1]);
    }
    ~SignalsToChild() {
        sigaction(SIGINT, &previous_[0], nullptr);
        sigaction(SIGTERM, &previous_[1], nullptr);
        waited_child = 0;
    }
    SignalsToChild(const SignalsToChild&) = delete;
    SignalsToChild& operator=(const SignalsToChild&) = delete;

private:
    std::array<struct sigaction, 2> previous_{};
};

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

}  // namespace

Result<std::string> run_in_child(const std::function<std::string()>& body) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("pipe", errno);
    UniqueFd reading{ends[0]};
    UniqueFd writing{ends[1]};

    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child < 0) return fail_errno("fork", errno);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(1);  // the parent died before the line above
        reading.reset();
        write_all(writing.get(), body());
        _exit(0);
    }
    writing.reset();
    const SignalsToChild signals{child};
    std::string text = read_all(reading.get());
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) {
        return fail(std::string{"the run's process was ended by signal "} + strsignal(WTERMSIG(status)));
    }
    if (WEXITSTATUS(status) != 0) return fail("the run's process ended before its work was done");
    return text;
}

}  // namespace wirestory::session
