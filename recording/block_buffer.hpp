// Builds pcapng blocks (draft-ietf-opsawg-pcapng) one behind the other in one growing buffer, little-endian, padded and
// with their lengths filled in. Numbers of the format stand here too. Knows no files and no recording.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/address.hpp"
#include "base/bytes.hpp"

namespace wirestory::pcapng {

constexpr std::uint32_t kSectionHeader = 0x0A0D0D0A;
constexpr std::uint32_t kByteOrderMagic = 0x1A2B3C4D;
constexpr std::uint32_t kInterface = 1;
constexpr std::uint32_t kObsoletePacket = 2;
constexpr std::uint32_t kSimplePacket = 3;
constexpr std::uint32_t kNameResolution = 4;
constexpr std::uint32_t kInterfaceStatistics = 5;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint32_t kJournalEntry = 9;

constexpr std::uint16_t kEndOfOptions = 0;
constexpr std::uint16_t kComment = 1;
constexpr std::uint16_t kSectionHardware = 2;
constexpr std::uint16_t kSectionOs = 3;
constexpr std::uint16_t kSectionProgram = 4;
constexpr std::uint16_t kInterfaceName = 2;
constexpr std::uint16_t kInterfaceResolution = 9;
constexpr std::uint16_t kInterfaceTimeOffset = 14;
constexpr std::uint16_t kPacketFlags = 2;
constexpr std::uint16_t kPacketId = 5;
constexpr std::uint16_t kStatisticsReceived = 4;
constexpr std::uint16_t kStatisticsDropped = 5;
constexpr std::uint16_t kNameIpv4 = 1;
constexpr std::uint16_t kNameIpv6 = 2;

class BlockBuffer {
public:
    void begin(std::uint32_t type);
    // Pads the body, writes the length at both ends.
    void end();

    void u8(std::uint8_t value) { put(value, 1); }
    void u16(std::uint16_t value) { put(value, 2); }
    void u32(std::uint32_t value) { put(value, 4); }
    void u64(std::uint64_t value) { put(value, 8); }
    // 64-bit time stamp in the two halves that packet and statistics blocks want, upper first.
    void time(std::uint64_t ticks);
    void bytes(ByteView value) { data_.insert(data_.end(), value.begin(), value.end()); }
    void text(std::string_view value) { bytes(as_bytes(value)); }
    void pad();
    // Values longer than an option can be (65535 bytes) are cut.
    void option(std::uint16_t code, ByteView value);
    void option(std::uint16_t code, std::string_view value) { option(code, as_bytes(value)); }
    void option_u32(std::uint16_t code, std::uint32_t value);
    void option_u64(std::uint16_t code, std::uint64_t value);
    void end_of_options() { u32(kEndOfOptions); }

    [[nodiscard]] ByteView view() const { return data_; }
    [[nodiscard]] std::size_t size() const { return data_.size(); }
    void clear() { data_.clear(); }
    void reserve(std::size_t size) { data_.reserve(size); }

private:
    void put(std::uint64_t value, unsigned count);

    Bytes data_;
    std::size_t block_start_ = 0;
};

}  // namespace wirestory::pcapng
