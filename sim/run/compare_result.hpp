// What a call returned against what the story wrote behind `=`. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "recording/recording.hpp"
#include "sim/run/prepared_call.hpp"

namespace wirestory::sim {

struct Difference {
    std::string expected;
    std::string seen;
};

std::optional<Difference> compare_result(const PreparedCall& prepared, const Call& call,
                                         const std::vector<Actor>& actors);
// `5`, `"hello"`, `-1 ECONNREFUSED`, `127.0.0.2:9000`.
std::string result_text(const Call& call);

}  // namespace wirestory::sim
