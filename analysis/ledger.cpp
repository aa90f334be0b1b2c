#include "analysis/ledger.hpp"

#include <algorithm>

namespace wirestory::analysis {
namespace {

// The items that overlap `range`, of a vector sorted by disjoint ranges.
template <class Item>
std::span<const Item> overlapping(const std::vector<Item>& items, ByteRange range) {
    if (range.empty()) return {};
    const auto first = std::partition_point(items.begin(), items.end(),
                                            [&](const Item& item) { return item.range.end <= range.begin; });
    const auto last =
        std::partition_point(first, items.end(), [&](const Item& item) { return item.range.begin < range.end; });
    return {first, last};
}

// Visits the indices of all carried segments that overlap `range`, by falling offset: from the last that begins before
// its end back to where no earlier one reaches into it.
template <class Visit>
void visit_carriers(const StreamLedger& ledger, ByteRange range, Visit visit) {
    const auto& by_offset = ledger.carried_by_offset;
    auto at = static_cast<std::size_t>(
        std::partition_point(by_offset.begin(), by_offset.end(),
                             [&](std::uint32_t index) { return ledger.carried[index].range.begin < range.end; }) -
        by_offset.begin());
    while (at > 0 && ledger.carried_reach[at - 1] > range.begin) {
        --at;
        if (ledger.carried[by_offset[at]].range.overlaps(range)) visit(by_offset[at]);
    }
}

}  // namespace

std::span<const Message> StreamLedger::messages_in(ByteRange range) const { return overlapping(messages, range); }

std::span<const Written> writes_in(const StreamLedger& ledger, ByteRange range) {
    return overlapping(ledger.written, range);
}

std::span<const Read> reads_in(const StreamLedger& ledger, ByteRange range) { return overlapping(ledger.read, range); }

std::vector<std::uint32_t> carriers_of(const StreamLedger& ledger, ByteRange range) {
    std::vector<std::uint32_t> found;
    if (!range.empty()) visit_carriers(ledger, range, [&](std::uint32_t index) { found.push_back(index); });
    std::sort(found.begin(), found.end());
    return found;
}

const Carried* first_carrier_of(const StreamLedger& ledger, StreamOffset offset) {
    std::uint32_t first = kNoIndex;
    visit_carriers(ledger, {offset, offset + 1}, [&](std::uint32_t index) { first = std::min(first, index); });
    return first == kNoIndex ? nullptr : &ledger.carried[first];
}

std::uint32_t carrier_before(const StreamLedger& ledger, StreamOffset offset, std::uint32_t packet) {
    constexpr std::size_t kMostLookedAt = 64;
    const auto& by_offset = ledger.carried_by_offset;
    const auto carried = [&](std::size_t at) -> const Carried& { return ledger.carried[by_offset[at]]; };
    // Those that begin there stand in order of time: the one before `packet` is found at once.
    const auto behind = std::partition_point(by_offset.begin(), by_offset.end(), [&](std::uint32_t index) {
        const Carried& each = ledger.carried[index];
        return each.range.begin < offset || (each.range.begin == offset && each.packet < packet);
    });
    auto at = static_cast<std::size_t>(behind - by_offset.begin());
    std::uint32_t found = kNoIndex;
    if (at > 0 && carried(at - 1).range.begin == offset) found = carried(at - 1).packet;
    const auto there = std::partition_point(
        by_offset.begin(), behind, [&](std::uint32_t index) { return ledger.carried[index].range.begin < offset; });
    at = static_cast<std::size_t>(there - by_offset.begin());
    for (std::size_t seen = 0; at > 0 && seen < kMostLookedAt && ledger.carried_reach[at - 1] > offset; ++seen) {
        const Carried& each = carried(--at);
        if (each.range.end <= offset || each.packet >= packet) continue;
        if (found == kNoIndex || each.packet > found) found = each.packet;
    }
    return found;
}

const Acknowledged* acknowledging(const StreamLedger& ledger, StreamOffset offset) {
    const auto found = std::partition_point(ledger.acknowledged.begin(), ledger.acknowledged.end(),
                                            [&](const Acknowledged& ack) { return ack.up_to <= offset; });
    return found == ledger.acknowledged.end() ? nullptr : &*found;
}

}  // namespace wirestory::analysis
