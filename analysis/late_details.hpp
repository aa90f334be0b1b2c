// The details of flows that analyse() left out because the capture is large and no calls were recorded on them: byte
// ledgers and findings, made when somebody asks for a flow, and kept. Any thread may ask.
#pragma once

#include <array>
#include <map>
#include <mutex>
#include <span>

#include "analysis/analysis.hpp"
#include "analysis/call_index.hpp"

namespace wirestory::analysis {

class LateDetails {
public:
    explicit LateDetails(const Recording& recording) : calls_(recording) {}

    // Of a TCP flow; they stay where they are.
    const StreamLedger& ledger(const Analysis& analysis, StreamId id);
    std::span<const Finding> findings(const Analysis& analysis, FlowId flow);

private:
    CallIndex calls_;
    std::recursive_mutex mutex_;  // finders ask for the ledgers
    std::map<FlowId, std::array<StreamLedger, 2>> ledgers_;
    std::map<FlowId, std::vector<Finding>> findings_;
};

}  // namespace wirestory::analysis
