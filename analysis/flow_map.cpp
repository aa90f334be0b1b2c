#include "analysis/flow_map.hpp"

#include <random>

namespace wirestory::analysis {
namespace {

constexpr std::size_t kFirstSlots = 256;

// Both halves of the product, folded: every bit of both numbers counts in every bit of the result.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    const auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

}  // namespace

FlowMap::FlowMap() : slots_(kFirstSlots), mask_(kFirstSlots - 1) {
    static const std::array<std::uint64_t, 3> secret = [] {
        std::random_device random;
        std::array<std::uint64_t, 3> words{};
        for (std::uint64_t& word : words) word = std::uint64_t{random()} << 32U | random() | 1U;
        return words;
    }();
    secret_ = secret;
}

std::uint32_t FlowMap::hash(const FlowKey& key) const {
    const std::uint64_t low = mix(key.addresses[0] ^ secret_[0], key.addresses[2] ^ secret_[1]);
    const std::uint64_t high = mix(key.addresses[1] ^ secret_[1], key.addresses[3] ^ secret_[2]);
    const std::uint64_t all = mix(low ^ high ^ secret_[2], key.ports_and_kind ^ secret_[0]);
    return static_cast<std::uint32_t>(all ^ all >> 32U);
}

void FlowMap::grow() {
    std::vector<Slot> old(slots_.size() * 2);
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (const Slot& slot : old) {
        if (slot.flow == kNone) continue;
        std::size_t at = slot.hash & mask_;
        while (slots_[at].flow != kNone) at = (at + 1) & mask_;
        slots_[at] = slot;
    }
}

}  // namespace wirestory::analysis
