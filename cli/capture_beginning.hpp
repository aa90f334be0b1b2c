// The beginning of a capture file, read at once however large the file is, so that its first packets can be shown while
// the rest is read.
#pragma once

#include <cstdint>
#include <string>

#include "capture/source/capture_file.hpp"

namespace wirestory::cli {

struct CaptureBeginning {
    Recording recording;
    bool whole = false;  // there is no more in the file
};

// A pipe and standard input give their bytes once: what begins there must be read to its end.
bool can_be_read_twice(const std::string& path);

// About `packets` packets (of a packed file less, where they are long), in the order `options` say.
OpenResult<CaptureBeginning> open_beginning(const std::string& path, std::uint64_t packets, const ReadOptions& options);

}  // namespace wirestory::cli
