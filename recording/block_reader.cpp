#include "recording/block_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "recording/block_buffer.hpp"
#include "recording/pair_sightings.hpp"

namespace wirestory {

namespace {

constexpr std::size_t kFrameBytes = 12;  // type, and the length at both ends
constexpr std::size_t kMaxNames = 4096;
constexpr std::size_t kMaxPassedTypes = 64;
// A frame of the longest kind (a USB transfer, 128 MiB) and its options; what claims more is damaged, not cut.
constexpr std::uint32_t kMaxBlockBytes = (128U << 20U) + 131'104;

// Options until their end or the first that is broken, for which it returns false: broken options do not take the
// packet with them.
template <class Function>
bool for_each_option(OrderedReader& in, Function function) {
    while (in.remaining() >= 4) {
        const std::uint16_t code = in.u16();
        const std::uint16_t length = in.u16();
        if (code == pcapng::kEndOfOptions) return true;
        const ByteView value = in.take_padded(length);
        if (in.failed()) return false;
        function(code, value);
    }
    return true;
}

TimeNs saturate(__int128 ns) {
    if (ns < 0) return 0;
    constexpr __int128 kMost = (__int128{1} << 62U) - 1;
    return static_cast<TimeNs>(std::min(ns, kMost));
}

// if_tsresol: a power of 10, or with the top bit set a power of 2.
TimeNs ticks_to_ns(std::uint64_t ticks, std::uint8_t resolution, std::int64_t offset_seconds) {
    __int128 ns = ticks;
    if ((resolution & 0x80U) != 0) {
        ns = ns * kSecondNs >> (resolution & 0x7FU);
    } else {
        for (unsigned digits = resolution; digits < 9; ++digits) ns *= 10;
        for (unsigned digits = 9; digits < resolution && ns != 0; ++digits) ns /= 10;
    }
    return saturate(ns + static_cast<__int128>(offset_seconds) * kSecondNs);
}

std::uint64_t read_ticks(OrderedReader& in) {
    const std::uint64_t upper = in.u32();
    return upper << 32U | in.u32();
}

}  // namespace

tl::expected<void, OpenError> BlockReader::read_all() {
    Block block;
    bool first = true;
    while (next(block)) {
        if (first) {
            OrderedReader in(block.body, big_endian_);
            (void)in.take(16);
            if (!for_each_option(in, [](std::uint16_t, ByteView) {})) {
                return fail_open(FileFault::kCorrupt, tr("an option of its header is longer than the header"));
            }
        }
        first = false;
        dispatch(block);
        if (options_.watch && !go_on()) break;
    }
    if (first && recording_.fault() != FileFault::kTruncated) {
        const Damage& why = recording_.damages.front();
        return fail_open(why.fault, why.what);
    }
    if (recording_.actors.empty()) recording_.actors = std::move(names_);
    if (options_.sort_by_time) recording_.packets.sort_by_time();
    entries_.finish();
    pair_sightings(recording_);
    return {};
}

// Blocks without packets (calls, samples) count as packets do: each takes its time.
bool BlockReader::go_on() {
    if (++blocks_ % kPacketsBetweenWatches != 0) return true;
    return options_.watch({recording_.packets.size(), position_, file_.size(), 0});
}

FileFault BlockReader::length_fault(std::uint32_t total, std::size_t left, std::string& what) const {
    if (total < kFrameBytes || total % 4 != 0 || total > kMaxBlockBytes) {
        what = tr_format("a block claims a length of {} bytes", total);
        return FileFault::kCorrupt;
    }
    if (total > left) {
        what = tr_format("the file ends {} bytes into a block of {}", left, total);
        return FileFault::kTruncated;
    }
    return FileFault::kNone;
}

bool BlockReader::next(Block& block) {
    const std::size_t left = file_.size() - position_;
    if (left == 0) return false;
    block.offset = position_;
    if (left < kFrameBytes) {
        damage(FileFault::kTruncated, position_, tr_format("the file ends {} bytes into a block", left));
        return false;
    }
    // A section header reads the same in both byte orders and says which one follows.
    const bool begins_section = OrderedReader(file_.subspan(position_), false).u32() == pcapng::kSectionHeader;
    if (begins_section && !section(position_)) return false;
    OrderedReader in(file_.subspan(position_), big_endian_);
    block.type = in.u32();
    const std::uint32_t total = in.u32();
    std::string what;
    if (const FileFault fault = length_fault(total, left, what); fault != FileFault::kNone) {
        damage(fault, position_, std::move(what));
        return false;
    }
    block.body = in.take(total - kFrameBytes);
    if (const std::uint32_t again = in.u32(); again != total) {
        damage(FileFault::kCorrupt, position_,
               tr_format("a block says its length is {} at its start and {} at its end", total, again));
        return false;
    }
    position_ += total;
    return true;
}

bool BlockReader::section(std::uint64_t offset) {
    const ByteView header = file_.subspan(offset);
    OrderedReader in(header, false);
    (void)in.take(8);
    const std::uint32_t magic = in.u32();
    if (magic != pcapng::kByteOrderMagic && magic != __builtin_bswap32(pcapng::kByteOrderMagic)) {
        damage(FileFault::kCorrupt, offset, tr("a section header without the byte-order mark"));
        return false;
    }
    big_endian_ = magic != pcapng::kByteOrderMagic;
    OrderedReader version(header, big_endian_);
    (void)version.take(12);
    const std::uint16_t major = version.u16();
    const std::uint16_t minor = version.u16();
    // 1.2 is 1.0, as some writers number it (draft-ietf-opsawg-pcapng 4.1).
    if (!version.failed() && (major != 1 || (minor != 0 && minor != 2))) {
        damage(FileFault::kUnsupported, offset,
               tr_format("a section of pcapng version {}.{}, which nobody has defined", major, minor));
        return false;
    }
    interfaces_.clear();
    return true;
}

void BlockReader::dispatch(const Block& block) {
    switch (block.type) {
        case pcapng::kSectionHeader: return;
        case pcapng::kInterface: return interface(block);
        case pcapng::kEnhancedPacket: return timed_packet(block, false);
        case pcapng::kObsoletePacket: return timed_packet(block, true);
        case pcapng::kSimplePacket: return simple_packet(block);
        case pcapng::kNameResolution: return names(block);
        case pcapng::kInterfaceStatistics: return statistics(block);
        case pcapng::kJournalEntry: return entries_.entry(block.body, block.offset);
        default: return pass_over(block.type);
    }
}

void BlockReader::pass_over(std::uint32_t type) {
    auto& passed = recording_.passed_blocks;
    auto found =
        std::find_if(passed.begin(), passed.end(), [&](const PassedBlocks& each) { return each.type == type; });
    if (found == passed.end()) {
        // Beyond a number of types that no honest file has, they are counted together with the last.
        if (passed.size() < kMaxPassedTypes) passed.push_back({type, 0});
        found = std::prev(passed.end());
    }
    ++found->count;
}

void BlockReader::interface(const Block& block) {
    OrderedReader in(block.body, big_endian_);
    Tap tap;
    Interface interface;
    tap.link_type = in.u16();
    (void)in.u16();
    tap.snap_bytes = interface.snap_bytes = in.u32();
    if (in.failed()) damage(FileFault::kCorrupt, block.offset, tr("an interface description without its fields"));
    const bool whole = for_each_option(in, [&](std::uint16_t code, ByteView value) {
        OrderedReader option(value, big_endian_);
        if (code == pcapng::kInterfaceName) tap.name = as_text(value);
        if (code == pcapng::kInterfaceResolution && value.size() == 1) {
            interface.resolution = std::to_integer<std::uint8_t>(value[0]);
        }
        if (code == pcapng::kInterfaceTimeOffset && value.size() == 8) {
            interface.offset_seconds = static_cast<std::int64_t>(option.u64());
        }
    });
    if (!whole)
        damage(FileFault::kCorrupt, block.offset, tr("an option is longer than the interface description it is in"));
    if (recording_.taps.size() <= std::numeric_limits<TapId>::max()) {
        recording_.taps.push_back(std::move(tap));
    } else {
        damage(FileFault::kUnsupported, block.offset,
               tr("more interfaces than can be numbered: told together with the last"));
    }
    interface.tap = static_cast<TapId>(recording_.taps.size() - 1);
    interfaces_.push_back(interface);
}

void BlockReader::timed_packet(const Block& block, bool obsolete) {
    OrderedReader in(block.body, big_endian_);
    const Interface* interface = interface_of(block, obsolete ? in.u16() : in.u32());
    if (interface == nullptr) return;
    if (obsolete) (void)in.u16();  // drops
    PacketRecord packet;
    packet.time_ns = ticks_to_ns(read_ticks(in), interface->resolution, interface->offset_seconds);
    packet.tap = interface->tap;
    const std::uint32_t captured = in.u32();
    packet.original_bytes = in.u32();
    const ByteView frame = in.take_padded(captured);
    if (in.failed()) return damage(FileFault::kCorrupt, block.offset, tr("a packet longer than its block: skipped"));
    std::string comment;
    if (in.remaining() >= 4 && !packet_options(in, packet, comment)) {
        damage(FileFault::kCorrupt, block.offset,
               tr("an option is longer than the packet's block; the packet is kept"));
    }
    add_packet(block, packet, frame, std::move(comment));
}

void BlockReader::simple_packet(const Block& block) {
    OrderedReader in(block.body, big_endian_);
    const Interface* interface = interface_of(block, 0);
    if (interface == nullptr) return;
    if (!timeless_noted_) {
        damage(FileFault::kNone, block.offset,
               tr("packets without a time: they stand at the time of the packet before"));
    }
    timeless_noted_ = true;
    PacketRecord packet;
    packet.tap = interface->tap;
    if (!recording_.packets.empty()) packet.time_ns = recording_.packets.time_ns(recording_.packets.size() - 1);
    packet.original_bytes = in.u32();
    if (in.failed()) return damage(FileFault::kCorrupt, block.offset, tr("a packet longer than its block: skipped"));
    std::size_t captured = std::min<std::size_t>(packet.original_bytes, in.remaining());
    if (interface->snap_bytes != 0) captured = std::min<std::size_t>(captured, interface->snap_bytes);
    add_packet(block, packet, in.take(captured), {});
}

// pack_flags of the obsolete kind has the number of epb_flags.
bool BlockReader::packet_options(OrderedReader& in, PacketRecord& packet, std::string& comment) {
    return for_each_option(in, [&](std::uint16_t code, ByteView value) {
        OrderedReader option(value, big_endian_);
        if (code == pcapng::kPacketFlags && value.size() == 4) packet.flags = option.u32();
        if (code == pcapng::kPacketId && value.size() == 8) packet.packet_id = option.u64();
        if (code != pcapng::kComment) return;
        if (!comment.empty()) comment += '\n';
        comment += as_text(value);
    });
}

void BlockReader::add_packet(const Block& block, PacketRecord packet, ByteView frame, std::string comment) {
    if (recording_.packets.size() >= std::numeric_limits<std::uint32_t>::max()) {
        return damage(FileFault::kUnsupported, block.offset, tr("more packets than can be numbered: skipped"));
    }
    if (!comment.empty()) {
        recording_.packets.set_comment(static_cast<std::uint32_t>(recording_.packets.size()), std::move(comment));
    }
    const std::uint64_t offset = frame.empty() ? 0 : static_cast<std::uint64_t>(frame.data() - file_.data());
    packet.time_ns = sane_time_ns(packet.time_ns);
    recording_.packets.append_stored(packet, offset, static_cast<std::uint32_t>(frame.size()));
}

void BlockReader::names(const Block& block) {
    OrderedReader in(block.body, big_endian_);
    while (in.remaining() >= 4) {
        const std::uint16_t type = in.u16();
        const ByteView value = in.take_padded(in.u16());
        if (type == 0 || in.failed()) return;
        const std::size_t address_bytes = type == pcapng::kNameIpv4 ? 4 : 16;
        if ((type != pcapng::kNameIpv4 && type != pcapng::kNameIpv6) || value.size() < address_bytes) continue;
        Actor actor;
        actor.address.version = type == pcapng::kNameIpv4 ? IpVersion::kV4 : IpVersion::kV6;
        std::memcpy(actor.address.bytes.data(), value.data(), address_bytes);
        // Several names may follow one another; the first is the one that is shown.
        const std::string_view name = as_text(value.subspan(address_bytes));
        actor.name = name.substr(0, name.find('\0'));
        if (!actor.name.empty() && names_.size() < kMaxNames) names_.push_back(std::move(actor));
    }
}

void BlockReader::statistics(const Block& block) {
    OrderedReader in(block.body, big_endian_);
    const Interface* interface = interface_of(block, in.u32());
    if (interface == nullptr) return;
    (void)read_ticks(in);
    Tap& tap = recording_.taps[interface->tap];
    tap.has_statistics = true;
    (void)for_each_option(in, [&](std::uint16_t code, ByteView value) {
        OrderedReader option(value, big_endian_);
        if (value.size() != 8) return;
        if (code == pcapng::kStatisticsReceived) tap.received = option.u64();
        if (code == pcapng::kStatisticsDropped) tap.dropped = option.u64();
    });
}

const BlockReader::Interface* BlockReader::interface_of(const Block& block, std::uint32_t id) {
    if (id < interfaces_.size()) return &interfaces_[id];
    damage(interfaces_.empty() ? FileFault::kNoInterface : FileFault::kCorrupt, block.offset,
           tr_format("a block names interface {} of {}: skipped", id, interfaces_.size()));
    return nullptr;
}

void BlockReader::damage(FileFault fault, std::uint64_t offset, std::string what) {
    note_damage(recording_, offset, std::move(what), fault);
}

}  // namespace wirestory
