// The words of findings: one row a kind (or a kind's cause), each text whole and marked for translation (the Chinese
// stands in po/zh_CN.po); no text about a finding stands anywhere else. Placeholders, filled in by describe.cpp;
// Chinese leaves out those of English grammar ({s}, {ns}, {was}) and says {count} for {sends}: {actor} who caused it;
// {sender} and {receiver} of the packet shown; {count}, {s} for its plural and {was}; {sends} ("send", "3 sends");
// {bytes} of the range, or {n} and its plural {ns}; {amount} and {number}; {took}.
#pragma once

#include <span>
#include <string_view>

#include "analysis/finding.hpp"
#include "base/messages.hpp"

namespace wirestory::analysis {

struct FindingWords {
    FindingKind kind;
    FindingCause cause;
    std::string_view id;  // what `expect: findings:` calls it
    const char* name;
    const char* note;   // a few words for a lane; may use {count}, {s}, {n}, {bytes}, {amount}, {number}, {took}
    const char* brief;  // the fewest
    const char* sentence;
};

std::span<const FindingWords> call_words();
std::span<const FindingWords> connection_words();
std::span<const FindingWords> segment_words();

// The row of this kind and cause; of the kind's plain one where the cause has none.
const FindingWords& words_of(FindingKind kind, FindingCause cause);

}  // namespace wirestory::analysis
