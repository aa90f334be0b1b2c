// The details of flows that analyse() left out because the capture is large and no calls were recorded on them: byte
// ledgers, states and findings, made when somebody asks for a flow. Any thread may ask; nobody waits for what another
// one makes.
#pragma once

#include <array>
#include <map>
#include <mutex>
#include <span>
#include <vector>

#include "analysis/analysis.hpp"
#include "analysis/call_index.hpp"

namespace wirestory::analysis {

class LateDetails {
public:
    explicit LateDetails(const Recording& recording) : calls_(recording) {}

    // Of a TCP flow; kept, and they stay where they are.
    const StreamLedger& ledger(const Analysis& analysis, StreamId id);
    [[nodiscard]] bool has_ledger(FlowId flow) const;
    std::span<const Finding> findings(const Analysis& analysis, FlowId flow);
    // Made anew each time, and not kept: there may be more of them than memory.
    [[nodiscard]] std::vector<Finding> find(const Analysis& analysis, FlowId flow) const;
    [[nodiscard]] std::vector<StateSpan> states(const Analysis& analysis, FlowId flow) const;

private:
    [[nodiscard]] std::array<StreamLedger, 2> make_ledgers(const Analysis& analysis, FlowId flow) const;

    CallIndex calls_;
    mutable std::mutex mutex_;  // of both maps; never held while something is made
    std::map<FlowId, std::array<StreamLedger, 2>> ledgers_;
    std::map<FlowId, std::vector<Finding>> findings_;
};

}  // namespace wirestory::analysis
