// What a YAML error means to somebody who writes a scenario: the usual traps, each with its cure.
// Knows the look of a step, nothing more. Pure, any thread.
#pragma once

#include <string>

#include "sim/scenario/diagnostics.hpp"
#include "sim/scenario/source_text.hpp"

namespace wirestory::sim {

struct YamlFault {
    std::size_t offset = 0;  // in the file
    std::string message;     // the YAML parser's own words
};

// Takes the place of a space behind a colon inside a step (it cannot stand in a scenario: see parse_scenario).
constexpr char kStandInForSpace = '\x01';

// When the fault is a `: ` inside an unquoted text: reports it, hides that colon from YAML in `text`, returns true.
bool report_and_repair_colon(const SourceText& source, const YamlFault& fault, std::string& text,
                             Diagnostics& diagnostics);
void report_yaml_fault(const SourceText& source, const YamlFault& fault, Diagnostics& diagnostics);

}  // namespace wirestory::sim
