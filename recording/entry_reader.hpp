// Puts our own journal entries back into a Recording. Entries of other programs are not ours to read; entries of a
// later format, and broken ones, are skipped and noted in Recording::damages. Untrusted input throughout.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "recording/journal_entry.hpp"
#include "recording/recording.hpp"

namespace wirestory {

// Times outside [0, 2^62) ns are moved into it, so that the difference of any two fits.
TimeNs sane_time_ns(TimeNs time_ns);

// Notes damage, up to a number that keeps a file of nothing but damage from filling the memory.
void note_damage(Recording& recording, std::uint64_t file_offset, std::string what, FileFault fault = FileFault::kNone);

class EntryReader {
public:
    explicit EntryReader(Recording& recording) : recording_(recording) {}

    // The body of one journal block, at `file_offset` in the file.
    void entry(ByteView body, std::uint64_t file_offset);
    // When all blocks are read: sorts by time and takes out references that point nowhere.
    void finish();

private:
    void dispatch(const JournalFields& fields, std::uint64_t file_offset);
    bool read_call(const JournalFields& fields);
    bool read_socket(const JournalFields& fields);
    bool read_part(const JournalFields& fields);
    bool read_wire_change(const JournalFields& fields);
    void read_metadata(const JournalFields& fields);
    // The field's bytes, from itself or from the parts that came before; empty when absent.
    Bytes value(const JournalFields& fields, std::string_view name);
    void drop_dangling();

    Recording& recording_;
    std::string run_;
    std::unordered_map<std::uint64_t, std::size_t> slept_calls_;  // key -> index in calls
    std::unordered_map<std::uint64_t, Bytes> parts_;
};

}  // namespace wirestory
