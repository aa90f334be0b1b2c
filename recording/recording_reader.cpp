#include "recording/recording_reader.hpp"

#include <limits>

#include "recording/block_buffer.hpp"
#include "recording/block_reader.hpp"

namespace wirestory {

Result<Recording> read_pcapng(ByteView file, std::shared_ptr<const void> owner) {
    ByteReader in(file);
    const std::uint32_t type = in.le32();
    in.skip(4);
    const std::uint32_t magic = in.le32();
    const bool ordered = magic == pcapng::kByteOrderMagic || magic == __builtin_bswap32(pcapng::kByteOrderMagic);
    if (in.failed() || type != pcapng::kSectionHeader || !ordered) {
        return fail("read pcapng: it does not begin with a pcapng section header");
    }
    Recording recording;
    recording.packets.set_storage(std::move(owner), file);
    BlockReader(file, recording).read_all();
    return recording;
}

}  // namespace wirestory
