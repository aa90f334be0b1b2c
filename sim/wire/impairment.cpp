#include "sim/wire/impairment.hpp"

#include <algorithm>

#include "sim/run/packet_match.hpp"

namespace wirestory::sim {
namespace {

bool happens(const Chance& chance, const CounterRandom& random, std::uint64_t number, Purpose purpose) {
    if (chance.every != 0 && number % chance.every == 0) return true;
    return chance.probability > 0.0 && random.uniform(number, purpose) < chance.probability;
}

DurationNs jitter(const PathSpec& spec, const CounterRandom& random, std::uint64_t number, unsigned copy) {
    if (spec.jitter_ns == 0) return 0;
    const std::uint64_t width = 2 * static_cast<std::uint64_t>(spec.jitter_ns) + 1;
    return static_cast<DurationNs>(random.bits(number, Purpose::kJitter, copy) % width) - spec.jitter_ns;
}

}  // namespace

// What the rules that fit a packet ask for, together.
struct Impairment::RuleHits {
    std::int16_t first = -1;
    bool drop = false;
    bool duplicate = false;
    bool corrupt = false;
    DurationNs delay_ns = 0;
};

Impairment::Impairment(const WireSpec& spec) : host_count_(spec.hosts.size()) {
    paths_.reserve(host_count_ * host_count_);
    for (std::size_t from = 0; from < host_count_; ++from)
        for (std::size_t to = 0; to < host_count_; ++to)
            paths_.push_back({spec.path_between(static_cast<HostId>(from), static_cast<HostId>(to)),
                              CounterRandom(spec.seed, from * kMaxWireHosts + to)});
    for (std::size_t to = 0; to < host_count_; ++to) ports_.emplace_back(spec.port_to(static_cast<HostId>(to)));
    for (const WireRule& rule : spec.rules) rules_.push_back({rule});
}

void Impairment::set_path(HostId from, HostId to, const PathSpec& path) { paths_[index_of(from, to)].spec = path; }
void Impairment::set_port(HostId to, const PortSpec& port) { ports_[to].set_spec(port); }
void Impairment::change(const WireSpec& spec) {
    for (std::size_t from = 0; from < host_count_; ++from)
        for (std::size_t to = 0; to < host_count_; ++to)
            paths_[from * host_count_ + to].spec =
                spec.path_between(static_cast<HostId>(from), static_cast<HostId>(to));
    for (std::size_t to = 0; to < host_count_; ++to) ports_[to].set_spec(spec.port_to(static_cast<HostId>(to)));
    for (const WireRule& rule : spec.rules) rules_.push_back({rule});
}
void Impairment::set_cut(HostId from, HostId to, bool cut) { paths_[index_of(from, to)].spec.cut = cut; }
void Impairment::set_cut_everywhere(bool cut) {
    for (Path& path : paths_) path.spec.cut = cut;
}

Impairment::RuleHits Impairment::apply_rules(const Offer& offer) {
    RuleHits hits;
    if (offer.seen == nullptr) return hits;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        Rule& candidate = rules_[i];
        if (!matches(candidate.rule.pattern, *offer.seen)) continue;
        ++candidate.matched;
        if (candidate.rule.occurrence != 0 && candidate.rule.occurrence != candidate.matched) continue;
        if (hits.first < 0) hits.first = static_cast<std::int16_t>(i);
        switch (candidate.rule.action) {
            case WireAction::kDrop: hits.drop = true; break;
            case WireAction::kDelay: hits.delay_ns += candidate.rule.delay_ns; break;
            case WireAction::kDuplicate: hits.duplicate = true; break;
            case WireAction::kCorrupt: hits.corrupt = true; break;
        }
    }
    return hits;
}

// The state of the bursts goes on with every packet, whatever else becomes of it, so that it depends on the number
// only.
bool Impairment::lost(Path& path, std::uint64_t number) {
    bool lost = happens(path.spec.loss, path.random, number, Purpose::kLoss);
    if (path.spec.bursts) {
        const GilbertElliott& bursts = *path.spec.bursts;
        const double draw = path.random.uniform(number, Purpose::kBurstState);
        path.in_burst = path.in_burst ? draw >= bursts.leave_bad : draw < bursts.enter_bad;
        const double loss = path.in_burst ? bursts.loss_in_bad : bursts.loss_in_good;
        lost = path.random.uniform(number, Purpose::kBurstLoss) < loss || lost;
    }
    return lost;
}

void Impairment::send_copies(Path& path, PortQueue& port, const Offer& offer, const RuleHits& hits, Fate& fate) {
    const bool doubled =
        hits.duplicate || happens(path.spec.duplicate, path.random, fate.packet_number, Purpose::kDuplicate);
    const unsigned wanted = doubled ? 1U + path.spec.duplicate_copies : 1U;
    fate.reordered = happens(path.spec.reorder, path.random, fate.packet_number, Purpose::kReorder);
    const DurationNs later = (fate.reordered ? path.spec.reorder_by_ns : 0) + hits.delay_ns;
    for (unsigned copy = 0; copy < wanted; ++copy) {
        const auto sent = port.enter(offer.size_bytes, offer.now_ns);
        if (!sent) break;
        const DurationNs delay = path.spec.delay_ns + jitter(path.spec, path.random, fate.packet_number, copy);
        TimeNs due = *sent + std::max<DurationNs>(0, delay) + later;
        if (later == 0 && !path.spec.jitter_reorders) {
            due = std::max(due, path.last_due_ns);
            path.last_due_ns = due;
        }
        fate.sent_ns[fate.copies] = *sent;
        fate.due_ns[fate.copies++] = due;
    }
    if (fate.copies == 0) fate.cause = DropCause::kQueueFull;
}

Fate Impairment::decide(const Offer& offer) {
    Path& path = paths_[index_of(offer.from, offer.to)];
    PortQueue& port = ports_[offer.to];
    Fate fate;
    fate.packet_number = ++path.packets;
    const RuleHits hits = apply_rules(offer);
    fate.rule = hits.first;
    const bool is_lost = lost(path, fate.packet_number);
    fate.queue = port.length_at(offer.now_ns);
    constexpr std::uint32_t kEthernetBytes = 14;
    if (path.spec.cut) {
        fate.cause = DropCause::kCut;
    } else if (path.spec.mtu_bytes != 0 && offer.size_bytes > path.spec.mtu_bytes + kEthernetBytes) {
        fate.cause = DropCause::kMtu;
    } else if (hits.drop) {
        fate.cause = DropCause::kRule;
    } else if (is_lost) {
        fate.cause = DropCause::kLoss;
    } else {
        fate.mark_ce = port.marks(fate.queue);
        send_copies(path, port, offer, hits, fate);
    }
    if (fate.cause == DropCause::kNone) {
        fate.corrupt = hits.corrupt || happens(path.spec.corrupt, path.random, fate.packet_number, Purpose::kCorrupt);
        if (fate.corrupt) fate.corrupt_place = path.random.bits(fate.packet_number, Purpose::kCorruptPlace);
    }
    return fate;
}

}  // namespace wirestory::sim
