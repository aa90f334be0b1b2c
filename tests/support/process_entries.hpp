// What the test process has at a moment, as /proc lists it: descriptors and threads, to show that nothing is left.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <thread>

namespace wirestory::test {

inline std::size_t entries_of(const char* folder) {
    const std::filesystem::directory_iterator all(folder);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

inline std::size_t open_descriptors() { return entries_of("/proc/self/fd"); }

// The number of threads once no more than `wanted` are left; more only when one really stays. A joined thread may stand
// in /proc for a moment yet: pthread_join() wakes when the kernel clears its thread id (mm_release(), kernel/fork.c),
// before the thread is taken off the list of tasks (release_task(), kernel/exit.c).
inline std::size_t threads_left(std::size_t wanted) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    std::size_t count = entries_of("/proc/self/task");
    while (count > wanted && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
        count = entries_of("/proc/self/task");
    }
    return count;
}

}  // namespace wirestory::test
