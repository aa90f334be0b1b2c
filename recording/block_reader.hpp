// Walks the blocks of a pcapng file of either byte order and fills packets, taps, names and comments; hands journal
// entries to an EntryReader. Internal to recording/; untrusted input.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "recording/entry_reader.hpp"
#include "recording/recording.hpp"

namespace wirestory {

// A ByteReader whose numbers are in the byte order of the section.
class OrderedReader {
public:
    OrderedReader(ByteView data, bool big_endian) : in_(data), big_endian_(big_endian) {}

    std::uint16_t u16() { return big_endian_ ? in_.be16() : in_.le16(); }
    std::uint32_t u32() { return big_endian_ ? in_.be32() : in_.le32(); }
    std::uint64_t u64() { return big_endian_ ? in_.be64() : in_.le64(); }
    ByteView take(std::size_t count) { return in_.take(count); }
    // The bytes, and those that pad them to a multiple of 4 as far as they are there.
    ByteView take_padded(std::size_t count);
    [[nodiscard]] ByteView rest() const { return in_.rest(); }
    [[nodiscard]] std::size_t remaining() const { return in_.remaining(); }
    [[nodiscard]] std::size_t position() const { return in_.position(); }
    [[nodiscard]] bool failed() const { return in_.failed(); }

private:
    ByteReader in_;
    bool big_endian_;
};

class BlockReader {
public:
    BlockReader(ByteView file, Recording& recording) : file_(file), recording_(recording), entries_(recording) {}

    void read_all();

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
    bool section(std::uint64_t offset);
    void dispatch(const Block& block);
    void interface(const Block& block);
    void enhanced_packet(const Block& block);
    void simple_packet(const Block& block);
    void obsolete_packet(const Block& block);
    void names(const Block& block);
    void statistics(const Block& block);
    void packet_options(OrderedReader& in, PacketRecord& packet, std::string& comment);
    void add_packet(const Block& block, PacketRecord packet, ByteView frame, std::string comment);
    [[nodiscard]] const Interface* interface_of(const Block& block, std::uint32_t id);
    void damage(std::uint64_t offset, std::string what);

    ByteView file_;
    Recording& recording_;
    EntryReader entries_;
    std::size_t position_ = 0;
    bool big_endian_ = false;
    bool timeless_noted_ = false;
    std::vector<Interface> interfaces_;  // of this section
    std::vector<Actor> names_;
};

}  // namespace wirestory
