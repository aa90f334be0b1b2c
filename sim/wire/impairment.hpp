// What becomes of each packet offered to the wire: dropped and why, or when each copy of it arrives, and what was done
// to it. Pure and deterministic: what is drawn for packet n of a path depends on the seed, the path and n alone; times
// and the queue depend on when packets came and on nothing else. Knows no sockets and reads no clock. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "recording/wire_fate.hpp"
#include "sim/run/stage.hpp"
#include "sim/wire/counter_random.hpp"
#include "sim/wire/link_spec.hpp"
#include "sim/wire/port_queue.hpp"

namespace wirestory::sim {

using wirestory::DropCause;
using wirestory::kDropCauses;

struct Offer {
    HostId from = 0;
    HostId to = 0;
    std::uint32_t size_bytes = 0;      // whole frame
    TimeNs now_ns = 0;                 // any clock that does not run backwards; fates come in the same
    const SeenPacket* seen = nullptr;  // only needed when there are rules
};

struct Fate {
    std::uint64_t packet_number = 0;  // of this path, from 1
    DropCause cause = DropCause::kNone;
    std::uint8_t copies = 0;                         // how many arrive; 0 when dropped
    std::array<TimeNs, kMaxPacketCopies> due_ns{};   // when each copy arrives
    std::array<TimeNs, kMaxPacketCopies> sent_ns{};  // when each copy's last bit had left the port's queue
    QueueLength queue;                               // what it found at the port
    std::int16_t rule = -1;                          // index of the rule that was applied
    bool corrupt = false;
    bool mark_ce = false;  // if the packet is ECN-capable
    bool reordered = false;
    std::uint64_t corrupt_place = 0;  // which bit, see corrupt_frame
};

class Impairment {
public:
    explicit Impairment(const WireSpec& spec);

    Fate decide(const Offer& offer);
    [[nodiscard]] bool has_rules() const { return !rules_.empty(); }

    // For what comes later; numbers and queues go on. The ids must be hosts of the spec.
    void set_path(HostId from, HostId to, const PathSpec& path);
    void set_port(HostId to, const PortSpec& port);
    void change(const WireSpec& spec);  // every path and port; rules are added
    void set_cut(HostId from, HostId to, bool cut);
    void set_cut_everywhere(bool cut);
    [[nodiscard]] const PathSpec& path(HostId from, HostId to) const { return paths_[index_of(from, to)].spec; }
    [[nodiscard]] QueueLength queue_length(HostId to, TimeNs now_ns) { return ports_[to].length_at(now_ns); }

private:
    struct Path {
        PathSpec spec;
        CounterRandom random;
        std::uint64_t packets = 0;
        bool in_burst = false;
        TimeNs last_due_ns = 0;
    };
    struct Rule {
        WireRule rule;
        std::uint64_t matched = 0;
    };
    struct RuleHits;

    [[nodiscard]] std::size_t index_of(HostId from, HostId to) const { return from * host_count_ + to; }
    RuleHits apply_rules(const Offer& offer);
    static bool lost(Path& path, std::uint64_t number);
    void send_copies(Path& path, PortQueue& port, const Offer& offer, const RuleHits& hits, Fate& fate);

    std::size_t host_count_;
    std::vector<Path> paths_;
    std::vector<PortQueue> ports_;
    std::vector<Rule> rules_;
};

}  // namespace wirestory::sim
