#include "capture/source/pcap_file.hpp"

#include <cstring>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "capture/source/link_support.hpp"

namespace wirestory::capture {

namespace {

constexpr std::uint32_t kMagicMicroseconds = 0xA1B2C3D4;
constexpr std::uint32_t kMagicNanoseconds = 0xA1B23C4D;
constexpr std::uint32_t kMagicKuznetzov = 0xA1B2CD34;     // microseconds; device, protocol and direction in each header
constexpr std::uint32_t kMagicIxiaHardware = 0x1C0001AC;  // nanoseconds; the file's size behind its header
constexpr std::uint32_t kMagicIxiaSoftware = 0x1C0001AB;
constexpr std::size_t kFileHeaderBytes = 24;
constexpr std::size_t kRecordHeaderBytes = 16;

struct Format {
    bool known = false;
    bool big_endian = false;
    DurationNs fraction_ns = 0;
    std::size_t file_header_bytes = kFileHeaderBytes;
    std::size_t record_header_bytes = kRecordHeaderBytes;
};

Format format_of(ByteView file) {
    ByteReader in(file);
    const std::uint32_t magic = in.le32();
    if (in.failed()) return {};
    for (const bool big_endian : {false, true}) {
        switch (big_endian ? __builtin_bswap32(magic) : magic) {
            case kMagicMicroseconds: return {true, big_endian, kMicrosecondNs};
            case kMagicNanoseconds: return {true, big_endian, 1};
            case kMagicKuznetzov: return {true, big_endian, kMicrosecondNs, kFileHeaderBytes, 24};
            case kMagicIxiaHardware:
            case kMagicIxiaSoftware: return {true, big_endian, 1, kFileHeaderBytes + 4};
            default: break;
        }
    }
    return {};
}

struct FileHeader {
    std::uint16_t major = 0;
    std::uint16_t minor = 0;
    std::uint32_t snap_bytes = 0;
    std::uint32_t link_field = 0;
};

std::uint32_t read_u32(const std::byte* bytes, bool big_endian) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return big_endian ? __builtin_bswap32(value) : value;
}

FileHeader file_header(ByteView file, bool big_endian) {
    const std::uint32_t version = read_u32(file.data() + 4, big_endian);
    FileHeader header;
    header.major = static_cast<std::uint16_t>(big_endian ? version >> 16U : version);
    header.minor = static_cast<std::uint16_t>(big_endian ? version : version >> 16U);
    header.snap_bytes = read_u32(file.data() + 16, big_endian);
    header.link_field = read_u32(file.data() + 20, big_endian);
    return header;
}

// Walks the packets' headers. A template over the byte order, so that the loop over millions of them has no branch for
// it.
template <bool kBigEndian>
class RecordWalk {
public:
    RecordWalk(ByteView file, const Format& format, const FileHeader& header, const ReadWatch& watch,
               Recording& recording)
        : file_(file),
          format_(format),
          watch_(watch),
          recording_(recording),
          max_bytes_(max_packet_bytes(header.link_field & 0xFFFFU)),
          swapped_always_(header.major == 2 && header.minor < 3),
          swapped_maybe_(header.major == 2 && header.minor == 3) {}

    void run() {
        std::size_t at = format_.file_header_bytes;
        while (at < file_.size()) {
            const std::size_t next = packet(at);
            if (next == 0) return;
            at = next;
            const std::size_t packets = recording_.packets.size();
            const bool asks = watch_ && packets % kPacketsBetweenWatches == 0;
            if (asks && !watch_({packets, at, file_.size(), 0})) return;
        }
    }

private:
    // Where the next one starts; 0 when reading ends here.
    std::size_t packet(std::size_t at) {
        if (file_.size() - at < format_.record_header_bytes) {
            return end(at, FileFault::kTruncated, tr("the file ends inside a packet's header"));
        }
        const std::byte* header = file_.data() + at;
        PacketRecord packet;
        packet.time_ns = TimeNs{read_u32(header, kBigEndian)} * kSecondNs +
                         TimeNs{read_u32(header + 4, kBigEndian)} * format_.fraction_ns;
        std::uint32_t captured = read_u32(header + 8, kBigEndian);
        packet.original_bytes = read_u32(header + 12, kBigEndian);
        // Version 2.3 and those before disagreed on the order of the two lengths (libpcap, savefile.c's history).
        if (swapped_always_ || (swapped_maybe_ && captured > packet.original_bytes)) {
            std::swap(captured, packet.original_bytes);
        }
        at += format_.record_header_bytes;
        if (captured > max_bytes_) {
            return end(at - format_.record_header_bytes, FileFault::kCorrupt,
                       tr_format("a packet claims {} captured bytes, more than the {} that any can have", captured,
                                 max_bytes_));
        }
        if (captured > file_.size() - at) {
            return end(at - format_.record_header_bytes, FileFault::kTruncated,
                       tr_format("the file ends {} bytes into a packet of {}", file_.size() - at, captured));
        }
        if (recording_.packets.size() >= std::numeric_limits<std::uint32_t>::max()) {
            return end(at, FileFault::kUnsupported, tr("more packets than can be numbered"));
        }
        recording_.packets.append_stored(packet, at, captured);
        return at + captured;
    }

    std::size_t end(std::size_t at, FileFault fault, std::string what) {
        recording_.damages.push_back({at, std::move(what), fault});
        return 0;
    }

    ByteView file_;
    const Format& format_;
    const ReadWatch& watch_;
    Recording& recording_;
    std::uint32_t max_bytes_;
    bool swapped_always_;
    bool swapped_maybe_;
};

}  // namespace

bool is_pcap(ByteView file) { return format_of(file).known; }

OpenResult<Recording> read_pcap(ByteView file, std::shared_ptr<const void> owner, const ReadOptions& options) {
    const Format format = format_of(file);
    if (!format.known) return fail_open(FileFault::kUnknownFormat, tr("it does not begin with a pcap header"));
    if (file.size() < format.file_header_bytes) {
        return fail_open(FileFault::kTruncated, tr("the file ends inside its header"));
    }
    const FileHeader header = file_header(file, format.big_endian);
    if (header.major < 2) {
        return fail_open(FileFault::kUnsupported,
                         tr_format("version {}.{} of the format is not read here; 2.4 is the usual one", header.major,
                                   header.minor));
    }
    // Bits 16 to 25 are reserved; those above tell of the frame check sequence, which lies behind what IP calls its
    // own.
    if ((header.link_field & 0x03FF0000U) != 0) {
        return fail_open(FileFault::kUnsupported,
                         tr_format("the link type field {:#010x} has reserved bits set", header.link_field));
    }
    Tap tap;
    tap.snap_bytes = header.snap_bytes;
    tap.link_type = header.link_field & 0xFFFFU;
    if (!supported_link_type(tap.link_type)) {
        return fail_open(FileFault::kUnsupported,
                         tr_format("no decoder knows its link type {} (www.tcpdump.org/linktypes.html "
                                   "lists them)",
                                   tap.link_type));
    }
    Recording recording;
    recording.taps.push_back(std::move(tap));
    recording.packets.set_storage(std::move(owner), file);
    if (format.big_endian) {
        RecordWalk<true>(file, format, header, options.watch, recording).run();
    } else {
        RecordWalk<false>(file, format, header, options.watch, recording).run();
    }
    if (options.sort_by_time) recording.packets.sort_by_time();
    return recording;
}

}  // namespace wirestory::capture
