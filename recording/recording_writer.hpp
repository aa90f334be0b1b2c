// Writes a recording block by block as things happen: after kill -9 all complete blocks are readable
// (docs/recording.md). One thread at a time. Every write error (a full disk) is kept and returned by the next call;
// what was written before stays readable.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "recording/recording.hpp"

namespace wirestory {

class RecordingWriter {
public:
    // Creates or truncates `path`; writes section header, one interface a tap, actors as names, and the run's metadata
    // (story, sockets so far, facts). Fails naming the path.
    static Result<RecordingWriter> create(const std::string& path, const Recording& header);

    RecordingWriter(RecordingWriter&&) noexcept;
    RecordingWriter& operator=(RecordingWriter&&) noexcept;
    ~RecordingWriter();

    Status write_packet(const PacketRecord& packet, std::string_view comment = {});
    // A call that returned (one entry), or one seen asleep (an entry now, and another when it returns, as strace prints
    // `<unfinished ...>` and `<... resumed>`). `key` is the same for both entries of one call.
    Status write_call(const Recording& names, const Call& call, std::uint64_t key);
    Status write_socket(const Recording& names, SocketId socket);
    Status write_samples(std::span<const Sample> samples);
    Status write_tx_reports(std::span<const TxReport> reports);
    Status write_fates(std::span<const WireFate> fates);
    Status write_wire_change(const WireChange& change);
    // Pushes everything written so far to the file (write(2), no fsync).
    Status flush();
    // Story with verdicts, tap statistics and the mark that the run is complete; then closes the file.
    Status finish(const Recording& footer);

private:
    class Impl;
    explicit RecordingWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// Writes a whole recording in time order with `comments` on its packets (packet index -> text): first to a file beside
// `path`, then renamed over it, so that no reader ever sees half a file.
Status write_recording(const std::string& path, const Recording& recording,
                       const std::map<std::uint32_t, std::string>& comments);

}  // namespace wirestory
