#include "sim/wire/relay_sleep.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace wirestory::sim {
namespace {

// Sleeps end late: by a few microseconds on a busy core, by 50 and more when an idle virtual one must be woken. So the
// last part of the time to a departure is spent awake, as long as sleeps have lately been late, within these bounds.
constexpr DurationNs kMinWakeMarginNs = 4 * kMicrosecondNs;
constexpr DurationNs kMaxWakeMarginNs = 100 * kMicrosecondNs;
constexpr DurationNs kLookEveryNs = 500 * kMicrosecondNs;
constexpr DurationNs kCrowdedForNs = 20 * kMillisecondNs;

void relax() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

// What sched_setattr(2) takes; glibc has it only since 2.41.
struct SchedulingAttributes {
    std::uint32_t size;
    std::uint32_t policy;
    std::uint64_t flags;
    std::int32_t nice;
    std::uint32_t priority;
    std::uint64_t runtime_ns;
    std::uint64_t deadline_ns;
    std::uint64_t period_ns;
};

// A thread that asks for short slices is let in at once when it wakes, even before one that computes (Linux 6.12,
// kernel/sched/fair.c, PREEMPT_SHORT). Needs no privilege; older kernels ignore the wish, and the relay is as punctual
// as they let it.
void ask_for_short_slices() {
    SchedulingAttributes wish{};
    wish.size = sizeof wish;
    wish.policy = SCHED_OTHER;
    wish.nice = ::getpriority(PRIO_PROCESS, 0);
    wish.runtime_ns = 100 * kMicrosecondNs;  // the shortest that the kernel grants
    ::syscall(SYS_sched_setattr, 0, &wish, 0U);
}

}  // namespace

RelaySleep::RelaySleep(const std::vector<int>& packet_fds, int wake_fd, DurationNs stay_awake_ns)
    : stay_awake_ns_(stay_awake_ns), margin_ns_(kMaxWakeMarginNs) {
    for (const int fd : packet_fds) polled_.push_back({fd, POLLIN, 0});
    polled_.push_back({wake_fd, POLLIN, 0});
}

void RelaySleep::prepare_thread() {
    // Timers of ordinary threads may be 50 us late by default, to save power (prctl(2)).
    ::prctl(PR_SET_TIMERSLACK, 1UL);
    ask_for_short_slices();
}

// Sleeps until a frame comes, a packet is due or somebody asks; but not at once, and never over a departure.
void RelaySleep::wait(TimeNs now, TimeNs due_ns) {
    const bool thrifty = must_be_thrifty(now);
    const DurationNs margin_ns = thrifty ? kMinWakeMarginNs : margin_ns_;
    if ((!thrifty && now - last_work_ns_ < stay_awake_ns_) || due_ns - now < margin_ns) {
        if (awake_since_ns_ != 0) awake_ns_ += now - awake_since_ns_;
        awake_since_ns_ = now;
        relax();
        return;
    }
    awake_since_ns_ = 0;
    const DurationNs pause = due_ns - now - margin_ns;
    const timespec timeout{pause / kSecondNs, pause % kSecondNs};
    const bool forever = due_ns == std::numeric_limits<TimeNs>::max();
    const int ready = ::ppoll(polled_.data(), polled_.size(), forever ? nullptr : &timeout, nullptr);
    if (ready > 0 && polled_.back().revents != 0) {
        std::uint64_t count = 0;
        [[maybe_unused]] const ssize_t length = ::read(polled_.back().fd, &count, sizeof count);
    }
    if (ready == 0) learn_lateness(monotonic_now_ns() - (now + pause));
}

// Was the thread put aside lately for another? Then much waiting awake is a mistake: it uses up the share of the core
// that is needed when work comes.
bool RelaySleep::must_be_thrifty(TimeNs now) {
    if (now - looked_ns_ > kLookEveryNs) {
        rusage usage{};
        ::getrusage(RUSAGE_THREAD, &usage);
        if (usage.ru_nivcsw != put_aside_) crowded_until_ns_ = now + kCrowdedForNs;
        put_aside_ = usage.ru_nivcsw;
        looked_ns_ = now;
        awake_ns_ = 0;
    }
    return now < crowded_until_ns_ && awake_ns_ > kLookEveryNs / 5;
}

// Rises fast and falls slowly: a sleep that ends late costs punctuality, one that ends early only a little power.
void RelaySleep::learn_lateness(DurationNs late_ns) {
    const DurationNs wanted = late_ns + late_ns / 4 + kMinWakeMarginNs;
    const DurationNs step = wanted > margin_ns_ ? (wanted - margin_ns_) / 2 : (wanted - margin_ns_) / 16;
    margin_ns_ = std::clamp(margin_ns_ + step, kMinWakeMarginNs, kMaxWakeMarginNs);
}

}  // namespace wirestory::sim
