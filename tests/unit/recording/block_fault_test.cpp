// Damaged and hostile pcapng files: what is told, how much is kept, and that reading stays linear.
#include "tests/unit/recording/files.hpp"

using namespace wirestory;
using namespace wirestory::test;

namespace {

constexpr unsigned kInterface = 1;
constexpr unsigned kEnhanced = 6;

Blocks& interface(Blocks& blocks) { return blocks.u16(1).u16(0).u32(0).end(kInterface); }
Blocks& packet(Blocks& blocks, std::uint32_t interface = 0) {
    return blocks.u32(interface).time(1).u32(4).u32(4).text("abcd").end(kEnhanced);
}

}  // namespace

TEST_CASE("faults of a pcapng file have a kind and a place") {
    const bool big_endian = GENERATE(false, true);
    Blocks good(big_endian);
    interface(good.section());
    packet(good);
    const std::size_t end = good.file().size();
    const auto fault_after = [&](const Bytes& more) {
        Bytes file = good.file();
        file.insert(file.end(), more.begin(), more.end());
        const auto read = read_bytes(file);
        REQUIRE(read);
        CHECK(read->packets.size() == 1);
        REQUIRE(read->damages.size() == 1);
        CHECK(read->damages[0].file_offset == end);
        return read->fault();
    };
    const auto raw = [&](std::initializer_list<std::uint32_t> words) {
        Blocks blocks(big_endian);
        for (const std::uint32_t word : words) blocks.u32(word);
        return blocks.end(0).file();
    };
    const auto words = [&](std::initializer_list<std::uint32_t> values) {
        const Bytes block = raw(values);
        return Bytes(block.begin() + 8, block.end() - 4);
    };
    CHECK(fault_after(words({6, 64, 0})) == FileFault::kTruncated);
    CHECK(fault_after(words({6, 8, 0})) == FileFault::kCorrupt);
    CHECK(fault_after(words({6, 0x7FFFFFFC, 0})) == FileFault::kCorrupt);
    CHECK(fault_after(words({6, 12, 16})) == FileFault::kCorrupt);
    CHECK(fault_after(words({0x0A0D0D0A, 28, 0xDEADBEEF, 0, 0, 0, 28})) == FileFault::kCorrupt);
    CHECK(fault_after(words({0x0A0D0D0A, 28, 0x1A2B3C4D, 0x00050005, 0, 0, 28})) == FileFault::kUnsupported);
    Blocks foreign(big_endian);
    packet(foreign, 3);
    CHECK(fault_after(foreign.file()) == FileFault::kCorrupt);
}

TEST_CASE("a pcapng file whose header is broken is refused with the kind of fault") {
    Blocks options(false);
    options.u32(0x1A2B3C4D).u16(1).u16(0).u64(~0ULL).u16(1).u16(4000).end(0x0A0D0D0A);
    CHECK(read_pcapng(options.file(), nullptr).error().fault == FileFault::kCorrupt);
    Blocks version(false);
    version.u32(0x1A2B3C4D).u16(2).u16(0).u64(~0ULL).end(0x0A0D0D0A);
    CHECK(read_pcapng(version.file(), nullptr).error().fault == FileFault::kUnsupported);
    CHECK(read_pcapng(as_bytes("not a capture at all"), nullptr).error().fault == FileFault::kUnknownFormat);
    Blocks alone(false);
    alone.section();
    const auto packet_first = read_bytes(packet(alone).file());
    REQUIRE(packet_first);
    CHECK(packet_first->fault() == FileFault::kNoInterface);
}

TEST_CASE("many sections, interfaces and kinds of blocks cost no more than their bytes") {
    constexpr unsigned kMany = 70'000;  // more than can be numbered
    Blocks b(false);
    b.section();
    for (unsigned i = 0; i < kMany; ++i) interface(b);
    packet(b, kMany - 1);
    Bytes file = b.file();
    Blocks section(false);
    interface(section.section());
    packet(section);
    for (int i = 0; i < 20'000; ++i) file.insert(file.end(), section.file().begin(), section.file().end());
    Blocks kinds(false);
    for (std::uint32_t i = 0; i < 20'000; ++i) kinds.end(0x10000 + i);
    file.insert(file.end(), kinds.file().begin(), kinds.file().end());
    const auto read = read_bytes(file);
    REQUIRE(read);
    CHECK(read->packets.size() == 20'001);
    CHECK(read->taps.size() == 65'536);
    CHECK(read->fault() == FileFault::kUnsupported);
    CHECK(read->passed_blocks.size() == 64);
    std::uint64_t passed = 0;
    for (const PassedBlocks& each : read->passed_blocks) passed += each.count;
    CHECK(passed == 20'000);
    CHECK(read->damages.size() < 2000);
}
