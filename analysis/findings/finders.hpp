// The finders, one file each: each reads the finished flows, ledgers and datagrams and adds its findings. None knows of
// another, and none writes sentences (describe.cpp does).
#pragma once

#include <vector>

#include "analysis/analysis.hpp"
#include "analysis/call_index.hpp"

namespace wirestory::analysis {

struct FinderContext {
    const CallIndex& calls;
    const Analysis& analysis;

    [[nodiscard]] const Recording& recording() const { return calls.recording(); }
    [[nodiscard]] TimeNs packet_time(std::uint32_t packet) const { return recording().packets.time_ns(packet); }
    [[nodiscard]] const FlowEnd& end(StreamId id) const { return analysis.flows[id.flow].end(id.from); }
};

void find_nagle_holds(const FinderContext& context, std::vector<Finding>& findings);
void find_delayed_acks(const FinderContext& context, std::vector<Finding>& findings);
void find_coalesced_writes(const FinderContext& context, std::vector<Finding>& findings);
void find_sticky_reads(const FinderContext& context, std::vector<Finding>& findings);
void find_half_closes(const FinderContext& context, std::vector<Finding>& findings);
void find_dropped_datagrams(const FinderContext& context, std::vector<Finding>& findings);

// All findings, by begin_ns.
std::vector<Finding> find_all(const FinderContext& context);

// Evidence lists stay readable: events beyond this many of one kind are left out.
constexpr std::size_t kMaxEvidenceEvents = 32;

}  // namespace wirestory::analysis
