// Walks the blocks of a pcapng file of either byte order and fills packets, taps, names and comments; hands journal
// entries to an EntryReader. Internal to recording/; untrusted input.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "recording/entry_reader.hpp"
#include "recording/recording.hpp"
#include "recording/recording_reader.hpp"

namespace wirestory {

// A cursor whose numbers are in the byte order of the section. As ByteReader: after the first short read it has failed.
class OrderedReader {
public:
    OrderedReader(ByteView data, bool big_endian) : data_(data), big_endian_(big_endian) {}

    std::uint16_t u16() {
        const auto value = number<std::uint16_t>();
        return big_endian_ ? __builtin_bswap16(value) : value;
    }
    std::uint32_t u32() {
        const auto value = number<std::uint32_t>();
        return big_endian_ ? __builtin_bswap32(value) : value;
    }
    std::uint64_t u64() {
        const auto value = number<std::uint64_t>();
        return big_endian_ ? __builtin_bswap64(value) : value;
    }
    ByteView take(std::size_t count) {
        if (failed_ || remaining() < count) {
            failed_ = true;
            return {};
        }
        const ByteView view = data_.subspan(position_, count);
        position_ += count;
        return view;
    }
    // The bytes, and those that pad them to a multiple of 4 as far as they are there.
    ByteView take_padded(std::size_t count) {
        const ByteView value = take(count);
        if (!failed_) position_ += std::min(remaining(), (4 - count % 4) % 4);
        return value;
    }
    [[nodiscard]] std::size_t remaining() const { return data_.size() - position_; }
    [[nodiscard]] bool failed() const { return failed_; }

private:
    template <class T>
    T number() {
        T value = 0;
        const ByteView bytes = take(sizeof value);
        if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
        return value;
    }

    ByteView data_;
    std::size_t position_ = 0;
    bool big_endian_;
    bool failed_ = false;
};

class BlockReader {
public:
    BlockReader(ByteView file, const ReadOptions& options, Recording& recording)
        : file_(file), options_(options), recording_(recording), entries_(recording) {}

    // Fails when the file's first block is no section header that can be read.
    tl::expected<void, OpenError> read_all();

private:
    struct Interface {
        TapId tap = 0;
        std::uint8_t resolution = 6;  // if_tsresol; microseconds when absent
        std::int64_t offset_seconds = 0;
        std::uint32_t snap_bytes = 0;
    };
    struct Block {
        std::uint32_t type = 0;
        std::uint64_t offset = 0;  // of the block in the file
        ByteView body;             // without type and lengths
    };

    // The block at `position_`, which then moves behind it; false at the end and at damage.
    bool next(Block& block);
    // Takes over the byte order of the section header at `offset`; false, with the damage noted, when it is none.
    bool section(std::uint64_t offset);
    [[nodiscard]] FileFault length_fault(std::uint32_t total, std::size_t left, std::string& what) const;
    void dispatch(const Block& block);
    void interface(const Block& block);
    // Enhanced packets, and the obsolete kind that came before them; they differ in their first words only.
    void timed_packet(const Block& block, bool obsolete);
    void simple_packet(const Block& block);
    void names(const Block& block);
    void statistics(const Block& block);
    void pass_over(std::uint32_t type);
    // False when an option is longer than what is left; those before it are taken.
    bool packet_options(OrderedReader& in, PacketRecord& packet, std::string& comment);
    void add_packet(const Block& block, PacketRecord packet, ByteView frame, std::string comment);
    [[nodiscard]] const Interface* interface_of(const Block& block, std::uint32_t id);
    void damage(FileFault fault, std::uint64_t offset, std::string what);
    // Asks the watch after every so many blocks; false: reading ends here.
    bool go_on();

    ByteView file_;
    ReadOptions options_;
    Recording& recording_;
    EntryReader entries_;
    std::size_t position_ = 0;
    std::size_t blocks_ = 0;
    bool big_endian_ = false;
    bool timeless_noted_ = false;
    std::vector<Interface> interfaces_;  // of this section
    std::vector<Actor> names_;
};

}  // namespace wirestory
