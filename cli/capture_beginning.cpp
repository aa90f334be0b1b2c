#include "cli/capture_beginning.hpp"

#include <filesystem>
#include <utility>

namespace wirestory::cli {

namespace {

constexpr std::uint64_t kMostUnpackedBytes = 16U << 20U;  // some 50 ms of unpacking

}  // namespace

bool can_be_read_twice(const std::string& path) {
    std::error_code ignored;
    return path != "-" && std::filesystem::is_regular_file(path, ignored);
}

OpenResult<CaptureBeginning> open_beginning(const std::string& path, std::uint64_t packets,
                                            const ReadOptions& options) {
    bool stopped = false;
    capture::OpenOptions opening;
    opening.read = options;
    opening.read.watch = [&](const ReadProgress& progress) {
        const bool enough = progress.packets >= packets || progress.unpacked_bytes >= kMostUnpackedBytes;
        stopped = stopped || enough;
        return !enough;
    };
    auto recording = capture::open_capture_file(path, opening);
    if (!recording) return tl::unexpected(recording.error());
    // A packet that unpacking was stopped in is no damage of the file.
    if (stopped) recording->damages.clear();
    return CaptureBeginning{std::move(*recording), !stopped};
}

}  // namespace wirestory::cli
