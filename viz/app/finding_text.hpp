// The sentence of a finding in the window's language. English comes from analysis::describe; the Chinese one is made
// here from the same figures, for the window switches its language without a locale.
#pragma once

#include <string>

#include "analysis/finding.hpp"
#include "base/locale.hpp"
#include "recording/recording.hpp"

namespace wirestory::viz {

std::string finding_sentence(const Recording& recording, const analysis::Finding& finding, Language language);

// All characters that Chinese sentences may need, for the font atlas.
std::string finding_characters();

}  // namespace wirestory::viz
