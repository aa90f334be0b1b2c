// The wire between hosts: each host in a network namespace of its own, joined by veth pairs to a relay that delays,
// drops, doubles and damages packets as a WireSpec says, and tells what became of each. This is the only header of
// sim/wire that others need. To be made inside a private namespace (enter_sandbox); needs neither root nor netem nor
// /dev/net/tun. Does not know actors, stories or captures. Errors name what was refused and the cure. open() and
// take_fates() are for one thread, everything else is safe from any. Nothing is left behind when
// the process ends, however it ends.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/address.hpp"
#include "base/result.hpp"
#include "recording/recording.hpp"
#include "sim/wire/fate_log.hpp"
#include "sim/wire/frame_fields.hpp"
#include "sim/wire/link_spec.hpp"

namespace wirestory::sim {

// Room for the frames of all hosts between their devices and the relay, and for packets on their way, whatever is
// asked.
constexpr std::size_t kMaxRingBytes = 64U << 20U;
constexpr std::size_t kMaxInFlightBytes = 512U << 20U;

struct WireOptions {
    // Room for packets on their way (queued or delayed), for all paths together. One that finds none is dropped as
    // kOverload. Reserved at once, used as needed.
    std::uint32_t in_flight_packets = 65'536;
    std::size_t ring_bytes = 16U << 20U;  // of each host: 8192 frames of an mtu of 1500
    std::uint32_t log_entries = 65'536;
    // How long the relay stays awake after work before it sleeps: waking costs more than many packets.
    DurationNs stay_awake_ns = 20 * kMicrosecondNs;
};

struct WireStatistics {
    std::uint64_t offered = 0;                         // packets that a path took up (one for each receiver)
    std::uint64_t delivered = 0;                       // copies handed to a receiver's device
    std::array<std::uint64_t, kDropCauses> dropped{};  // by DropCause
    std::uint64_t ring_losses = 0;                     // came faster than the relay could take them: not asked for
    std::uint64_t strangers = 0;                       // frames to nobody's address, not carried
    std::uint64_t log_losses = 0;                      // entries that found the log full
    DurationNs worst_lateness_ns = 0;                  // the most that a packet left after it was due

    [[nodiscard]] std::uint64_t dropped_by(DropCause cause) const { return dropped[static_cast<std::size_t>(cause)]; }
    // Lost though nobody asked for it.
    [[nodiscard]] std::uint64_t unasked_losses() const {
        return ring_losses + dropped_by(DropCause::kOverload) + dropped_by(DropCause::kNotSent);
    }
};

struct WireHost {
    std::string name;
    int network_namespace = -1;  // owned by the wire; setns(fd, CLONE_NEWNET) on the actor's thread
    IpAddress address;
    MacAddress mac{};
    std::string device;  // the host's tap
};

class Wire {
public:
    static Result<Wire> open(const WireSpec& spec, const WireOptions& options = {});
    Wire(Wire&&) noexcept;
    Wire& operator=(Wire&&) noexcept;
    ~Wire();  // close()

    [[nodiscard]] const std::vector<WireHost>& hosts() const;
    [[nodiscard]] const std::vector<RunFact>& facts() const;  // what could not be pinned

    // Puts the calling thread into a host's network namespace, for good; sockets it opens from then on are the host's.
    Status enter_host(HostId host) const;

    // Changes, each from one moment on: the moment is returned (realtime). Packets that came before it have their old
    // fate, also those still on their way; for packets that come after it, the new one holds when the call returns.
    Result<TimeNs> cut(HostId from, HostId to);
    Result<TimeNs> restore(HostId from, HostId to);
    Result<TimeNs> cut();  // every path
    Result<TimeNs> restore();
    Result<TimeNs> set_path(HostId from, HostId to, const PathSpec& path);
    Result<TimeNs> set_port(HostId to, const PortSpec& port);
    // All paths and ports at one moment, as `spec` has them; its rules are added, and count from then on.
    Result<TimeNs> change(const WireSpec& spec);

    // Appends what the relay wrote since the last time. After close() it is complete, log_losses aside.
    void take_fates(std::vector<FateEntry>& fates);
    [[nodiscard]] WireStatistics statistics() const;

    // Waits until the relay has taken up every frame that the hosts' devices have sent by now, so that what is sent
    // or changed after it comes after them; false when `timeout` passed first or the kernel does not tell the count.
    bool catch_up(DurationNs timeout);
    // Waits until everything that came so far has left or was dropped; false when `timeout` passed first.
    bool drain(DurationNs timeout);
    // Stops the relay; packets on their way are dropped as kClosed. Hosts and statistics stay until destruction.
    void close();

private:
    class Impl;
    explicit Wire(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace wirestory::sim
