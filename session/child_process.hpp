// A function that runs in a child process and brings back what it says. The child dies with its parent, so nothing is
// left behind after kill -9; what it wrote to files stays. Several may run at once.
#pragma once

#include <functional>
#include <string>

#include <sys/types.h>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace wirestory::session {

class ChildProcess {
public:
    // `body` runs in a forked child and returns the text to bring back. To be called while the process has one thread:
    // the child of a threaded process could meet locks that nobody will ever release. While any child runs, SIGINT and
    // SIGTERM are passed on to it instead of ending the parent, so that the child can end in good order.
    static Result<ChildProcess> start(const std::function<std::string()>& body);

    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&&) = delete;
    ~ChildProcess();

    // Readable once the child has something to say or has ended; for poll(2).
    [[nodiscard]] int ready_fd() const { return from_child_.get(); }
    // Waits for the child's end; what it said. Fails when it crashed.
    Result<std::string> finish();

private:
    ChildProcess(pid_t pid, UniqueFd from_child);

    pid_t pid_ = 0;  // 0: finished, or moved from
    UniqueFd from_child_;
};

}  // namespace wirestory::session
