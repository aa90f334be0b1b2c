// Which messages' latencies the inspector shows for what is selected. Pure, so that it is under test without a window.
#pragma once

#include <vector>

#include "analysis/analysis.hpp"

namespace wirestory::viz {

// Of the messages that the event or the bytes speak of, the first `most`; none for what carries no message that was
// read.
std::vector<const analysis::MessageLatency*> latencies_of(const analysis::Analysis& analysis, EventRef event,
                                                          const analysis::ByteTrace& bytes, std::size_t most);

// The sums of one message's parts, in order of their first appearance.
struct PartSum {
    analysis::LatencyPart part = analysis::LatencyPart::kUnexplained;
    DurationNs sum_ns = 0;
};
std::vector<PartSum> part_sums(const analysis::MessageLatency& latency);

}  // namespace wirestory::viz
