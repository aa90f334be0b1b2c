#include "recording/frame_fingerprint.hpp"

#include <algorithm>
#include <cstring>

namespace wirestory {

std::uint64_t frame_fingerprint(ByteView frame, std::size_t original_bytes) {
    constexpr std::size_t kFingerprintBytes = 96;
    constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15U;
    std::uint64_t hash = (original_bytes + 1) * kMultiplier;
    const std::size_t bytes = std::min(frame.size(), kFingerprintBytes);
    for (std::size_t at = 0; at < bytes; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, frame.data() + at, std::min<std::size_t>(8, bytes - at));
        hash = (hash ^ word) * kMultiplier;
        hash ^= hash >> 29U;
    }
    return hash;
}

}  // namespace wirestory
