#include "recording/block_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "recording/block_buffer.hpp"
#include "recording/pair_sightings.hpp"

namespace wirestory {

namespace {

constexpr std::size_t kFrameBytes = 12;  // type, and the length at both ends
constexpr std::size_t kMaxNames = 4096;

// Options until their end or the first that is broken: broken options do not take the packet with them.
template <class Function>
void for_each_option(OrderedReader& in, Function function) {
    while (in.remaining() >= 4) {
        const std::uint16_t code = in.u16();
        const std::uint16_t length = in.u16();
        const ByteView value = in.take_padded(length);
        if (code == pcapng::kEndOfOptions || in.failed()) return;
        function(code, value);
    }
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

ByteView OrderedReader::take_padded(std::size_t count) {
    const ByteView value = in_.take(count);
    if (!in_.failed()) in_.skip(std::min(in_.remaining(), (4 - count % 4) % 4));
    return value;
}

void BlockReader::read_all() {
    Block block;
    while (next(block)) dispatch(block);
    if (recording_.actors.empty()) recording_.actors = std::move(names_);
    recording_.packets.sort_by_time();
    entries_.finish();
    pair_sightings(recording_);
}

bool BlockReader::next(Block& block) {
    const std::size_t left = file_.size() - position_;
    if (left == 0) return false;
    block.offset = position_;
    if (left < kFrameBytes) {
        damage(position_, fmt::format("the file ends {} bytes into a block", left));
        return false;
    }
    // A section header reads the same in both byte orders and says which one follows.
    if (ByteReader(file_.subspan(position_)).le32() == pcapng::kSectionHeader && !section(position_)) return false;
    OrderedReader in(file_.subspan(position_), big_endian_);
    block.type = in.u32();
    const std::uint32_t total = in.u32();
    if (total < kFrameBytes || total % 4 != 0) {
        damage(position_, fmt::format("a block claims a length of {} bytes", total));
        return false;
    }
    if (total > left) {
        damage(position_, fmt::format("the file ends {} bytes into a block of {}", left, total));
        return false;
    }
    block.body = in.take(total - kFrameBytes);
    if (const std::uint32_t again = in.u32(); again != total) {
        damage(position_, fmt::format("a block says its length is {} at its start and {} at its end", total, again));
        return false;
    }
    position_ += total;
    return true;
}

bool BlockReader::section(std::uint64_t offset) {
    ByteReader in(file_.subspan(offset));
    in.skip(8);
    const std::uint32_t magic = in.le32();
    if (magic != pcapng::kByteOrderMagic && magic != __builtin_bswap32(pcapng::kByteOrderMagic)) {
        damage(offset, "a section header without the byte-order mark");
        return false;
    }
    big_endian_ = magic != pcapng::kByteOrderMagic;
    if (const std::uint16_t major = big_endian_ ? in.be16() : in.le16(); !in.failed() && major != 1) {
        damage(offset, fmt::format("a section of pcapng version {}, which nobody has defined", major));
        return false;
    }
    interfaces_.clear();
    return true;
}

void BlockReader::dispatch(const Block& block) {
    switch (block.type) {
        case pcapng::kInterface: return interface(block);
        case pcapng::kEnhancedPacket: return enhanced_packet(block);
        case pcapng::kSimplePacket: return simple_packet(block);
        case pcapng::kObsoletePacket: return obsolete_packet(block);
        case pcapng::kNameResolution: return names(block);
        case pcapng::kInterfaceStatistics: return statistics(block);
        case pcapng::kJournalEntry: return entries_.entry(block.body, block.offset);
        default: return;  // others tell nothing we use
    }
}

void BlockReader::interface(const Block& block) {
    OrderedReader in(block.body, big_endian_);
    Tap tap;
    Interface interface;
    tap.link_type = in.u16();
    (void)in.u16();
    tap.snap_bytes = interface.snap_bytes = in.u32();
    if (in.failed() || recording_.taps.size() > std::numeric_limits<TapId>::max()) {
        return damage(block.offset, "an interface description that cannot be used: skipped");
    }
    for_each_option(in, [&](std::uint16_t code, ByteView value) {
        OrderedReader option(value, big_endian_);
        if (code == pcapng::kInterfaceName) tap.name = as_text(value);
        if (code == pcapng::kInterfaceResolution && value.size() == 1) {
            interface.resolution = std::to_integer<std::uint8_t>(value[0]);
        }
        if (code == pcapng::kInterfaceTimeOffset && value.size() == 8) {
            interface.offset_seconds = static_cast<std::int64_t>(option.u64());
        }
    });
    interface.tap = static_cast<TapId>(recording_.taps.size());
    recording_.taps.push_back(std::move(tap));
    interfaces_.push_back(interface);
}

void BlockReader::enhanced_packet(const Block& block) {
    OrderedReader in(block.body, big_endian_);
    const Interface* interface = interface_of(block, in.u32());
    if (interface == nullptr) return;
    PacketRecord packet;
    packet.time_ns = ticks_to_ns(read_ticks(in), interface->resolution, interface->offset_seconds);
    packet.tap = interface->tap;
    const std::uint32_t captured = in.u32();
    packet.original_bytes = in.u32();
    const ByteView frame = in.take_padded(captured);
    if (in.failed()) return damage(block.offset, "a packet longer than its block: skipped");
    std::string comment;
    packet_options(in, packet, comment);
    add_packet(block, packet, frame, std::move(comment));
}

void BlockReader::simple_packet(const Block& block) {
    OrderedReader in(block.body, big_endian_);
    const Interface* interface = interface_of(block, 0);
    if (interface == nullptr) return;
    if (!timeless_noted_) damage(block.offset, "packets without a time: they stand at the time of the packet before");
    timeless_noted_ = true;
    PacketRecord packet;
    packet.tap = interface->tap;
    if (!recording_.packets.empty()) packet.time_ns = recording_.packets.time_ns(recording_.packets.size() - 1);
    packet.original_bytes = in.u32();
    if (in.failed()) return damage(block.offset, "a packet longer than its block: skipped");
    std::size_t captured = std::min<std::size_t>(packet.original_bytes, in.remaining());
    if (interface->snap_bytes != 0) captured = std::min<std::size_t>(captured, interface->snap_bytes);
    add_packet(block, packet, in.take(captured), {});
}

void BlockReader::obsolete_packet(const Block& block) {
    OrderedReader in(block.body, big_endian_);
    const Interface* interface = interface_of(block, in.u16());
    if (interface == nullptr) return;
    (void)in.u16();  // drops
    PacketRecord packet;
    packet.time_ns = ticks_to_ns(read_ticks(in), interface->resolution, interface->offset_seconds);
    packet.tap = interface->tap;
    const std::uint32_t captured = in.u32();
    packet.original_bytes = in.u32();
    const ByteView frame = in.take_padded(captured);
    if (in.failed()) return damage(block.offset, "a packet longer than its block: skipped");
    std::string comment;
    packet_options(in, packet, comment);  // pack_flags has the number of epb_flags
    add_packet(block, packet, frame, std::move(comment));
}

void BlockReader::packet_options(OrderedReader& in, PacketRecord& packet, std::string& comment) {
    for_each_option(in, [&](std::uint16_t code, ByteView value) {
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
        return damage(block.offset, "more packets than can be numbered: skipped");
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
    for_each_option(in, [&](std::uint16_t code, ByteView value) {
        OrderedReader option(value, big_endian_);
        if (value.size() != 8) return;
        if (code == pcapng::kStatisticsReceived) tap.received = option.u64();
        if (code == pcapng::kStatisticsDropped) tap.dropped = option.u64();
    });
}

const BlockReader::Interface* BlockReader::interface_of(const Block& block, std::uint32_t id) {
    if (id < interfaces_.size()) return &interfaces_[id];
    damage(block.offset, fmt::format("a block names interface {} of {}: skipped", id, interfaces_.size()));
    return nullptr;
}

void BlockReader::damage(std::uint64_t offset, std::string what) { note_damage(recording_, offset, std::move(what)); }

}  // namespace wirestory
