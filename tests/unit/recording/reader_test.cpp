#include <random>

#include "recording/recording_writer.hpp"
#include "tests/support/sample_recordings.hpp"
#include "tests/unit/recording/files.hpp"

using namespace wirestory;
using namespace wirestory::test;

namespace {

constexpr unsigned kInterface = 1;
constexpr unsigned kObsolete = 2;
constexpr unsigned kSimple = 3;
constexpr unsigned kNames = 4;
constexpr unsigned kEnhanced = 6;
constexpr unsigned kJournal = 9;

Bytes nagle_file() {
    const TemporaryFolder folder;
    REQUIRE(write_recording(folder.file("a.pcapng"), nagle_recording(), {{2, "comment"}}));
    return file_bytes(folder.file("a.pcapng"));
}

Blocks& enhanced(Blocks& blocks, unsigned interface, std::uint64_t ticks, std::string_view frame,
                 std::uint32_t original) {
    return blocks.u32(interface).time(ticks).u32(frame.size()).u32(original).text(frame);
}

std::string first_damage(const Recording& recording) {
    return recording.damages.empty() ? std::string() : recording.damages.front().what;
}

}  // namespace

TEST_CASE("pcapng of both byte orders, several interfaces and resolutions") {
    const bool big_endian = GENERATE(false, true);
    INFO("big endian " << big_endian);
    Blocks b(big_endian);
    b.section();
    b.u16(1).u16(0).u32(96).option(2, "eth0").u32(0).end(kInterface);
    b.u16(101).u16(0).u32(0).option(9, "\x09").u32(0).end(kInterface);
    b.u16(1).u16(0).u32(0).option(9, "\x81").u16(14).u16(8).u64(100).u32(0).end(kInterface);
    enhanced(b, 0, 5'000'001, "abc", 300).option(1, "one").option(1, "two").u16(2).u16(4).u32(1).u32(0).end(kEnhanced);
    enhanced(b, 1, 5'000'000'001, "de", 2).end(kEnhanced);
    enhanced(b, 2, 3, "f", 1).end(kEnhanced);
    b.u16(0).u16(0xFFFF).time(6'000'000).u32(4).u32(9).text("obso").end(kObsolete);
    b.u32(5).text("simpl").end(kSimple);
    b.u32(0x12345678).end(0x0BAD);  // of a kind nobody knows
    b.u16(1)
        .u16(4 + 7)
        .u32(big_endian ? 0x7F000002 : 0x0200007F)
        .text(std::string_view("server\0", 7))
        .u32(0)
        .end(kNames);

    const auto read = read_bytes(b.file());
    REQUIRE(read);
    REQUIRE(read->taps.size() == 3);
    CHECK(read->taps[0].name == "eth0");
    CHECK(read->taps[0].snap_bytes == 96);
    CHECK(read->taps[1].link_type == 101);
    REQUIRE(read->packets.size() == 5);
    CHECK(read->packets.time_ns(0) == 5'000'000'001);  // nanoseconds sort before the microsecond after
    CHECK(as_text(read->packets.frame(0)) == "de");
    CHECK(read->packets.time_ns(1) == 5'000'001'000);
    CHECK(as_text(read->packets.frame(1)) == "abc");
    CHECK(read->packets.original_bytes(1) == 300);
    CHECK(read->packets.flags(1) == 1);
    CHECK(read->packets.comments().at(1) == "one\ntwo");
    CHECK(as_text(read->packets.frame(2)) == "obso");
    CHECK(read->packets.time_ns(2) == 6'000'000'000);
    CHECK(as_text(read->packets.frame(3)) == "simpl");
    CHECK(read->packets.time_ns(3) == 6'000'000'000);
    CHECK(read->packets.time_ns(4) == 101'500'000'000);
    CHECK(read->packets.tap(4) == 2);
    REQUIRE(read->actors.size() == 1);
    CHECK(read->actors[0].name == "server");
    CHECK(read->actors[0].address.to_string() == "127.0.0.2");
    CHECK(read->damages.size() == 1);
    CHECK(first_damage(*read).find("without a time") != std::string::npos);
}

TEST_CASE("sections of different byte orders follow one another") {
    Blocks little(false);
    little.section().u16(1).u16(0).u32(0).end(kInterface);
    enhanced(little, 0, 1, "first", 5).end(kEnhanced);
    Blocks big(true);
    big.section().u16(113).u16(0).u32(0).end(kInterface);
    enhanced(big, 0, 2, "second", 6).end(kEnhanced);
    Bytes file = little.file();
    file.insert(file.end(), big.file().begin(), big.file().end());
    const auto read = read_bytes(file);
    REQUIRE(read);
    REQUIRE(read->packets.size() == 2);
    CHECK(as_text(read->packets.frame(1)) == "second");
    CHECK(read->packets.tap(1) == 1);
    CHECK(read->taps[1].link_type == 113);
    CHECK(read->damages.empty());
}

TEST_CASE("times beyond all measure stay in range") {
    for (const char resolution : {'\x00', '\x09', '\x13', '\x7F', '\x80', '\xFF'}) {
        Blocks b(false);
        b.section().u16(1).u16(0).u32(0).option(9, std::string_view(&resolution, 1));
        b.u16(14).u16(8).u64(resolution == '\x09' ? 1ULL << 63U : ~0ULL >> 1U).u32(0).end(kInterface);
        enhanced(b, 0, ~0ULL, "x", 1).end(kEnhanced);
        const auto read = read_bytes(b.file());
        REQUIRE(read);
        REQUIRE(read->packets.size() == 1);
        CHECK(read->packets.time_ns(0) >= 0);
        CHECK(read->packets.time_ns(0) < TimeNs{1} << 62U);
    }
}

TEST_CASE("lengths that lie cost a packet, not memory") {
    Blocks b(false);
    b.section().u16(1).u16(0).u32(0).end(kInterface);
    b.u32(0).time(1).u32(0xFFFFFFFF).u32(0xFFFFFFFF).text("abcd").end(kEnhanced);
    enhanced(b, 7, 1, "of no interface", 15).end(kEnhanced);
    b.text("WIRESTORY_FORMAT=1\nWIRESTORY_PAYLOAD\n\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFFxyz\n").end(kJournal);
    b.text("WIRESTORY_FORMAT=99\nWIRESTORY_RECORD=call\n").end(kJournal);
    b.text("WIRESTORY_FORMAT=1\nWIRESTORY_RECORD=socket\nWIRESTORY_SOCKET=4000000000\nWIRESTORY_FAMILY=tcp\n");
    b.end(kJournal);
    b.text("WIRESTORY_FORMAT=1\nWIRESTORY_RECORD=call\nWIRESTORY_CALL=splice\nWIRESTORY_ENTER_NS=1\n").end(kJournal);
    b.text("MESSAGE=of somebody else\n").end(kJournal);
    enhanced(b, 0, 2, "good", 4).end(kEnhanced);
    const auto read = read_bytes(b.file());
    REQUIRE(read);
    REQUIRE(read->packets.size() == 1);
    CHECK(as_text(read->packets.frame(0)) == "good");
    CHECK(read->sockets.empty());
    CHECK(read->calls.empty());
    CHECK(read->damages.size() == 6);
}

TEST_CASE("references that point nowhere are taken out") {
    Blocks b(false);
    b.section();
    b.text(R"(WIRESTORY_FORMAT=1
WIRESTORY_RECORD=call
WIRESTORY_CALL=send
WIRESTORY_ACTOR=3
WIRESTORY_SOCKET=8
WIRESTORY_STEP=99
WIRESTORY_ENTER_NS=9223372036854775807
WIRESTORY_EXIT_NS=5
WIRESTORY_RETURNED=9223372036854775807
)")
        .end(kJournal);
    b.text(R"(WIRESTORY_FORMAT=1
WIRESTORY_RECORD=end
WIRESTORY_STORY={"yaml":7,"steps":[{"actor":12}],"tour":[{"event":{"kind":"packet","index":4}}],"verdicts":{}}
WIRESTORY_ACTORS=[[[
)")
        .end(kJournal);
    const auto read = read_bytes(b.file());
    REQUIRE(read);
    REQUIRE(read->calls.size() == 1);
    const Call& call = read->calls[0];
    CHECK(call.actor == kNoActor);
    CHECK(call.socket == kNoSocket);
    CHECK(call.step == kNoStep);
    CHECK(call.exit_ns >= call.enter_ns);
    CHECK(call.exit_ns < kNeverReturned);
    REQUIRE(read->story.steps.size() == 1);
    CHECK(read->story.steps[0].actor == kNoActor);
    REQUIRE(read->story.tour.size() == 1);
    CHECK_FALSE(read->story.tour[0].event);
}

TEST_CASE("entries of a second run in a merged file do not mix with the first") {
    Blocks b(false);
    b.section();
    for (const std::string run : {"a", "b"}) {
        b.text("WIRESTORY_FORMAT=1\nWIRESTORY_RUN=" + run +
               "\nWIRESTORY_RECORD=call\nWIRESTORY_CALL=send\nWIRESTORY_ENTER_NS=1\n");
        b.end(kJournal);
    }
    const auto read = read_bytes(b.file());
    REQUIRE(read);
    CHECK(read->calls.size() == 1);
    CHECK(first_damage(*read).find("second run") != std::string::npos);
}

TEST_CASE("what is no pcapng is refused") {
    CHECK_FALSE(read_bytes({}));
    CHECK_FALSE(read_bytes(as_bytes("\x0A\x0D\x0D\x0A")));
    CHECK_FALSE(read_bytes(as_bytes("just some text that is long enough")));
}

TEST_CASE("a recording cut at any byte keeps all whole blocks before the cut") {
    const Bytes file = nagle_file();
    const auto whole = read_bytes(file);
    REQUIRE(whole);
    REQUIRE(whole->complete);
    REQUIRE(whole->damages.empty());
    std::size_t packets = 0;
    std::size_t calls = 0;
    for (std::size_t size = 28; size < file.size(); ++size) {
        const auto read = read_bytes(ByteView(file).first(size));
        if (!read) FAIL("cut at " << size << ": " << read.error().message);
        // A cut between two blocks cannot be seen; any other is told, once, with a place before it.
        if (read->damages.size() > 1) FAIL("cut at " << size << ": " << read->damages.size() << " damages");
        if (!read->damages.empty() && read->damages[0].file_offset >= size) FAIL("cut at " << size);
        if (read->packets.size() < packets || read->calls.size() < calls) FAIL("less at " << size);
        packets = read->packets.size();
        calls = read->calls.size();
        if (read->complete) FAIL("complete although cut at " << size);
    }
    CHECK(packets == whole->packets.size());
    CHECK(calls == whole->calls.size());
}

TEST_CASE("random changes never break the reader") {
    const Bytes file = nagle_file();
    std::mt19937 random(20240607);  // NOLINT: the same bytes each time
    std::size_t packets = 0;
    for (int round = 0; round < 1500; ++round) {
        Bytes changed = file;
        for (unsigned i = 0; i < 1 + random() % 8; ++i) {
            changed[random() % changed.size()] = static_cast<std::byte>(random() % 4 == 0 ? 0xFF : random());
        }
        if (const auto read = read_bytes(changed)) {
            for (std::size_t i = 0; i < read->packets.size(); ++i) packets += !read->packets.frame(i).empty();
            for (const Call& call : read->calls) packets += format_call(*read, call).empty();
            if (read->last_time_ns() < read->first_time_ns()) FAIL("times run backwards in round " << round);
        }
    }
    CHECK(packets > 1500);  // most of it was still read
}
