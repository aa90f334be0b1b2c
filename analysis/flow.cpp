#include "analysis/flow.hpp"

#include <algorithm>

namespace wirestory::analysis {

StreamOffset OffsetColumn::high_of(std::uint32_t i) const {
    std::size_t begin = 0;
    std::size_t end = high_.size();
    while (begin < end) {
        const std::size_t middle = begin + (end - begin) / 2;
        if (high_[middle].index < i) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    return begin < high_.size() && high_[begin].index == i ? high_[begin].bits : 0;
}

void OffsetColumn::seal() {
    const auto before = [](const High& a, const High& b) { return a.index < b.index; };
    bool sorted = true;
    for (std::size_t i = 1; i < high_.size() && sorted; ++i) sorted = before(high_[i - 1], high_[i]);
    if (sorted) return;
    std::vector<High> all;
    all.reserve(high_.size());
    for (std::size_t i = 0; i < high_.size(); ++i) all.push_back(high_[i]);
    std::sort(all.begin(), all.end(), before);
    for (std::size_t i = 0; i < all.size(); ++i) high_[i] = all[i];
}

void PacketColumns::extend(std::size_t size) {
    flow.extend(size);
    from.extend(size);
    tcp_flags.extend(size);
    segment_flags.extend(size);
    offset.extend(size);
    ack_offset.extend(size);
    payload_bytes.extend(size);
    window_bytes.extend(size);
}

void PacketColumns::set_none(std::uint32_t packet) {
    const Place place = Place::of(packet);
    flow.at(place) = kNoFlow;
    from.at(place) = Side::kInitiator;
    tcp_flags.at(place) = 0;
    segment_flags.at(place) = 0;
    offset.set(packet, place, 0);
    ack_offset.set(packet, place, 0);
    payload_bytes.set(packet, place, 0);
    window_bytes.at(place) = 0;
}

void PacketColumns::seal() {
    offset.seal();
    ack_offset.seal();
}

}  // namespace wirestory::analysis
