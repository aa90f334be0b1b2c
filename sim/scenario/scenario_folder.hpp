// read_scenario_file(): what file("cat.png") holds, from the folder of the scenario's file or below it, and from
// nowhere else: a scenario from a stranger must not send what lies elsewhere on the machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace wirestory::sim {

// Neither `..` nor a symbolic link leads out. Only ordinary files, of at most `most_bytes`. The failure is a phrase.
Result<Bytes> read_scenario_file(const std::string& scenario_file, std::string_view path, std::uint64_t most_bytes);

}  // namespace wirestory::sim
