// What the wire did to a packet, in words: for pictures, inspectors and the comments that Wireshark shows. Pure.
#pragma once

#include <string>
#include <string_view>

#include "analysis/sightings.hpp"
#include "base/locale.hpp"

namespace wirestory::analysis {

// Few words: "queue full", "dropped by rule", "link down".
std::string_view drop_cause_words(DropCause cause, Language language);
// All that became of it, a sentence a line: lost and why, copies, marks, long queues; empty when it simply arrived.
std::string describe_fate(const Recording& recording, const Sightings& sightings, std::uint32_t packet,
                          Language language = Language::kEnglish);

}  // namespace wirestory::analysis
