// Turns what a recording holds beside packets (calls, sockets, samples, reports, story) into journal entries in a block
// buffer. Knows no file. Used by RecordingWriter and write_recording().
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "recording/block_buffer.hpp"
#include "recording/journal_entry.hpp"
#include "recording/recording.hpp"

namespace wirestory {

enum class CallPhase : std::uint8_t { kWhole, kUnfinished, kResumed };

class EntryWriter {
public:
    // `run` tells the entries of one run from those of another when files are merged.
    EntryWriter(pcapng::BlockBuffer& out, std::string run) : out_(out), run_(std::move(run)) {}

    void begin(const Recording& recording, TimeNs time_ns);
    // With the story as it is at the end (verdicts, tour) when `with_story`; marked complete when the run ended.
    void end(const Recording& recording, TimeNs time_ns, bool with_story, bool complete);
    void socket(const Recording& names, SocketId socket, TimeNs time_ns);
    void call(const Recording& names, const Call& call, std::uint64_t key, CallPhase phase);
    void samples(std::span<const Sample> samples);
    void tx_reports(std::span<const TxReport> reports);
    void fates(std::span<const WireFate> fates);
    void wire_change(const WireChange& change);

private:
    // A field's value: small ones go into the entry, long ones have gone into part entries before it.
    struct Value {
        std::string_view name;
        ByteView bytes;
        std::uint64_t parts = 0;
    };
    Value stow(std::string_view name, ByteView bytes, TimeNs time_ns);
    JournalEntry open(TimeNs time_ns, std::string_view host, std::string_view message, std::string_view record);
    static void put(JournalEntry& entry, const Value& value);
    void rows(std::string_view record, std::string_view message, TimeNs time_ns, ByteView rows);

    pcapng::BlockBuffer& out_;
    std::string run_;
    std::uint64_t parts_written_ = 0;
};

}  // namespace wirestory
