// How the relay waits: asleep in ppoll until a frame comes, a packet is due or somebody asks, but awake over short
// waits, because a sleep ends late. Learns how late sleeps end, and stops waiting awake where others want the core.
// Knows descriptors and times, not packets. One thread.
#pragma once

#include <vector>

#include <poll.h>

#include "base/time.hpp"

namespace wirestory::sim {

class RelaySleep {
public:
    // `packet_fds` end a sleep by being readable; `wake_fd` (an eventfd) too, and is then cleared.
    RelaySleep(const std::vector<int>& packet_fds, int wake_fd, DurationNs stay_awake_ns);

    // Makes the calling thread a punctual one: precise timers, short slices. Needs no privilege.
    static void prepare_thread();

    void worked(TimeNs now) {
        last_work_ns_ = now;
        awake_since_ns_ = 0;
    }
    // Returns at the latest shortly before `due_ns`, often at once; the caller looks again and again.
    void wait(TimeNs now, TimeNs due_ns);

private:
    bool must_be_thrifty(TimeNs now);
    void learn_lateness(DurationNs late_ns);

    std::vector<pollfd> polled_;  // the last one is the wake descriptor
    DurationNs stay_awake_ns_;
    DurationNs margin_ns_;
    TimeNs last_work_ns_ = 0;
    TimeNs looked_ns_ = 0;
    TimeNs awake_since_ns_ = 0;  // 0: not waiting awake
    DurationNs awake_ns_ = 0;    // since the last look
    TimeNs crowded_until_ns_ = 0;
    long put_aside_ = 0;  // how often, by the kernel's count
};

}  // namespace wirestory::sim
