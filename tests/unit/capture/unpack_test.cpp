#include "capture/source/unpack.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "capture/source/capture_file.hpp"
#include "tests/support/catch.hpp"

using namespace wirestory;
using namespace wirestory::capture;

namespace {

std::string golden(const std::string& name) { return WIRESTORY_SOURCE_DIR "/tests/golden/captures/" + name; }

Bytes content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return to_bytes(std::string(std::istreambuf_iterator<char>(in), {}));
}

class TemporaryFile {
public:
    explicit TemporaryFile(ByteView bytes) {
        std::string name = (std::filesystem::temp_directory_path() / "wirestory-unpack-XXXXXX").string();
        const int fd = mkstemp(name.data());
        REQUIRE(fd >= 0);
        ::close(fd);
        path = name;
        std::ofstream(path, std::ios::binary) << as_text(bytes);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { std::filesystem::remove(path); }
    std::string path;
};

// A pcap file that unpacks to this many bytes: one header, then packets of 64 KiB of zeros.
Bytes packed_zeros(std::size_t packets, const char* packer) {
    const TemporaryFile file({});
    {
        std::ofstream out(file.path, std::ios::binary);
        const Bytes head = content(golden("format-little-us.pcap"));
        out.write(reinterpret_cast<const char*>(head.data()), 24);
        const std::string frame(65'536, '\0');
        for (std::size_t i = 0; i < packets; ++i) {
            const std::uint32_t header[4] = {1, 1, 65'536, 65'536};
            out.write(reinterpret_cast<const char*>(header), sizeof header);
            out << frame;
        }
    }
    const TemporaryFile packed({});
    REQUIRE(std::system((std::string(packer) + " < " + file.path + " > " + packed.path).c_str()) == 0);
    return content(packed.path);
}

Result<Recording> open_bytes(ByteView bytes, std::uint64_t limit_bytes = 0) {
    const TemporaryFile file(bytes);
    OpenOptions options;
    options.limit_bytes = limit_bytes;
    return open_capture_file(file.path, options);
}

}  // namespace

TEST_CASE("a packed file cut at any byte gives the packets before the cut, or says why there are none") {
    const bool gzip = GENERATE(true, false);
    const Bytes file = content(golden(gzip ? "format.pcap.gz" : "format.pcap.zst"));
    for (std::size_t size = 4; size < file.size(); ++size) {
        INFO("gzip " << gzip << ", cut at " << size);
        const auto recording = open_bytes(ByteView(file).first(size));
        if (!recording) {
            CHECK(recording.error().message.find("cut short") != std::string::npos);
            continue;
        }
        CHECK(recording->packets.size() <= 2);
        CHECK(recording->fault() == FileFault::kTruncated);
    }
}

TEST_CASE("damage inside a packed file is told") {
    Bytes file = content(golden("format.pcap.gz"));
    file[file.size() / 2] ^= std::byte{0xFF};
    const auto recording = open_bytes(file);
    if (recording) CHECK(recording->fault() == FileFault::kCorrupt);
    if (!recording) CHECK(recording.error().message.find("damaged") != std::string::npos);
}

TEST_CASE("members of gzip follow one another; padding behind them is passed over") {
    Bytes file = content(golden("format.pcap.gz"));
    const Bytes whole = file;
    file.resize(file.size() + 512);
    CHECK(open_bytes(file).value().packets.size() == 2);
    // A second member holds a second file header, which is no packet: what it unpacks to is appended.
    file = whole;
    file.insert(file.end(), whole.begin(), whole.end());
    const auto twice = open_bytes(file);
    REQUIRE(twice);
    CHECK(twice->packets.size() > 2);
    CHECK(twice->fault() == FileFault::kTruncated);
}

TEST_CASE("what unpacks to no capture, or to more than the limit, stops early") {
    const bool gzip = GENERATE(true, false);
    const Bytes bomb = packed_zeros(400, gzip ? "gzip -9" : "zstd -q -c");
    CHECK(bomb.size() < 100'000);
    const auto limited = open_bytes(bomb, 1U << 20U);
    REQUIRE(limited);
    CHECK(limited->packets.size() == 15);
    CHECK(limited->fault() == FileFault::kUnsupported);
    CHECK(limited->damages[0].what == "it unpacks to more than 1.0 MiB; unpack it to a file and open that");
    CHECK(open_bytes(bomb).value().packets.size() == 400);

    const TemporaryFile zeros(Bytes(1U << 20U));
    const TemporaryFile packed({});
    REQUIRE(std::system(((gzip ? "gzip < " : "zstd -q -c < ") + zeros.path + " > " + packed.path).c_str()) == 0);
    const auto nothing = open_capture_file(packed.path);
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error().fault == FileFault::kUnknownFormat);
    CHECK(nothing.error().message.find("what it unpacks to is no capture") != std::string::npos);
}

TEST_CASE("who watches the reading may end it; what was read is good") {
    constexpr std::size_t kPackets = 300;
    for (const char* packer : {"gzip", "zstd"}) {
        const TemporaryFile file(packed_zeros(kPackets, packer));
        std::uint64_t unpacked = 0;
        OpenOptions options;
        options.read.watch = [&](const ReadProgress& progress) {
            CHECK(progress.bytes <= progress.total_bytes);
            unpacked = std::max(unpacked, progress.unpacked_bytes);
            return progress.unpacked_bytes < 6'000'000;
        };
        const auto part = open_capture_file(file.path, options);
        REQUIRE(part.has_value());
        CHECK(part->packets.size() >= 90);
        CHECK(part->packets.size() < kPackets);
        CHECK(unpacked >= 6'000'000);
    }
    // Files that are not packed: after so many packets.
    const std::string path = TemporaryFile({}).path;
    {
        std::ofstream out(path, std::ios::binary);
        const Bytes head = content(golden("format-little-us.pcap"));
        out.write(reinterpret_cast<const char*>(head.data()), 24);
        for (std::size_t i = 0; i < 3 * kPacketsBetweenWatches; ++i) {
            const std::uint32_t header[4] = {1, 1, 4, 4};
            out.write(reinterpret_cast<const char*>(header), sizeof header);
            out << "abcd";
        }
    }
    OpenOptions options;
    options.read.watch = [](const ReadProgress& progress) { return progress.packets < 2 * kPacketsBetweenWatches; };
    const auto part = open_capture_file(path, options);
    std::filesystem::remove(path);
    REQUIRE(part.has_value());
    CHECK(part->packets.size() == 2 * kPacketsBetweenWatches);
    CHECK(part->damages.empty());
}

TEST_CASE("a pipe that never ends is left at the limit") {
    const TemporaryFile fifo({});
    std::filesystem::remove(fifo.path);
    REQUIRE(std::system(("mkfifo " + fifo.path + " && (head -c 3000000 /dev/zero > " + fifo.path + " 2>/dev/null &)")
                            .c_str()) == 0);
    OpenOptions options;
    options.limit_bytes = 1U << 20U;
    const auto recording = open_capture_file(fifo.path, options);
    REQUIRE_FALSE(recording);
    CHECK(recording.error().message.find("more than 1.0 MiB came") != std::string::npos);
}
