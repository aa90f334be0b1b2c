#include "cli/agreement_json.hpp"

#include <nlohmann/json.hpp>

#include "analysis/kernel_agreement.hpp"

namespace wirestory::cli {

std::string agreement_json(const Recording& recording, const analysis::Analysis& analysis) {
    using nlohmann::json;
    analysis::AgreementCounts counts;
    json disagreements = json::array();
    for (const auto& each : analysis::compare_with_kernel(recording, analysis, {}, &counts)) {
        disagreements.push_back(each.to_string());
    }
    json parts = json::object();
    DurationNs total = 0;
    DurationNs sum = 0;
    for (const analysis::MessageLatency& latency : analysis.latencies) {
        total += latency.total_ns();
        for (const analysis::LatencySlice& slice : latency.slices) {
            const std::string part{to_string(slice.part)};
            const DurationNs length = slice.end_ns - slice.begin_ns;
            parts[part] = parts.value(part, DurationNs{0}) + length;
            sum += length;
        }
    }
    const json out{{"samples", counts.samples},
                   {"reports", counts.reports},
                   {"times", counts.times},
                   {"disagreements", std::move(disagreements)},
                   {"messages", analysis.latencies.size()},
                   {"total_ns", total},
                   {"parts_sum_ns", sum},
                   {"parts", std::move(parts)}};
    return out.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace wirestory::cli
