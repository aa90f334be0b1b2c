// Reads .pcapng files, ours and anybody's, into a Recording. Untrusted input: lengths are checked against the file, no
// length allocates, and damage ends the reading with all packets before it kept and the place named in `damages`.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "recording/recording.hpp"

namespace wirestory {

// Fails when the bytes are no pcapng file at all. `owner` keeps `file` alive for as long as the packets are used.
Result<Recording> read_pcapng(ByteView file, std::shared_ptr<const void> owner);

}  // namespace wirestory
