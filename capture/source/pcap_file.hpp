// The classic pcap format (draft-ietf-opsawg-pcap): one tap, microseconds or nanoseconds, either byte order.
// Untrusted input: lengths are checked against the file; a cut file keeps the packets before the cut.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "recording/recording.hpp"

namespace wirestory::capture {

// Do these first bytes of a file belong to a pcap file?
bool is_pcap(ByteView file);

// `owner` keeps `file` alive for as long as the packets are used. Fails only when the file's own header is broken.
Result<Recording> read_pcap(ByteView file, std::shared_ptr<const void> owner);

}  // namespace wirestory::capture
