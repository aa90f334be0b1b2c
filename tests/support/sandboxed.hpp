// Runs a lambda in a forked child inside a private network namespace, as oneself or as nobody, and brings back what
// failed in there. Catch's own assertions belong to the parent: inside, use EXPECT_IN(checks, condition).
//   for (const User user : users_to_try())
//       CHECK(in_sandbox(user, [](Checks& checks) { EXPECT_IN(checks, 1 + 1 == 2); }) == "");
#pragma once

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include <grp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/sandbox/sandbox.hpp"

namespace wirestory::test {

enum class User { kSelf, kNobody };

class Checks {
public:
    void that(bool holds, const char* file, int line, const std::string& what) {
        if (!holds) failures_ << file << ':' << line << ": " << what << '\n';
    }
    [[nodiscard]] std::string failures() const { return failures_.str(); }

    const sim::Sandbox* sandbox = nullptr;  // null when run outside of a sandbox

private:
    std::ostringstream failures_;
};

#define EXPECT_IN(checks, condition) (checks).that((condition), __FILE__, __LINE__, #condition)
// The same, with the value that was seen.
#define EXPECT_EQUAL_IN(checks, seen, wanted)                                         \
    do {                                                                              \
        const auto& seen_value_ = (seen);                                             \
        const auto& wanted_value_ = (wanted);                                         \
        std::ostringstream what_;                                                     \
        what_ << #seen << " == " << #wanted << ", but it is: " << seen_value_;        \
        (checks).that(seen_value_ == wanted_value_, __FILE__, __LINE__, what_.str()); \
    } while (false)

inline std::string become_nobody() {
    constexpr uid_t kNobody = 65534;
    if (setgroups(0, nullptr) != 0 || setresgid(kNobody, kNobody, kNobody) != 0 ||
        setresuid(kNobody, kNobody, kNobody) != 0)
        return std::string("become nobody: ") + std::strerror(errno);
    // After a change of user /proc/self belongs to root until the next exec; a real ordinary user owns it (proc(5)).
    prctl(PR_SET_DUMPABLE, 1);
    return {};
}

// The child ends by _exit: no leak check and no destructors of the parent's statics in it. An alarm ends a hung one.
inline std::string in_child(const std::function<std::string()>& body) {
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) return std::string("pipe: ") + std::strerror(errno);
    const pid_t child = fork();
    if (child < 0) return std::string("fork: ") + std::strerror(errno);
    if (child == 0) {
        close(pipe_ends[0]);
        alarm(120);
        std::string failures;
        try {
            failures = body();
        } catch (const std::exception& error) {
            failures = std::string("exception: ") + error.what();
        }
        for (std::size_t done = 0; done < failures.size();) {
            const ssize_t written = write(pipe_ends[1], failures.data() + done, failures.size() - done);
            if (written <= 0) break;
            done += static_cast<std::size_t>(written);
        }
        _exit(0);
    }
    close(pipe_ends[1]);
    std::string failures;
    char buffer[4096];
    for (ssize_t length = 0; (length = read(pipe_ends[0], buffer, sizeof buffer)) > 0;)
        failures.append(buffer, static_cast<std::size_t>(length));
    close(pipe_ends[0]);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) failures += std::string("child died: ") + strsignal(WTERMSIG(status));
    if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
        failures += "child ended with status " + std::to_string(WEXITSTATUS(status));
    return failures;
}

// Whether this machine lets an ordinary user have namespaces at all: Ubuntu 24.04 does not, nor does a chroot
// (user_namespaces(7)). There the tests of an ordinary user have nothing to test, and doctor names the cure.
inline bool nobody_may_have_namespaces() {
    static const bool may = in_child([]() -> std::string {
                                if (std::string failure = become_nobody(); !failure.empty()) return failure;
                                sim::SandboxOptions options;
                                options.allow_host_namespace = false;
                                const auto sandbox = sim::enter_sandbox(options);
                                return sandbox ? std::string{} : sandbox.error().message;
                            }).empty();
    return may;
}

// Root can also try what an ordinary user gets.
inline std::vector<User> users_to_try() {
    if (geteuid() == 0 && nobody_may_have_namespaces()) return {User::kSelf, User::kNobody};
    return {User::kSelf};
}

inline std::string in_sandbox(User user, const std::function<void(Checks&)>& body,
                              const sim::SandboxOptions& options = {}) {
    return in_child([&]() -> std::string {
        if (user == User::kNobody)
            if (std::string failure = become_nobody(); !failure.empty()) return failure;
        const auto sandbox = sim::enter_sandbox(options);
        if (!sandbox) return sandbox.error().message;
        Checks checks;
        checks.sandbox = &*sandbox;
        body(checks);
        return checks.failures();
    });
}

// The same for every user there is to try; their failures together.
inline std::string for_each_user(const std::function<void(Checks&)>& body) {
    std::string failures;
    for (const User user : users_to_try()) failures += in_sandbox(user, body);
    return failures;
}

}  // namespace wirestory::test
