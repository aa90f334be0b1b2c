// The relay: one thread that takes frames from the middle ends of the veth pairs, asks the model for their fate, keeps
// them until they are due and hands them on. Scheduling is on the monotonic clock, what it tells is on the realtime
// clock. No allocation for a packet. Knows devices and frames, not namespaces. Methods are safe from any thread unless
// said.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "sim/wire/departure_queue.hpp"
#include "sim/wire/impairment.hpp"
#include "sim/wire/outbox.hpp"
#include "sim/wire/packet_port.hpp"
#include "sim/wire/relay_clock.hpp"
#include "sim/wire/wire.hpp"

namespace wirestory::sim {

class Relay {
public:
    // `ports[n]` leads to host n, whose device has `macs[n]`.
    static Result<std::unique_ptr<Relay>> start(const WireSpec& spec, const WireOptions& options,
                                                std::vector<PacketPort> ports, std::vector<MacAddress> macs);
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    // Runs `change` on the relay's thread, behind all frames that have come by now; returns the moment (realtime).
    Result<TimeNs> apply(std::function<void(Impairment&)> change);
    bool drain(DurationNs timeout);
    void stop();

    void take_fates(std::vector<FateEntry>& fates) { log_.take(fates); }  // one reader thread
    [[nodiscard]] WireStatistics statistics() const;
    // Frames of `host` that were taken up (their fate is decided), or that its ring had no room for.
    [[nodiscard]] std::uint64_t frames_of(HostId host) const;

private:
    struct Change {
        std::function<void(Impairment&)> apply;
        TimeNs* moment_ns;  // of the one who asked and waits
    };
    // Written by the relay's thread alone; others read.
    struct Counters {
        std::atomic<std::uint64_t> offered{0};
        std::atomic<std::uint64_t> delivered{0};
        std::array<std::atomic<std::uint64_t>, kDropCauses> dropped{};
        std::atomic<std::uint64_t> strangers{0};
        std::atomic<DurationNs> worst_lateness_ns{0};
    };

    Relay(const WireSpec& spec, const WireOptions& options, std::vector<PacketPort> ports, std::vector<MacAddress> macs,
          DepartureQueue departures);
    void run();
    bool receive(TimeNs until_ns);  // frames stamped up to then; false when there was none
    std::size_t look_for_oldest();
    void take_frame(HostId from, const RingFrame& frame);
    void carry(HostId from, HostId to, const RingFrame& frame, bool only_receiver);
    Fate ask_model(HostId from, HostId to, const RingFrame& frame, TimeNs entered_ns);
    static void alter(const Fate& fate, FateEntry& entry, std::span<std::byte> frame);
    bool send_due();
    void put_out(std::span<std::byte> frame, const FateEntry& entry, std::optional<SlotId> slot);
    void flush(HostId to);
    void flush_all();
    void write_off(FateEntry entry, DropCause cause);
    bool answer(bool idle);  // false: time to end
    [[nodiscard]] std::size_t path_index(const FateEntry& entry) const { return entry.from * macs_.size() + entry.to; }
    void wake() const;

    const WireOptions options_;
    std::vector<PacketPort> ports_;
    std::vector<MacAddress> macs_;
    RelayClock clock_;
    Impairment model_;
    DepartureQueue departures_;
    std::vector<std::uint32_t> waiting_;  // packets on their way, by path
    // The next frame of each ring while a batch is taken, and how many of it were taken before.
    struct RingHead {
        RingFrame frame;
        std::uint32_t taken = 0;
        bool there = false;
    };
    std::vector<RingHead> heads_;
    std::unique_ptr<Outbox[]> outboxes_;  // by receiver
    FateLog log_;
    Counters counters_;
    // By host: frames taken from its ring (written by the relay's thread alone), and frames that found it full.
    std::unique_ptr<std::atomic<std::uint64_t>[]> taken_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> ring_losses_;

    UniqueFd wake_fd_;
    std::atomic<bool> asked_{false};  // somebody waits for a change, a drain or the end
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Change> changes_;  // under mutex_
    unsigned drain_waiters_ = 0;   // under mutex_
    std::uint64_t drains_ = 0;     // under mutex_
    bool stopping_ = false;        // under mutex_
    bool ended_ = false;           // under mutex_
    std::thread thread_;
};

}  // namespace wirestory::sim
