// The classic pcap format (draft-ietf-opsawg-pcap): one tap, microseconds or nanoseconds, either byte order, and
// Kuznetzov's variant with longer packet headers. Untrusted input: lengths are checked against the file and against
// what a packet can have; a cut or damaged file keeps the packets before the damage.
#pragma once

#include <memory>

#include "recording/recording.hpp"
#include "recording/recording_reader.hpp"

namespace wirestory::capture {

// Do these first bytes of a file belong to a pcap file?
bool is_pcap(ByteView file);

// `owner` keeps `file` alive for as long as the packets are used. Fails only when the file's own header is broken.
OpenResult<Recording> read_pcap(ByteView file, std::shared_ptr<const void> owner, const ReadOptions& options = {});

}  // namespace wirestory::capture
