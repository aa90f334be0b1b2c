// Random numbers addressed by what they are for: the number for (path, packet, purpose) is always the same for one
// seed, whatever was drawn before and whenever the packet came. So loss of packet 7 does not depend on whether jitter
// was on for packet 6. The mixer is the finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom
// number generators, OOPSLA 2014), once for each coordinate.
#pragma once

#include <cstdint>

namespace wirestory::sim {

enum class Purpose : std::uint8_t {
    kLoss = 1,
    kBurstState,
    kBurstLoss,
    kDuplicate,
    kReorder,
    kCorrupt,
    kCorruptPlace,
    kJitter,  // of the packet; its copies follow
};

class CounterRandom {
public:
    CounterRandom(std::uint64_t seed, std::uint64_t stream) : key_(mixed(mixed(seed) ^ (stream + 1) * kStep)) {}

    [[nodiscard]] std::uint64_t bits(std::uint64_t number, Purpose purpose, unsigned extra = 0) const {
        const std::uint64_t place = static_cast<std::uint64_t>(purpose) + 16U * extra;
        return mixed(mixed(key_ + number * kStep) ^ place * kOtherStep);
    }
    // Even in [0, 1), 53 bits.
    [[nodiscard]] double uniform(std::uint64_t number, Purpose purpose, unsigned extra = 0) const {
        return static_cast<double>(bits(number, purpose, extra) >> 11U) * 0x1.0p-53;
    }

private:
    static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15U;  // 2^64 / golden ratio, odd
    static constexpr std::uint64_t kOtherStep = 0xD1342543DE82EF95U;

    static constexpr std::uint64_t mixed(std::uint64_t z) {
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }

    std::uint64_t key_;
};

}  // namespace wirestory::sim
