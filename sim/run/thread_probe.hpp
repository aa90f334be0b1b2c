// CallWindow and ThreadProbe: whether a thread sleeps inside the system call it announced, asked of the kernel.
// The kernel tells nobody when a thread falls asleep, so this is polled: /proc/self/task/TID/{syscall,stat}
// (proc(5)). A look is a snapshot; the caller takes it again before each decision.
#pragma once

#include <atomic>
#include <cstdint>

#include <sys/types.h>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/unique_fd.hpp"

namespace wirestory::sim {

// Opened by the thread right before its system call and closed right after: nothing else that could sleep lies
// between. Each opening has a number of its own, so an earlier call's sleep is never taken for this one's.
class CallWindow {
public:
    void open(long system_call, TimeNs enter_ns) {
        system_call_.store(system_call, std::memory_order_relaxed);
        enter_ns_.store(enter_ns, std::memory_order_relaxed);
        sequence_.store(sequence_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }
    void close() { sequence_.store(sequence_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

    [[nodiscard]] std::uint64_t sequence() const { return sequence_.load(std::memory_order_acquire); }
    [[nodiscard]] static bool is_open(std::uint64_t sequence) { return (sequence & 1U) != 0; }
    [[nodiscard]] long system_call() const { return system_call_.load(std::memory_order_relaxed); }
    [[nodiscard]] TimeNs enter_ns() const { return enter_ns_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> sequence_{0};  // odd while open
    std::atomic<long> system_call_{-1};
    std::atomic<TimeNs> enter_ns_{0};
};

class ThreadProbe {
public:
    // Fails naming the file: without it a story cannot be conducted.
    static Result<ThreadProbe> open(pid_t thread_id);
    // The thread is in state S (interruptible: it waits for an event; waiting for a lock is D) inside the call that
    // `window` announces, and stayed in that call while we looked.
    [[nodiscard]] bool asleep_in(const CallWindow& window) const;

private:
    UniqueFd syscall_;
    UniqueFd stat_;
};

}  // namespace wirestory::sim
