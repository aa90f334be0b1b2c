// Opens any capture file the project can read: pcapng (ours or not) and pcap (both byte orders, micro- and
// nanoseconds). The file is mapped; packets point into the mapping.
#pragma once

#include <string>

#include "base/result.hpp"
#include "recording/recording.hpp"

namespace wirestory::capture {

// Fails with a sentence that names the file and what is wrong with it (absent, a directory, empty, not a capture).
Result<Recording> open_capture_file(const std::string& path);

}  // namespace wirestory::capture
