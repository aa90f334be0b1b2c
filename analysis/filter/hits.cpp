#include "analysis/filter/hits.hpp"

namespace wirestory::analysis {

namespace {

constexpr std::uint32_t kAskedBetweenWatches = 1U << 12U;  // packets: a few milliseconds, more where findings are asked

}  // namespace

FilterHits find_hits(const Filter& filter, const Recording& recording, const Analysis& analysis) {
    return *find_hits(filter, recording, analysis, [](std::size_t, std::size_t) { return true; });
}

std::optional<FilterHits> find_hits(const Filter& filter, const Recording& recording, const Analysis& analysis,
                                    const WorkWatch& watch) {
    FilterMatcher matcher(filter, recording, analysis);
    FilterHits hits;
    hits.packets.resize(recording.packets.size());
    hits.calls.resize(recording.calls.size());
    hits.findings.resize(analysis.findings.size());
    for (std::uint32_t i = 0; i < hits.packets.size(); ++i) {
        if (i % kAskedBetweenWatches == 0 && !watch(i, hits.packets.size())) return std::nullopt;
        hits.packets[i] = matcher.packet(i);
        if (hits.packets[i] && analysis.sightings.is_logical(i)) hits.packet_list.push_back(i);
    }
    for (std::uint32_t i = 0; i < hits.calls.size(); ++i) hits.calls[i] = matcher.call(i);
    for (std::uint32_t i = 0; i < hits.findings.size(); ++i) hits.findings[i] = matcher.finding(i);
    return hits;
}

}  // namespace wirestory::analysis
