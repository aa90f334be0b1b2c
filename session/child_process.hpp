// Runs a function in a child process and brings back what it says. The child dies with its parent, so nothing is left
// behind after kill -9; what it wrote to files stays.
#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"

namespace wirestory::session {

// `body` runs in a forked child and returns the text to bring back. While it waits, the parent leaves SIGINT and
// SIGTERM to the child (SIGTERM is passed on), so that the child can end in good order. Fails when the child crashed.
// To be called while the process has one thread: the child of a threaded process could meet locks that nobody will ever
// release.
Result<std::string> run_in_child(const std::function<std::string()>& body);

}  // namespace wirestory::session
