// A run's report on its way from the child process to the parent, as JSON text.
#pragma once

#include <string>

#include "base/result.hpp"
#include "session/session.hpp"

namespace wirestory::session {

std::string report_to_json(const Result<RunReport>& report);
Result<RunReport> report_from_json(const std::string& text);

}  // namespace wirestory::session
