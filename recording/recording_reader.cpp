#include "recording/recording_reader.hpp"

#include <limits>

#include "base/messages.hpp"
#include "recording/block_buffer.hpp"
#include "recording/block_reader.hpp"

namespace wirestory {

OpenResult<Recording> read_pcapng(ByteView file, std::shared_ptr<const void> owner, const ReadOptions& options) {
    ByteReader in(file);
    const std::uint32_t type = in.le32();
    in.skip(4);
    const std::uint32_t magic = in.le32();
    const bool ordered = magic == pcapng::kByteOrderMagic || magic == __builtin_bswap32(pcapng::kByteOrderMagic);
    if (in.failed() || type != pcapng::kSectionHeader || !ordered) {
        return fail_open(FileFault::kUnknownFormat, tr("it does not begin with a pcapng section header"));
    }
    Recording recording;
    recording.packets.set_storage(std::move(owner), file);
    auto read = BlockReader(file, options, recording).read_all();
    if (!read) return tl::unexpected(read.error());
    return recording;
}

}  // namespace wirestory
