// The words of findings: one row a kind (or a kind's cause), each text whole in both languages side by side, so that
// whoever changes one sees the other, and no text about a finding stands anywhere else. Placeholders, filled in by
// describe.cpp: {actor} who caused it; {sender} and {receiver} of the packet shown; {count}, {s} for its plural and
// {was}; {sends} ("send", "3 sends"); {bytes} of the range, or {n} and its plural {ns}; {amount} and {number}; {took}.
#pragma once

#include <span>
#include <string_view>

#include "analysis/finding.hpp"

namespace wirestory::analysis {

struct Bilingual {
    const char* en;
    const char* zh;
    [[nodiscard]] const char* in(Language language) const { return language == Language::kChinese ? zh : en; }
};

struct FindingWords {
    FindingKind kind;
    FindingCause cause;
    std::string_view id;  // what `expect: findings:` calls it
    Bilingual name;
    Bilingual note;   // a few words for a lane; may use {count}, {s}, {n}, {bytes}, {amount}, {number}, {took}
    Bilingual brief;  // the fewest
    Bilingual sentence;
};

std::span<const FindingWords> call_words();
std::span<const FindingWords> connection_words();
std::span<const FindingWords> segment_words();

// The row of this kind and cause; of the kind's plain one where the cause has none.
const FindingWords& words_of(FindingKind kind, FindingCause cause);

}  // namespace wirestory::analysis
