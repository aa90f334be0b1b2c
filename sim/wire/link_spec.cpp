#include "sim/wire/link_spec.hpp"

#include <fmt/format.h>

namespace wirestory::sim {
namespace {

constexpr std::uint32_t kMinMtuBytes = 68;     // RFC 791: what every module must forward without fragmentation
constexpr std::uint32_t kMaxMtuBytes = 65535;  // ETH_MAX_MTU
constexpr DurationNs kMaxDelayNs = 600 * kSecondNs;
// These keep the time of the last of a million queued packets, in nanoseconds, within 63 bits.
constexpr std::uint64_t kMinRateBitsPerS = 1'000;
constexpr std::uint64_t kMaxBurstBytes = 1U << 30U;
constexpr std::uint64_t kMaxRateBitsPerS = 1'000'000'000'000;
constexpr std::uint32_t kMaxQueuePackets = 1U << 20U;

Status check_probability(const char* what, double probability) {
    if (probability >= 0.0 && probability <= 1.0) return {};  // NaN is neither
    return fail(fmt::format("wire: {} is {}, but a probability lies between 0 and 1 (100 %)", what, probability));
}

Status check_delay(const char* what, DurationNs delay_ns) {
    if (delay_ns >= 0 && delay_ns <= kMaxDelayNs) return {};
    return fail(fmt::format("wire: {} is {} ns, but it must lie between 0 and 10 minutes", what, delay_ns));
}

Status check_bursts(const GilbertElliott& bursts) {
    for (const auto& [what, probability] : {std::pair{"the chance to enter a loss burst", bursts.enter_bad},
                                            std::pair{"the chance to leave a loss burst", bursts.leave_bad},
                                            std::pair{"the loss outside of bursts", bursts.loss_in_good},
                                            std::pair{"the loss inside of bursts", bursts.loss_in_bad}})
        if (Status status = check_probability(what, probability); !status) return status;
    return {};
}

Status check_host(const WireSpec& spec, const char* what, HostId host) {
    if (host < spec.hosts.size()) return {};
    return fail(fmt::format("wire: {} names host number {}, but there are {} hosts", what, host, spec.hosts.size()));
}

Status check_rule(const WireSpec& spec, const WireRule& rule) {
    for (const HostId host : {rule.pattern.from, rule.pattern.to})
        if (host != kNoActor)
            if (Status status = check_host(spec, "a rule", host); !status) return status;
    return check_delay("the delay of a rule", rule.delay_ns);
}

}  // namespace

PathSpec WireSpec::path_between(HostId from, HostId to) const {
    for (const PathOverride& candidate : paths)
        if (candidate.from == from && candidate.to == to) return candidate.path;
    return path;
}

PortSpec WireSpec::port_to(HostId to) const {
    for (const PortOverride& candidate : ports)
        if (candidate.to == to) return candidate.port;
    return port;
}

Status check(const PathSpec& path) {
    for (const auto& [what, delay] : {std::pair{"delay", path.delay_ns}, std::pair{"jitter", path.jitter_ns},
                                      std::pair{"the delay of reordered packets", path.reorder_by_ns}})
        if (Status status = check_delay(what, delay); !status) return status;
    for (const auto& [what, chance] : {std::pair{"loss", path.loss}, std::pair{"duplicate", path.duplicate},
                                       std::pair{"reorder", path.reorder}, std::pair{"corrupt", path.corrupt}})
        if (Status status = check_probability(what, chance.probability); !status) return status;
    if (path.bursts)
        if (Status status = check_bursts(*path.bursts); !status) return status;
    if (path.duplicate_copies == 0 || path.duplicate_copies >= kMaxPacketCopies)
        return fail(fmt::format("wire: {} duplicates of a packet asked for, but it must be 1 to {}",
                                path.duplicate_copies, kMaxPacketCopies - 1));
    return {};
}

Status check(const PortSpec& port) {
    if (port.rate_bits_per_s != 0 &&
        (port.rate_bits_per_s < kMinRateBitsPerS || port.rate_bits_per_s > kMaxRateBitsPerS))
        return fail(
            fmt::format("wire: rate is {} bit/s, but it must lie between 1 kbit/s and 1 Tbit/s; leave it out "
                        "for no limit",
                        port.rate_bits_per_s));
    if (port.burst_bytes > kMaxBurstBytes)
        return fail(fmt::format("wire: a burst of {} bytes asked for, but it must be at most 1 GiB", port.burst_bytes));
    if (port.queue_packets == 0 || port.queue_packets > kMaxQueuePackets)
        return fail(fmt::format("wire: a queue of {} packets asked for, but it must be 1 to {}", port.queue_packets,
                                kMaxQueuePackets));
    return {};
}

Status check(const WireSpec& spec) {
    if (spec.hosts.size() < 2 || spec.hosts.size() > kMaxWireHosts)
        return fail(fmt::format("wire: it joins {} hosts, but it takes 2 to {}", spec.hosts.size(), kMaxWireHosts));
    if (spec.mtu_bytes < kMinMtuBytes || spec.mtu_bytes > kMaxMtuBytes)
        return fail(
            fmt::format("wire: mtu is {}, but a device takes {} to {}", spec.mtu_bytes, kMinMtuBytes, kMaxMtuBytes));
    if (Status status = check(spec.path); !status) return status;
    if (Status status = check(spec.port); !status) return status;
    for (const PathOverride& path : spec.paths) {
        for (const HostId host : {path.from, path.to})
            if (Status status = check_host(spec, "a direction", host); !status) return status;
        if (Status status = check(path.path); !status) return status;
    }
    for (const PortOverride& port : spec.ports) {
        if (Status status = check_host(spec, "a direction", port.to); !status) return status;
        if (Status status = check(port.port); !status) return status;
    }
    for (const WireRule& rule : spec.rules)
        if (Status status = check_rule(spec, rule); !status) return status;
    return {};
}

}  // namespace wirestory::sim
