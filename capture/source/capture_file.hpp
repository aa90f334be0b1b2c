// Opens any capture file the project can read: pcapng (ours or not) and pcap (both byte orders, micro- and
// nanoseconds), as they are or packed with gzip or zstd, from a file, a FIFO or standard input. A plain file is mapped;
// packets point into the mapping, or into memory for what was unpacked or came through a pipe.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "recording/recording.hpp"
#include "recording/recording_reader.hpp"

namespace wirestory::capture {

struct OpenOptions {
    ReadOptions read;
    // The most that a packed file or a pipe may hold; 0: half of the machine's memory.
    std::uint64_t limit_bytes = 0;
};

// "-" is standard input. Fails with a sentence that names the file and what is wrong with it (absent, a directory,
// empty, not a capture).
OpenResult<Recording> open_capture_file(const std::string& path, const OpenOptions& options = {});

}  // namespace wirestory::capture
