#include "analysis/late_details.hpp"

#include <utility>

#include "analysis/findings/finders.hpp"
#include "analysis/ledger_builder.hpp"
#include "analysis/states.hpp"

namespace wirestory::analysis {
namespace {

// What `map` has of the flow, else what `make` makes of it; of two threads that make it at once the first one's stays.
template <class Value, class Make>
const Value& kept(std::mutex& mutex, std::map<FlowId, Value>& map, FlowId flow, const Make& make) {
    {
        const std::lock_guard lock(mutex);
        if (const auto found = map.find(flow); found != map.end()) return found->second;
    }
    Value made = make();
    const std::lock_guard lock(mutex);
    return map.try_emplace(flow, std::move(made)).first->second;
}

}  // namespace

std::array<StreamLedger, 2> LateDetails::make_ledgers(const Analysis& analysis, FlowId flow) const {
    return build_flow_ledgers(calls_, analysis.sightings, analysis.packets, analysis.flows[flow], flow);
}

const StreamLedger& LateDetails::ledger(const Analysis& analysis, StreamId id) {
    const auto& ledgers = kept(mutex_, ledgers_, id.flow, [&] { return make_ledgers(analysis, id.flow); });
    return ledgers[index_of(id.from)];
}

bool LateDetails::has_ledger(FlowId flow) const {
    const std::lock_guard lock(mutex_);
    return ledgers_.contains(flow);
}

std::span<const Finding> LateDetails::findings(const Analysis& analysis, FlowId flow) {
    return kept(mutex_, findings_, flow, [&] { return find(analysis, flow); });
}

std::vector<Finding> LateDetails::find(const Analysis& analysis, FlowId flow) const {
    const std::array<StreamLedger, 2> ledgers = make_ledgers(analysis, flow);
    std::vector<Finding> findings;
    find_in_flow({calls_, analysis, &ledgers}, flow, findings);
    return findings;
}

std::vector<StateSpan> LateDetails::states(const Analysis& analysis, FlowId flow) const {
    return infer_flow_states(calls_, analysis.sightings, analysis.packets, analysis.flows[flow], flow);
}

}  // namespace wirestory::analysis
