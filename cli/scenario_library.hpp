// Finds scenarios: those named by a path, a folder or a pattern, and those of the library by their name
// (`tcp/handshake`) wherever the program was installed or built.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace wirestory::cli {

// The library's folder: WIRESTORY_SCENARIOS, else ./scenarios, else the installed one, else the one of the source tree
// that the program was built in. Empty when there is none.
std::string library_folder();

// All scenario files below a folder, sorted.
std::vector<std::string> scenarios_below(const std::string& folder);

// What one word of the command line names: a file, the scenarios of a folder, those a pattern matches, or a name of the
// library. Fails with a sentence and the nearest name.
Result<std::vector<std::string>> resolve_scenarios(const std::string& word);

}  // namespace wirestory::cli
