#include "capture/source/capture_file.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"
#include "capture/source/growing_buffer.hpp"
#include "capture/source/pcap_file.hpp"
#include "capture/source/unpack.hpp"

namespace wirestory::capture {

namespace {

constexpr const char* kStandardInput = tr_later("standard input");

// Unmaps when the last recording that points into it is gone.
class MappedFile {
public:
    MappedFile(void* address, std::size_t size) : address_(address), size_(size) {}
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile() { ::munmap(address_, size_); }

    [[nodiscard]] ByteView view() const { return {static_cast<const std::byte*>(address_), size_}; }

private:
    void* address_;
    std::size_t size_;
};

// A file's bytes, and whoever keeps them there.
struct Content {
    ByteView bytes;
    std::shared_ptr<const void> owner;
    std::optional<Damage> damage;  // why there is no more of it
};

template <class Owner>
Content content_of(std::shared_ptr<Owner> owner) {
    const ByteView bytes = owner->view();
    return {bytes, std::move(owner), std::nullopt};
}

OpenResult<Content> map_file(int fd, std::size_t size, const std::string& name) {
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (address == MAP_FAILED) {
        const Error error = fail_errno("map " + name, errno).value();
        return fail_open(FileFault::kOther, error.message, error.error_number);
    }
    return content_of(std::make_shared<const MappedFile>(address, size));
}

OpenResult<Content> read_pipe(int fd, const std::string& name, std::uint64_t limit_bytes) {
    auto buffer = std::make_shared<GrowingBuffer>();
    for (;;) {
        const auto room = buffer->room();
        if (!room) return fail_open(FileFault::kOther, "read " + name + ": " + room.error().message);
        const ssize_t got = ::read(fd, room->data(), room->size());
        if (got == 0) return content_of(std::move(buffer));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            const Error error = fail_errno("read " + name, errno).value();
            return fail_open(FileFault::kOther, error.message, error.error_number);
        }
        buffer->written(static_cast<std::size_t>(got));
        if (buffer->size() > limit_bytes) {
            return fail_open(FileFault::kUnsupported,
                             tr_format("read {}: more than {} came; save it to a file and open that", name,
                                       format_bytes(limit_bytes)));
        }
    }
}

// A FIFO is opened as every other program does, waiting for its writer; devices are not opened at all.
OpenResult<Content> read_content(const std::string& path, const std::string& name, std::uint64_t limit_bytes) {
    const std::string attempt = tr_format("open {}", name);
    const bool from_input = path == "-";
    struct stat status {};
    const int found = from_input ? ::fstat(STDIN_FILENO, &status) : ::stat(path.c_str(), &status);
    if (found != 0) {
        const Error error = fail_errno(attempt, errno).value();
        return fail_open(FileFault::kOther, error.message, error.error_number);
    }
    if (S_ISDIR(status.st_mode)) {
        return fail_open(FileFault::kOther, attempt + ": " + tr("it is a directory, not a capture file"), EISDIR);
    }
    const bool stream = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode);
    if (!S_ISREG(status.st_mode) && !stream) {
        return fail_open(FileFault::kOther, attempt + ": " +
                                                (from_input ? tr("it is no file and no pipe; send a capture into it")
                                                            : tr("it is a device, not a capture file")));
    }
    if (!stream && status.st_size == 0)
        return fail_open(FileFault::kTruncated, attempt + ": " + tr("the file is empty"));
    const UniqueFd fd(from_input ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        const Error error = fail_errno(attempt, errno).value();
        return fail_open(FileFault::kOther, error.message, error.error_number);
    }
    if (!stream) return map_file(fd.get(), static_cast<std::size_t>(status.st_size), name);
    auto content = read_pipe(fd.get(), name, limit_bytes);
    if (content && content->bytes.empty()) {
        return fail_open(FileFault::kTruncated, attempt + ": " + tr("it ended before a byte came"));
    }
    return content;
}

OpenResult<Content> unpacked(Content packed, const std::string& name, std::uint64_t limit_bytes,
                             const ReadWatch& watch) {
    const Packing packing = packing_of(packed.bytes);
    if (packing == Packing::kNone) return packed;
    auto buffer = std::make_shared<GrowingBuffer>();
    UnpackEnd end = unpack(packed.bytes, packing, limit_bytes, watch, *buffer);
    // Without even a beginning there is nothing to show.
    if (end.fault == FileFault::kUnknownFormat || (end.fault != FileFault::kNone && buffer->size() == 0)) {
        return fail_open(end.fault, tr_format("open {}: it is packed with {}, and {}", name,
                                              packing == Packing::kGzip ? "gzip" : "zstd", end.what));
    }
    Content content = content_of(std::move(buffer));
    if (end.fault != FileFault::kNone) content.damage = Damage{content.bytes.size(), std::move(end.what), end.fault};
    return content;
}

bool is_pcapng(ByteView file) { return ByteReader(file).le32() == 0x0A0D0D0A; }

// Formats that are known, and not read here.
const char* other_format(ByteView file) {
    const std::string_view text = as_text(file.first(std::min<std::size_t>(file.size(), 16)));
    const auto begins = [&](std::string_view magic) { return text.substr(0, magic.size()) == magic; };
    if (begins("snoop")) return tr("a snoop capture (Solaris); convert it with `editcap -F pcap`");
    if (begins("GMBU") || begins("RTSS"))
        return tr("a Microsoft Network Monitor capture; convert it with `editcap -F pcap`");
    if (begins("\xFD"
               "7zXZ")) {
        return tr("packed with xz; unpack it first");
    }
    if (begins("BZh")) return tr("packed with bzip2; unpack it first");
    if (begins("\x04\x22\x4D\x18")) return tr("packed with lz4; unpack it first");
    if (begins("PK\x03\x04")) return tr("a zip archive; unpack it first");
    return nullptr;
}

tl::unexpected<OpenError> not_a_capture(const std::string& name, ByteView file) {
    if (const char* other = other_format(file); other != nullptr) {
        return fail_open(FileFault::kUnsupported, tr_format("open {}: it is {}", name, other));
    }
    std::string bytes;
    for (const std::byte b : file.first(std::min<std::size_t>(file.size(), 4))) {
        bytes += fmt::format(" {:02x}", std::to_integer<unsigned>(b));
    }
    return fail_open(FileFault::kUnknownFormat,
                     tr_format("open {}: neither a pcapng nor a pcap file (it begins with{})", name, bytes));
}

}  // namespace

OpenResult<Recording> open_capture_file(const std::string& path, const OpenOptions& options) {
    const std::string name = path == "-" ? tr(kStandardInput) : path;
    const std::uint64_t limit = options.limit_bytes != 0 ? options.limit_bytes : default_unpack_limit();
    auto content = read_content(path, name, limit);
    if (content) content = unpacked(std::move(*content), name, limit, options.read.watch);
    if (!content) return tl::unexpected(content.error());
    const ByteView bytes = content->bytes;
    const auto cut = [&] {
        return fail_open(content->damage->fault, tr_format("open {}: {}", name, content->damage->what));
    };
    if (!is_pcapng(bytes) && !is_pcap(bytes)) return content->damage ? cut() : not_a_capture(name, bytes);
    auto recording = is_pcapng(bytes) ? read_pcapng(bytes, content->owner, options.read)
                                      : read_pcap(bytes, content->owner, options.read);
    if (!recording && content->damage) return cut();
    if (!recording) {
        return fail_open(recording.error().fault, tr_format("open {}: {}", name, recording.error().message));
    }
    // That the packed file was cut is the reason for whatever its content lacks.
    if (content->damage) recording->damages.insert(recording->damages.begin(), std::move(*content->damage));
    recording->path = name;
    recording->file_format = is_pcapng(bytes) ? "pcapng" : "pcap";
    return recording;
}

}  // namespace wirestory::capture
