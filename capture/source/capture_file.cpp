#include "capture/source/capture_file.hpp"

#include <cerrno>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/unique_fd.hpp"
#include "capture/source/pcap_file.hpp"
#include "recording/recording_reader.hpp"

namespace wirestory::capture {

namespace {

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

Result<std::shared_ptr<const MappedFile>> map_file(const std::string& path) {
    const std::string attempt = "open " + path;
    // Non-blocking, or opening a FIFO would wait for a writer before we can refuse it.
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) return fail_errno(attempt, errno);
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return fail_errno(attempt, errno);
    if (S_ISDIR(status.st_mode)) return fail(attempt + ": it is a directory, not a capture file", EISDIR);
    if (!S_ISREG(status.st_mode)) return fail(attempt + ": it is not a regular file");
    if (status.st_size == 0) return fail(attempt + ": the file is empty");
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (address == MAP_FAILED) return fail_errno("map " + path, errno);
    return std::make_shared<const MappedFile>(address, size);
}

bool is_pcapng(ByteView file) { return ByteReader(file).le32() == 0x0A0D0D0A; }

std::string not_a_capture(const std::string& path, ByteView file) {
    ByteReader in(file);
    const std::uint16_t magic = in.be16();
    if (magic == 0x1F8B) return fmt::format("open {}: it is compressed with gzip; unpack it first (gunzip)", path);
    std::string bytes;
    for (const std::byte b : file.first(std::min<std::size_t>(file.size(), 4))) {
        bytes += fmt::format(" {:02x}", std::to_integer<unsigned>(b));
    }
    return fmt::format("open {}: neither a pcapng nor a pcap file (it begins with{})", path, bytes);
}

}  // namespace

Result<Recording> open_capture_file(const std::string& path) {
    auto mapped = map_file(path);
    if (!mapped) return tl::unexpected(mapped.error());
    const ByteView file = (*mapped)->view();
    if (!is_pcapng(file) && !is_pcap(file)) return fail(not_a_capture(path, file));
    auto recording = is_pcapng(file) ? read_pcapng(file, *mapped) : read_pcap(file, *mapped);
    if (!recording) return fail(fmt::format("open {}: {}", path, recording.error().message));
    recording->path = path;
    return recording;
}

}  // namespace wirestory::capture
