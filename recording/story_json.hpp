// Actors, sockets, facts and the story as JSON texts of one line, as they stand in a recording's first and last entry.
// Reading is forgiving: what is missing or of another type keeps its default, what is unknown is skipped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "recording/recording.hpp"

namespace wirestory {

std::string story_to_json(const Story& story);
std::string actors_to_json(const std::vector<Actor>& actors);
std::string facts_to_json(const std::vector<RunFact>& facts);

// False when the text is no JSON of the expected kind; the target is then left as it was.
bool story_from_json(std::string_view text, Story& story);
bool actors_from_json(std::string_view text, std::vector<Actor>& actors);
bool facts_from_json(std::string_view text, std::vector<RunFact>& facts);

}  // namespace wirestory
