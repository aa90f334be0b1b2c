#include "analysis/late_details.hpp"

#include "analysis/findings/finders.hpp"
#include "analysis/ledger_builder.hpp"

namespace wirestory::analysis {

const StreamLedger& LateDetails::ledger(const Analysis& analysis, StreamId id) {
    const std::lock_guard lock(mutex_);
    const auto [found, is_new] = ledgers_.try_emplace(id.flow);
    if (is_new)
        found->second =
            build_flow_ledgers(calls_, analysis.sightings, analysis.packets, analysis.flows[id.flow], id.flow);
    return found->second[index_of(id.from)];
}

std::span<const Finding> LateDetails::findings(const Analysis& analysis, FlowId flow) {
    const std::lock_guard lock(mutex_);
    const auto [found, is_new] = findings_.try_emplace(flow);
    if (is_new) find_in_flow({calls_, analysis}, flow, found->second);
    return found->second;
}

}  // namespace wirestory::analysis
