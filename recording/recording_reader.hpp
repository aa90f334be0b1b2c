// Reads .pcapng files, ours and anybody's, into a Recording. Untrusted input: lengths are checked against the file, no
// length allocates, and damage ends the reading with all packets before it kept and the place named in `damages`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "recording/recording.hpp"

namespace wirestory {

// How far the reading of a file has come.
struct ReadProgress {
    std::uint64_t packets = 0;         // read so far; 0 while a packed file is unpacked
    std::uint64_t bytes = 0;           // of the file (of the packed file, while it is unpacked) ...
    std::uint64_t total_bytes = 0;     // ... of so many
    std::uint64_t unpacked_bytes = 0;  // so far; 0 for a file that is not packed
};
// Asked now and then by the thread that reads. False ends the reading there; what was read until then is good.
using ReadWatch = std::function<bool(const ReadProgress&)>;
constexpr std::size_t kPacketsBetweenWatches = std::size_t{1} << 14U;

struct ReadOptions {
    bool sort_by_time = true;  // false keeps the file's order, for those who must number packets as other tools do
    ReadWatch watch;
};

// Why a file could not be opened: an Error, and the kind of fault.
struct OpenError : Error {
    FileFault fault = FileFault::kOther;
};
template <class T>
using OpenResult = tl::expected<T, OpenError>;

inline tl::unexpected<OpenError> fail_open(FileFault fault, std::string message, int error_number = 0) {
    return tl::unexpected<OpenError>(OpenError{{std::move(message), error_number}, fault});
}

// Fails when the bytes are no pcapng file at all. `owner` keeps `file` alive for as long as the packets are used.
OpenResult<Recording> read_pcapng(ByteView file, std::shared_ptr<const void> owner, const ReadOptions& options = {});

}  // namespace wirestory
