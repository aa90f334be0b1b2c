#include "analysis/flow_map.hpp"

#include <random>

namespace wirestory::analysis {
namespace {

constexpr std::size_t kFirstSlots = 256;

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
