#include "capture/source/unpack.hpp"

#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "capture/source/pcap_file.hpp"

namespace wirestory::capture {

namespace {

constexpr std::size_t kMostAtOnce = 1U << 30U;      // zlib counts in 32 bits
constexpr std::size_t kBetweenWatches = 4U << 20U;  // bytes: a few milliseconds
constexpr std::size_t kMagicBytes = 4;

bool begins_as_capture(ByteView unpacked) { return is_pcap(unpacked) || ByteReader(unpacked).le32() == 0x0A0D0D0A; }

// One loop for both formats: `step` consumes from `in`, fills `room`, and says how that went.
enum class Step : std::uint8_t { kGoOn, kEnd, kBroken, kTooMuchMemory };
struct Progress {
    Step step = Step::kGoOn;
    std::size_t consumed = 0;
    std::size_t produced = 0;
};

template <class Unpacker>
UnpackEnd run(Unpacker& unpacker, ByteView packed, std::uint64_t limit_bytes, const ReadWatch& watch,
              GrowingBuffer& out) {
    std::size_t at = 0;
    bool checked = false;
    for (;;) {
        auto room = out.room();
        if (!room) return {FileFault::kOther, room.error().message};
        const std::uint64_t allowed = limit_bytes - std::min<std::uint64_t>(limit_bytes, out.size());
        if (allowed == 0) {
            return {FileFault::kUnsupported, tr_format("it unpacks to more than {}; unpack it to a file and open that",
                                                       format_bytes(limit_bytes))};
        }
        const std::span<std::byte> target =
            room->first(std::min<std::uint64_t>({room->size(), allowed, kBetweenWatches}));
        const Progress progress = unpacker.step(packed.subspan(at), target);
        at += progress.consumed;
        out.written(progress.produced);
        if (!checked && out.size() >= kMagicBytes) {
            checked = true;
            if (!begins_as_capture(out.view()))
                return {FileFault::kUnknownFormat, tr("what it unpacks to is no capture")};
        }
        if (progress.step == Step::kEnd) return {};
        if (watch && !watch({0, at, packed.size(), out.size()})) return {};
        if (progress.step == Step::kBroken) {
            return {FileFault::kCorrupt, tr_format("the packed data is damaged near its byte {}", at)};
        }
        if (progress.step == Step::kTooMuchMemory) {
            return {FileFault::kUnsupported, tr("unpacking needs a window of more than 128 MiB; unpack it first")};
        }
        if (at == packed.size() && progress.produced < target.size()) {
            return {FileFault::kTruncated, tr("the packed file is cut short")};
        }
    }
}

class Gzip {
public:
    Gzip() {
        constexpr int kLargestWindow = 15;
        constexpr int kGzipOnly = 16;
        ready_ = ::inflateInit2(&stream_, kLargestWindow + kGzipOnly) == Z_OK;
    }
    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;
    ~Gzip() { ::inflateEnd(&stream_); }

    Progress step(ByteView in, std::span<std::byte> room) {
        if (!ready_) return {Step::kTooMuchMemory};
        const std::size_t given = std::min(in.size(), kMostAtOnce);
        // zlib's interface is older than const.
        stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(in.data()));  // NOLINT
        stream_.avail_in = static_cast<uInt>(given);
        stream_.next_out = reinterpret_cast<Bytef*>(room.data());
        stream_.avail_out = static_cast<uInt>(room.size());
        const int result = ::inflate(&stream_, Z_NO_FLUSH);
        Progress progress{Step::kGoOn, given - stream_.avail_in, room.size() - stream_.avail_out};
        if (result == Z_STREAM_END) {
            // Another member may follow; anything else behind a member is padding, and no part of the file.
            const ByteView rest = in.subspan(progress.consumed);
            if (packing_of(rest) != Packing::kGzip || ::inflateReset(&stream_) != Z_OK) progress.step = Step::kEnd;
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            progress.step = Step::kBroken;
        }
        return progress;
    }

private:
    z_stream stream_{};
    bool ready_ = false;
};

class Zstd {
public:
    Progress step(ByteView in, std::span<std::byte> room) {
        if (!stream_) return {Step::kTooMuchMemory};
        ZSTD_inBuffer input{in.data(), in.size(), 0};
        ZSTD_outBuffer output{room.data(), room.size(), 0};
        const std::size_t result = ::ZSTD_decompressStream(stream_.get(), &output, &input);
        Progress progress{Step::kGoOn, input.pos, output.pos};
        if (::ZSTD_isError(result) != 0U) {
            const bool window = ::ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge;
            progress.step = window ? Step::kTooMuchMemory : Step::kBroken;
        } else if (result == 0 && input.pos == in.size()) {
            progress.step = Step::kEnd;
        }
        return progress;
    }

private:
    struct Free {
        void operator()(ZSTD_DStream* stream) const { ::ZSTD_freeDStream(stream); }
    };
    std::unique_ptr<ZSTD_DStream, Free> stream_{::ZSTD_createDStream()};
};

}  // namespace

Packing packing_of(ByteView file) {
    ByteReader in(file);
    const std::uint32_t magic = in.be32();
    if (!in.failed() && magic >> 8U == 0x1F8B08) return Packing::kGzip;
    if (!in.failed() && (magic == 0x28B52FFD || (magic & 0xF0FFFFFFU) == 0x502A4D18)) return Packing::kZstd;
    return Packing::kNone;
}

UnpackEnd unpack(ByteView packed, Packing packing, std::uint64_t limit_bytes, const ReadWatch& watch,
                 GrowingBuffer& out) {
    if (packing == Packing::kGzip) {
        Gzip gzip;
        return run(gzip, packed, limit_bytes, watch, out);
    }
    Zstd zstd;
    return run(zstd, packed, limit_bytes, watch, out);
}

std::uint64_t default_unpack_limit() {
    const long pages = ::sysconf(_SC_PHYS_PAGES);
    const long page_bytes = ::sysconf(_SC_PAGESIZE);
    constexpr std::uint64_t kWhenUnknown = 1ULL << 30U;
    if (pages <= 0 || page_bytes <= 0) return kWhenUnknown;
    return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_bytes) / 2;
}

}  // namespace wirestory::capture
