// What a wire does to packets: plain data. One PathSpec for each ordered pair of hosts (what the cable does to a packet
// on its way) and one PortSpec for each receiving host (the rate and the queue of the switch's port towards it, shared
// by all senders). With two hosts a path and the port it ends in are simply one direction of the link. Knows no
// sockets, no clock and no scenario text. Copies freely; no thread of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "sim/scenario/packet_pattern.hpp"

namespace wirestory::sim {

// Index into WireSpec::hosts. A rule's PacketPattern names hosts by the same number, as actors.
using HostId = ActorId;

constexpr std::size_t kMaxWireHosts = 64;
constexpr unsigned kMaxPacketCopies = 4;  // the packet and up to three duplicates

// Which packets of a path something happens to: every n-th by number, or each with a probability. Both may be given.
struct Chance {
    std::uint32_t every = 0;   // 3: packets number 3, 6, 9 ...; 0: none
    double probability = 0.0;  // 0.05: each with 5 %

    bool operator==(const Chance&) const = default;
};

// Losses in bursts: two states and the chances to change between them, drawn once for each packet (Gilbert 1960,
// Elliott 1963). A stay in the bad state lasts 1 / leave_bad packets on average.
struct GilbertElliott {
    double enter_bad = 0.0;
    double leave_bad = 1.0;
    double loss_in_good = 0.0;
    double loss_in_bad = 1.0;

    bool operator==(const GilbertElliott&) const = default;
};

struct PathSpec {
    DurationNs delay_ns = 0;       // after the port's queue
    DurationNs jitter_ns = 0;      // delay is even between delay - jitter and delay + jitter, never below 0
    bool jitter_reorders = false;  // else a packet waits for the one before it
    Chance loss;
    std::optional<GilbertElliott> bursts;
    Chance duplicate;
    std::uint8_t duplicate_copies = 1;  // how many more; at most kMaxPacketCopies - 1
    Chance reorder;
    DurationNs reorder_by_ns = 0;  // a reordered packet comes so much later, others may overtake it
    Chance corrupt;
    std::uint32_t mtu_bytes = 0;  // packets longer than this vanish without a word; 0: the devices' mtu
    bool cut = false;

    bool operator==(const PathSpec&) const = default;
};

// Lengths are those of whole frames as captured: 14 bytes of Ethernet header, no check sequence. What waits and what is
// being sent both count as queued: a packet leaves the queue when its last bit has left.
struct PortSpec {
    std::uint64_t rate_bits_per_s = 0;   // 0: as fast as the machine
    std::uint64_t burst_bytes = 0;       // token bucket: so much may pass at once after a pause; 0: a plain line
    std::uint32_t queue_packets = 1000;  // a packet that finds so many is dropped (tail drop); at least 1
    std::uint64_t queue_bytes = 0;       // one that would make it longer than this is dropped; 0: no such limit
    std::uint32_t ecn_mark_packets = 0;  // an ECN-capable packet that finds so many is marked CE; 0: never
    std::uint64_t ecn_mark_bytes = 0;

    bool operator==(const PortSpec&) const = default;
};

enum class WireAction : std::uint8_t { kDrop, kDelay, kDuplicate, kCorrupt };

// "drop client > server: PSH ACK #2". Counted over all packets offered to the wire, lost ones included.
struct WireRule {
    PacketPattern pattern;
    std::uint32_t occurrence = 0;  // the n-th that matches, from 1; 0: each
    WireAction action = WireAction::kDrop;
    DurationNs delay_ns = 0;  // kDelay: so much later than otherwise; later packets may overtake it
    std::string text{};       // as a reader would say it: "drop client > server: PSH ACK #2"
};

struct PathOverride {
    HostId from = 0;
    HostId to = 0;
    PathSpec path;
};
struct PortOverride {
    HostId to = 0;
    PortSpec port;
};

struct WireSpec {
    std::vector<std::string> hosts;  // names; host n has address 10.0.0.(n + 1)
    std::uint32_t mtu_bytes = 1500;  // of every host's device
    std::uint64_t seed = 1;
    PathSpec path;  // of every ordered pair that has no override
    PortSpec port;
    std::vector<PathOverride> paths;
    std::vector<PortOverride> ports;
    std::vector<WireRule> rules;
    std::vector<std::pair<std::string, std::string>> sysctls;  // written in every host, after the pinned ones

    [[nodiscard]] PathSpec path_between(HostId from, HostId to) const;
    [[nodiscard]] PortSpec port_to(HostId to) const;
};

// One sentence for the first thing that cannot be: probabilities outside of 0..1, a mtu that no device takes ...
Status check(const WireSpec& spec);
Status check(const PathSpec& path);
Status check(const PortSpec& port);

}  // namespace wirestory::sim
