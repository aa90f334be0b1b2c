#include "cli/flow_json.hpp"

#include "analysis/flow_words.hpp"
#include "recording/tcp_state.hpp"

namespace wirestory::cli {

namespace {

using nlohmann::json;

json end_json(const analysis::EndSummary& end) {
    json trips{{"count", end.round_trips.count}};
    if (end.round_trips.count > 0) {
        trips["least_ns"] = end.round_trips.least_ns;
        trips["mean_ns"] = end.round_trips.mean_ns;
        trips["most_ns"] = end.round_trips.most_ns;
    }
    return {{"state", end.state == TcpState::kUnknown ? json(nullptr) : json(to_string(end.state))},
            {"packets", end.packets},
            {"payload_bytes", end.payload_bytes},
            {"resent", end.resent},
            {"most_in_flight_bytes", end.most_in_flight_bytes},
            {"in_flight_bytes", end.in_flight_bytes},
            {"window_bytes", end.window_bytes},
            {"round_trips", std::move(trips)},
            {"mss_bytes", end.mss_bytes == 0 ? json(nullptr) : json(end.mss_bytes)},
            {"window_scale", end.window_scale < 0 ? json(nullptr) : json(end.window_scale)},
            {"sack_permitted", end.sack_permitted}};
}

}  // namespace

nlohmann::json flow_summary_json(const analysis::FlowSummary& summary) {
    const bool reset = summary.reset_after != analysis::ResetAfter::kNoReset;
    const bool ended =
        reset || (summary.ending != analysis::FlowEnding::kOpen && summary.ending != analysis::FlowEnding::kNone);
    return {{"beginning", to_string(summary.beginning)},
            {"ending", to_string(summary.ending)},
            {"ended_by",
             ended ? json(summary.ended_by == analysis::Side::kInitiator ? "initiator" : "responder") : json(nullptr)},
            {"reset_after", reset ? json(to_string(summary.reset_after)) : json(nullptr)},
            {"completeness", summary.completeness},
            {"handshake_rtt_ns", summary.handshake_rtt_ns == 0 ? json(nullptr) : json(summary.handshake_rtt_ns)},
            {"window_scaling", summary.window_scaling},
            {"sack", summary.sack},
            {"ends", {end_json(summary.ends[0]), end_json(summary.ends[1])}}};
}

}  // namespace wirestory::cli
