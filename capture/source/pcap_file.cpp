#include "capture/source/pcap_file.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace wirestory::capture {

namespace {

constexpr std::uint32_t kMagicMicroseconds = 0xA1B2C3D4;
constexpr std::uint32_t kMagicNanoseconds = 0xA1B23C4D;
constexpr std::size_t kRecordHeaderBytes = 16;

struct Format {
    bool known = false;
    bool big_endian = false;
    DurationNs fraction_ns = 0;
};

Format format_of(ByteView file) {
    ByteReader in(file);
    const std::uint32_t magic = in.le32();
    for (const bool big_endian : {false, true}) {
        const std::uint32_t read = big_endian ? __builtin_bswap32(magic) : magic;
        if (read == kMagicMicroseconds) return {!in.failed(), big_endian, kMicrosecondNs};
        if (read == kMagicNanoseconds) return {!in.failed(), big_endian, 1};
    }
    return {};
}

std::uint32_t read_u32(ByteReader& in, bool big_endian) { return big_endian ? in.be32() : in.le32(); }

void read_packets(ByteReader in, const Format& format, Recording& recording) {
    while (in.remaining() > 0) {
        const std::size_t start = in.position();
        const auto cut = [&](std::string what) { recording.damages.push_back({start, std::move(what)}); };
        if (in.remaining() < kRecordHeaderBytes) return cut("the file ends inside a packet's header");
        PacketRecord packet;
        const TimeNs seconds = read_u32(in, format.big_endian);
        const TimeNs fraction = read_u32(in, format.big_endian);
        packet.time_ns = seconds * kSecondNs + fraction * format.fraction_ns;
        const std::uint32_t captured = read_u32(in, format.big_endian);
        packet.original_bytes = read_u32(in, format.big_endian);
        if (captured > in.remaining()) {
            return cut(fmt::format("the file ends {} bytes into a packet of {}", in.remaining(), captured));
        }
        if (recording.packets.size() >= std::numeric_limits<std::uint32_t>::max()) {
            return cut("more packets than can be numbered");
        }
        recording.packets.append_stored(packet, in.position(), captured);
        in.skip(captured);
    }
}

}  // namespace

bool is_pcap(ByteView file) { return format_of(file).known; }

Result<Recording> read_pcap(ByteView file, std::shared_ptr<const void> owner) {
    const Format format = format_of(file);
    if (!format.known) return fail("read pcap: it does not begin with a pcap header");
    ByteReader in(file);
    in.skip(16);  // magic, version, two fields that nobody uses
    Tap tap;
    tap.snap_bytes = read_u32(in, format.big_endian);
    tap.link_type = read_u32(in, format.big_endian) & 0xFFFFU;  // the upper bits tell of frame check sequences
    if (in.failed()) return fail("read pcap: the file ends inside its header");
    Recording recording;
    recording.taps.push_back(std::move(tap));
    recording.packets.set_storage(std::move(owner), file);
    read_packets(in, format, recording);
    recording.packets.sort_by_time();
    return recording;
}

}  // namespace wirestory::capture
