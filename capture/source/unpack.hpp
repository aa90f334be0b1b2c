// Unpacks gzip (RFC 1952, several members too) and zstd (RFC 8878) into a GrowingBuffer. Untrusted input: what unpacks
// to no capture is given up after its first bytes, and nothing grows beyond a limit, however small the packed file.
#pragma once

#include <cstdint>
#include <string>

#include "capture/source/growing_buffer.hpp"
#include "recording/recording.hpp"
#include "recording/recording_reader.hpp"

namespace wirestory::capture {

enum class Packing : std::uint8_t { kNone, kGzip, kZstd };
// By the first bytes.
Packing packing_of(ByteView file);

// Why unpacking ended before the end of the packed file; fault kNone when it did not. What was unpacked until then is
// good.
struct UnpackEnd {
    FileFault fault = FileFault::kNone;
    std::string what;
};
// `watch` may be empty; unpacking that it ends has no fault.
UnpackEnd unpack(ByteView packed, Packing packing, std::uint64_t limit_bytes, const ReadWatch& watch,
                 GrowingBuffer& out);

// Half of the machine's memory: what is unpacked stays in it.
std::uint64_t default_unpack_limit();

}  // namespace wirestory::capture
