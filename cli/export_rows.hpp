// Tables for other programs: calls, packets and findings in order of time, as CSV (RFC 4180, with LF) or as JSON lines.
// Written as they go. Column and field names are part of the interface: add, never rename.
#pragma once

#include "analysis/filter/filter.hpp"
#include "cli/output_file.hpp"

namespace wirestory::cli {

struct ExportSource {
    const Recording& recording;
    const analysis::Analysis& analysis;
    const analysis::Filter& filter;
    Language language = Language::kEnglish;
};

void write_csv(const ExportSource& source, OutputFile& file);
void write_json_lines(const ExportSource& source, OutputFile& file);
// A Mermaid sequence diagram in a Markdown file.
void write_mermaid(const ExportSource& source, OutputFile& file);

}  // namespace wirestory::cli
