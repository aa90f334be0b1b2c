// The finders, one file each: each reads one finished flow (or one direction of it, or the datagrams) and adds its
// findings. None knows of another, none writes sentences (words.hpp does), each is linear in what it reads.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "analysis/analysis.hpp"
#include "analysis/call_index.hpp"

namespace wirestory::analysis {

struct FinderContext {
    const CallIndex& calls;
    const Analysis& analysis;
    // The ledgers of the one flow asked about, when the analysis has not got them.
    const std::array<StreamLedger, 2>* ledgers = nullptr;

    [[nodiscard]] const Recording& recording() const { return calls.recording(); }
    [[nodiscard]] TimeNs packet_time(std::uint32_t packet) const { return recording().packets.time_ns(packet); }
    [[nodiscard]] const StreamLedger* stream(StreamId id) const {
        return ledgers != nullptr ? &(*ledgers)[index_of(id.from)] : analysis.stream(id);
    }
    [[nodiscard]] const Flow& flow(StreamId id) const { return analysis.flows[id.flow]; }
    [[nodiscard]] const FlowEnd& end(StreamId id) const { return flow(id).end(id.from); }
    // The columns of a packet, behind names of their own so that their storage may change.
    [[nodiscard]] Side from(std::uint32_t packet) const { return analysis.packets.from[packet]; }
    [[nodiscard]] bool has(std::uint32_t packet, std::uint16_t tcp_flags) const {
        return (analysis.packets.tcp_flags[packet] & tcp_flags) != 0;
    }
    [[nodiscard]] std::uint32_t payload_bytes(std::uint32_t packet) const {
        return analysis.packets.payload_bytes[packet];
    }
    [[nodiscard]] std::uint16_t segment_flags(std::uint32_t packet) const {
        return analysis.packets.segment_flags[packet];
    }
    [[nodiscard]] StreamOffset offset(std::uint32_t packet) const { return analysis.packets.offset[packet]; }
    [[nodiscard]] StreamOffset ack_offset(std::uint32_t packet) const { return analysis.packets.ack_offset[packet]; }
    [[nodiscard]] std::uint32_t window_bytes(std::uint32_t packet) const {
        return analysis.packets.window_bytes[packet];
    }
};

// A finding about what `id.from` sends, caused by the actor there.
Finding finding_about(const FinderContext& context, FindingKind kind, StreamId id);
// The same about what the other end does: its actor is the cause, the bytes are still those of `id`.
Finding finding_about_receiver(const FinderContext& context, FindingKind kind, StreamId id);

// Of one direction of a TCP flow.
void find_send_holds(const FinderContext& context, const StreamLedger& ledger, std::vector<Finding>& findings);
void find_delayed_acks(const FinderContext& context, const StreamLedger& ledger, std::vector<Finding>& findings);
void find_coalesced_writes(const FinderContext& context, const StreamLedger& ledger, std::vector<Finding>& findings);
void find_split_writes(const FinderContext& context, const StreamLedger& ledger, std::vector<Finding>& findings);
void find_sticky_reads(const FinderContext& context, const StreamLedger& ledger, std::vector<Finding>& findings);
void find_partial_reads(const FinderContext& context, const StreamLedger& ledger, std::vector<Finding>& findings);
void find_full_send_buffers(const FinderContext& context, const StreamLedger& ledger, std::vector<Finding>& findings);
void find_half_closes(const FinderContext& context, const StreamLedger& ledger, std::vector<Finding>& findings);

// Of one TCP flow.
void find_beginnings(const FinderContext& context, FlowId flow, std::vector<Finding>& findings);
void find_endings(const FinderContext& context, FlowId flow, std::vector<Finding>& findings);
void find_in_segments(const FinderContext& context, FlowId flow, std::vector<Finding>& findings);
void find_resets(const FinderContext& context, FlowId flow, std::vector<Finding>& findings);
void find_overlap_conflicts(const FinderContext& context, FlowId flow, std::vector<Finding>& findings);

// Of all datagrams, and of calls that made no flow.
void find_dropped_datagrams(const FinderContext& context, std::vector<Finding>& findings);
void find_truncated_datagrams(const FinderContext& context, std::vector<Finding>& findings);
void find_lost_datagrams(const FinderContext& context, std::vector<Finding>& findings);
void find_unreachables(const FinderContext& context, std::vector<Finding>& findings);
void find_fragmented(const FinderContext& context, std::vector<Finding>& findings);
void find_connect_timeouts(const FinderContext& context, std::vector<Finding>& findings);

// All findings of one TCP flow, in no order, few of each kind: see kMaxFindingsOfKind.
void find_in_flow(const FinderContext& context, FlowId flow, std::vector<Finding>& findings);
// All findings, by begin_ns.
std::vector<Finding> find_all(const FinderContext& context);

// Evidence lists stay readable: events beyond this many of one kind are left out.
constexpr std::size_t kMaxEvidenceEvents = 32;
// So do the findings of one direction of a flow: what is found of one kind beyond this many is counted into the last.
constexpr std::size_t kMaxFindingsOfKind = 100;

}  // namespace wirestory::analysis
