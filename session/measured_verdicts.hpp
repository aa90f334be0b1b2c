// Verdicts on what was measured: which read took which messages, buffer figures, packet counts, datagrams lost by
// number, and times. Pure, like the other verdicts.
#pragma once

#include <vector>

#include "analysis/analysis.hpp"
#include "recording/recording.hpp"
#include "session/seen_packets.hpp"
#include "sim/scenario/scenario.hpp"

namespace wirestory::session {

std::vector<Verdict> judge_measured(const sim::Expectations& expected, const Recording& recording,
                                    const analysis::Analysis& analysis, const SeenPackets& packets);

}  // namespace wirestory::session
