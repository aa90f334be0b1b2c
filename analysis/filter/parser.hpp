// Text of a filter -> Program. Precedence as in Wireshark: not, and, xor, or; a comparison binds closer than not.
#pragma once

#include "analysis/filter/lexer.hpp"
#include "analysis/filter/program.hpp"

namespace wirestory::analysis::filter {

struct ParsedFilter {
    Program program;
    std::optional<FilterError> note;  // see Filter::note()
};

// The text has at least one token that is not blank.
tl::expected<ParsedFilter, FilterError> parse(std::string_view text, Language language);

}  // namespace wirestory::analysis::filter
