// What a FlowSummary says in words: identifiers for programs, and a few words each for people in the language asked
// for. Pure.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/flow_summary.hpp"
#include "base/locale.hpp"

namespace wirestory::analysis {

// "half-captured", "simultaneous-close", "data".
std::string_view to_string(FlowBeginning beginning);
std::string_view to_string(FlowEnding ending);
std::string_view to_string(ResetAfter after);

// By Side: the actors' names, or what the ends are.
std::array<std::string, 2> end_names(const Recording& recording, const Flow& flow, Language language);

using EndNames = std::array<std::string, 2>;
// "handshake in 20.1 ms"
std::string beginning_words(const FlowSummary& summary, Language language);
// "RST by client after data"
std::string ending_words(const FlowSummary& summary, const EndNames& names, Language language);
// "client TIME_WAIT, server CLOSED"; empty where no states are kept.
std::string state_words(const FlowSummary& summary, const EndNames& names);

// The figures as pairs of a name and a value, initiator's before responder's: "MSS" and "1448/1448". What is not known,
// or zero where that says nothing, is left out.
struct FlowFigure {
    std::string name;
    std::string value;
};
std::vector<FlowFigure> figure_words(const FlowSummary& summary, Language language);

}  // namespace wirestory::analysis
