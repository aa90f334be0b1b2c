// FlowMap: from a flow's key to its number. Open addressing over one array, so that a look-up touches one cache line,
// which prefetch() can have fetched before. The hash has a secret of the process: a capture made to collide does not.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "analysis/packet_facts.hpp"

namespace wirestory::analysis {

class FlowMap {
public:
    static constexpr std::uint32_t kNone = 0xFFFFFFFF;

    FlowMap();

    [[nodiscard]] std::uint32_t hash(const FlowKey& key) const {
        const std::uint64_t low = mix(key.addresses[0] ^ secret_[0], key.addresses[2] ^ secret_[1]);
        const std::uint64_t high = mix(key.addresses[1] ^ secret_[1], key.addresses[3] ^ secret_[2]);
        const std::uint64_t all = mix(low ^ high ^ secret_[2], key.ports_and_kind ^ secret_[0]);
        return static_cast<std::uint32_t>(all ^ all >> 32U);
    }
    void prefetch(std::uint32_t hash) const { __builtin_prefetch(&slots_[hash & mask_]); }
    // What the first slot of `hash` says: the flow, most probably; for prefetching it.
    [[nodiscard]] std::uint32_t guess(std::uint32_t hash) const { return slots_[hash & mask_].flow; }

    // The slot of the flow for which `is_it(flow)`, or the free one where it belongs (flow == kNone).
    template <class Predicate>
    [[nodiscard]] std::uint32_t& find(std::uint32_t hash, const Predicate& is_it) {
        for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
            Slot& slot = slots_[at];
            if (slot.flow == kNone) {
                slot.hash = hash;
                return slot.flow;
            }
            if (slot.hash == hash && is_it(slot.flow)) return slot.flow;
        }
    }
    // To be called after a free slot was taken.
    void note_added() {
        if (++used_ * 2 > slots_.size()) grow();
    }

private:
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t flow = kNone;
    };
    // Both halves of the product, folded: every bit of both numbers counts in every bit of the result.
    static std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
        const auto product = static_cast<unsigned __int128>(a) * b;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
    }
    void grow();

    std::vector<Slot> slots_;
    std::size_t mask_ = 0;
    std::size_t used_ = 0;
    std::array<std::uint64_t, 3> secret_{};
};

}  // namespace wirestory::analysis
