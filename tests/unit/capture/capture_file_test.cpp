#include "capture/source/capture_file.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <sys/stat.h>

#include "capture/source/pcap_file.hpp"
#include "recording/recording_writer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_recordings.hpp"

using namespace wirestory;
using namespace wirestory::capture;

namespace {

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "wirestory-test-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
    [[nodiscard]] std::string file_with(ByteView bytes) const {
        std::ofstream(file("f"), std::ios::binary) << as_text(bytes);
        return file("f");
    }

private:
    std::filesystem::path path_;
};

struct PcapKind {
    bool big_endian;
    bool nanoseconds;
};

void put(Bytes& out, const PcapKind& kind, std::uint32_t value) {
    for (unsigned i = 0; i < 4; ++i) out.push_back(static_cast<std::byte>(value >> 8U * (kind.big_endian ? 3 - i : i)));
}

// Two packets: "abc" of 300 bytes at 10.000005 (or 10.000000005), "defg" at 9.
Bytes pcap_file(const PcapKind& kind) {
    Bytes out;
    put(out, kind, kind.nanoseconds ? 0xA1B23C4D : 0xA1B2C3D4);
    put(out, kind, kind.big_endian ? 0x00020004 : 0x00040002);
    for (const std::uint32_t word : {0U, 0U, 96U, 0x10000001U}) put(out, kind, word);  // FCS bits beside LINKTYPE 1
    const auto packet = [&](std::uint32_t seconds, std::uint32_t fraction, std::uint32_t original,
                            std::string_view frame) {
        put(out, kind, seconds);
        put(out, kind, fraction);
        put(out, kind, static_cast<std::uint32_t>(frame.size()));
        put(out, kind, original);
        const ByteView view = as_bytes(frame);
        out.insert(out.end(), view.begin(), view.end());
    };
    packet(10, 5, 300, "abc");
    packet(9, 0, 4, "defg");
    return out;
}

Result<Recording> read_copy(ByteView bytes) {
    auto copy = std::make_shared<const Bytes>(bytes.begin(), bytes.end());
    return read_pcap(*copy, copy);
}

std::string error_of(const std::string& path) {
    const auto recording = open_capture_file(path);
    return recording ? std::string("opened") : recording.error().message;
}

}  // namespace

TEST_CASE("pcap files of four kinds") {
    const Folder folder;
    for (const PcapKind kind : {PcapKind{false, false}, {false, true}, {true, false}, {true, true}}) {
        INFO("big endian " << kind.big_endian << ", nanoseconds " << kind.nanoseconds);
        const std::string path = folder.file_with(pcap_file(kind));
        const auto recording = open_capture_file(path);
        REQUIRE(recording);
        CHECK(recording->path == path);
        REQUIRE(recording->taps.size() == 1);
        CHECK(recording->taps[0].link_type == 1);
        CHECK(recording->taps[0].snap_bytes == 96);
        REQUIRE(recording->packets.size() == 2);
        CHECK(as_text(recording->packets.frame(0)) == "defg");
        CHECK(recording->packets.time_ns(0) == 9 * kSecondNs);
        CHECK(as_text(recording->packets.frame(1)) == "abc");
        CHECK(recording->packets.original_bytes(1) == 300);
        CHECK(recording->packets.time_ns(1) == 10 * kSecondNs + (kind.nanoseconds ? 5 : 5000));
        CHECK(recording->damages.empty());
        CHECK_FALSE(recording->complete);
    }
}

TEST_CASE("a pcap file cut at any byte keeps the packets before the cut") {
    const Bytes file = pcap_file({false, false});
    for (std::size_t size = 0; size < file.size(); ++size) {
        INFO("cut at " << size);
        const auto recording = read_copy(ByteView(file).first(size));
        CHECK(recording.has_value() == (size >= 24));
        if (!recording) continue;
        const std::size_t whole = size >= 24 + 19 ? 1 : 0;
        CHECK(recording->packets.size() == whole);
        const bool between = size == 24 || size == 24 + 19;
        CHECK(recording->damages.size() == (between ? 0U : 1U));
    }
}

TEST_CASE("a pcap packet that claims 4 GiB ends the reading") {
    Bytes file = pcap_file({false, true});
    for (std::size_t i = 32; i < 36; ++i) file[i] = std::byte{0xFF};
    const auto recording = read_copy(file);
    REQUIRE(recording);
    CHECK(recording->packets.empty());
    REQUIRE(recording->damages.size() == 1);
    CHECK(recording->damages[0].file_offset == 24);
    CHECK(recording->damages[0].what ==
          "a packet claims 4294967295 captured bytes, more than the 262144 that any can have");
}

TEST_CASE("a recording of ours opens, stays readable while it is replaced, and keeps its calls") {
    const Folder folder;
    const Recording written = test::nagle_recording();
    REQUIRE(write_recording(folder.file("r.pcapng"), written, {}));
    auto opened = open_capture_file(folder.file("r.pcapng"));
    REQUIRE(opened);
    CHECK(opened->calls.size() == written.calls.size());
    REQUIRE(write_recording(folder.file("r.pcapng"), *opened, {{0, "comment"}}));
    const auto again = open_capture_file(folder.file("r.pcapng"));
    REQUIRE(again);
    CHECK(again->packets.comments().at(0) == "comment");
    REQUIRE(opened->packets.size() == written.packets.size());
    const std::size_t last = written.packets.size() - 1;
    CHECK(as_text(opened->packets.frame(last)) == as_text(written.packets.frame(last)));
}

TEST_CASE("what cannot be opened is refused with a sentence that names it") {
    const Folder folder;
    CHECK(error_of(folder.file("absent")) == "open " + folder.file("absent") + ": No such file or directory");
    CHECK(error_of(folder.file("")) == "open " + folder.file("") + ": it is a directory, not a capture file");
    CHECK(error_of(folder.file_with({})) == "open " + folder.file("f") + ": the file is empty");
    CHECK(error_of(folder.file_with(as_bytes("\x7F"
                                             "ELF..."))) ==
          "open " + folder.file("f") + ": neither a pcapng nor a pcap file (it begins with 7f 45 4c 46)");
    CHECK(error_of(folder.file_with(as_bytes("\xD4"))) ==
          "open " + folder.file("f") + ": neither a pcapng nor a pcap file (it begins with d4)");
    CHECK(error_of(folder.file_with(as_bytes("\x1F\x8B\x08"))) ==
          "open " + folder.file("f") + ": neither a pcapng nor a pcap file (it begins with 1f 8b 08)");
    CHECK(error_of(folder.file_with(as_bytes("\xD4\xC3\xB2\xA1 and then"))) ==
          "open " + folder.file("f") + ": the file ends inside its header");
    CHECK(error_of(folder.file_with(as_bytes("\n\r\r\n"))) ==
          "open " + folder.file("f") + ": it does not begin with a pcapng section header");
    CHECK(error_of("/dev/null") == "open /dev/null: it is a device, not a capture file");
}

TEST_CASE("a capture comes through a FIFO") {
    const Folder folder;
    REQUIRE(mkfifo(folder.file("fifo").c_str(), 0600) == 0);
    const Bytes file = pcap_file({false, true});
    std::thread writer([&] { std::ofstream(folder.file("fifo"), std::ios::binary) << as_text(file); });
    const auto recording = open_capture_file(folder.file("fifo"));
    writer.join();
    REQUIRE(recording);
    CHECK(recording->packets.size() == 2);
    CHECK(as_text(recording->packets.frame(0)) == "defg");
}
