#include "analysis/filter/hits.hpp"

namespace wirestory::analysis {

FilterHits find_hits(const Filter& filter, const Recording& recording, const Analysis& analysis) {
    FilterMatcher matcher(filter, recording, analysis);
    FilterHits hits;
    hits.packets.resize(recording.packets.size());
    hits.calls.resize(recording.calls.size());
    hits.findings.resize(analysis.findings.size());
    for (std::uint32_t i = 0; i < hits.packets.size(); ++i) {
        hits.packets[i] = matcher.packet(i);
        if (hits.packets[i] && analysis.sightings.is_logical(i)) hits.packet_list.push_back(i);
    }
    for (std::uint32_t i = 0; i < hits.calls.size(); ++i) hits.calls[i] = matcher.call(i);
    for (std::uint32_t i = 0; i < hits.findings.size(); ++i) hits.findings[i] = matcher.finding(i);
    return hits;
}

}  // namespace wirestory::analysis
