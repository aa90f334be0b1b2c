#include "analysis/findings/finders.hpp"

#include <algorithm>

namespace wirestory::analysis {

std::vector<Finding> find_all(const FinderContext& context) {
    std::vector<Finding> findings;
    find_nagle_holds(context, findings);
    find_delayed_acks(context, findings);
    find_coalesced_writes(context, findings);
    find_sticky_reads(context, findings);
    find_half_closes(context, findings);
    find_dropped_datagrams(context, findings);
    std::stable_sort(findings.begin(), findings.end(),
                     [](const Finding& a, const Finding& b) { return a.begin_ns < b.begin_ns; });
    return findings;
}

}  // namespace wirestory::analysis
