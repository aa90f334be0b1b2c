// FilterHits: which packets, calls and findings of a recording a filter selects, asked once and kept: a bit each, and
// the packets as a list. For pictures and windows, which ask again and again. Plain data; any thread may read it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/filter/filter.hpp"

namespace wirestory::analysis {

struct FilterHits {
    std::vector<bool> packets;
    std::vector<bool> calls;
    std::vector<bool> findings;
    std::vector<std::uint32_t> packet_list;  // in order; each once, however many taps saw it

    [[nodiscard]] bool has(EventRef event) const {
        switch (event.kind) {
            case EventKind::kPacket: return event.index < packets.size() && packets[event.index];
            case EventKind::kCall: return event.index < calls.size() && calls[event.index];
            case EventKind::kFinding: return event.index < findings.size() && findings[event.index];
            default: return false;
        }
    }
};

FilterHits find_hits(const Filter& filter, const Recording& recording, const Analysis& analysis);
// The same in pieces; nothing when the watch ended it.
std::optional<FilterHits> find_hits(const Filter& filter, const Recording& recording, const Analysis& analysis,
                                    const WorkWatch& watch);

}  // namespace wirestory::analysis
