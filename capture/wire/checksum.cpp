#include "capture/wire/checksum.hpp"

#include <algorithm>

#include "capture/wire/cursor.hpp"
#include "capture/wire/transport.hpp"

namespace wirestory::capture {

namespace {

// The ones' complement sum of 16-bit words, carries kept above until fold().
std::uint64_t sum_of(ByteView bytes) {
    std::uint64_t sum = 0;
    std::size_t at = 0;
    for (; at + 4 <= bytes.size(); at += 4) sum += load_be32(bytes.data() + at);
    for (; at + 2 <= bytes.size(); at += 2) sum += load_be16(bytes.data() + at);
    if (at < bytes.size()) sum += std::to_integer<std::uint64_t>(bytes[at]) << 8U;
    return sum;
}

std::uint16_t fold(std::uint64_t sum) {
    while (sum >> 16U != 0) sum = (sum & 0xFFFFU) + (sum >> 16U);
    return static_cast<std::uint16_t>(sum);
}

Checksum verify_ipv4_header(ByteView frame, const DecodedPacket& packet) {
    if (packet.reassembled || packet.offsets.network == LayerOffsets::kAbsent) return Checksum::kAbsent;
    if (packet.source.version != IpVersion::kV4) return Checksum::kAbsent;
    const std::size_t at = packet.offsets.network;
    if (at + 20 > frame.size()) return Checksum::kCut;
    const std::size_t bytes = (std::to_integer<std::size_t>(frame[at]) & 0x0FU) * 4;
    if (bytes < 20 || bytes > frame.size() - at) return Checksum::kCut;
    const ByteView header = frame.subspan(at, bytes);
    if (fold(sum_of(header)) == 0xFFFF) return Checksum::kGood;
    // Segmentation offload leaves length and checksum to the device.
    return load_be16(header.data() + 10) == 0 ? Checksum::kNotReady : Checksum::kBad;
}

std::uint64_t pseudo_header_sum(const DecodedPacket& packet, std::size_t bytes) {
    const std::size_t address_bytes = packet.source.version == IpVersion::kV4 ? 4 : 16;
    const auto address = [&](const IpAddress& of) {
        return sum_of(std::as_bytes(std::span(of.bytes).first(address_bytes)));
    };
    return address(packet.source) + address(packet.destination) + packet.ip_protocol + bytes;
}

struct Covered {
    std::size_t checksum_at = 0;
    bool pseudo_header = true;
    bool optional = false;  // 0 means that there is none
};

Checksum verify(ByteView whole, const Covered& covered, const DecodedPacket& packet) {
    const std::uint16_t written = load_be16(whole.data() + covered.checksum_at);
    if (covered.optional && written == 0) return Checksum::kAbsent;
    const std::uint64_t pseudo = covered.pseudo_header ? pseudo_header_sum(packet, whole.size()) : 0;
    if (fold(pseudo + sum_of(whole)) == 0xFFFF) return Checksum::kGood;
    if (!covered.pseudo_header) return Checksum::kBad;
    // What Linux leaves in the field for the device: the folded sum of the pseudo-header, not inverted; with
    // segmentation offload without the length (include/linux/skbuff.h, CHECKSUM_PARTIAL).
    const bool left_to_device = written == fold(pseudo) || written == fold(pseudo - whole.size());
    return left_to_device ? Checksum::kNotReady : Checksum::kBad;
}

Checksum verify_transport(ByteView frame, const DecodedPacket& packet) {
    Covered covered;
    switch (packet.transport) {
        case Transport::kTcp: covered.checksum_at = 16; break;
        case Transport::kUdp:
            covered.checksum_at = 6;
            covered.optional = packet.source.version == IpVersion::kV4;
            break;
        case Transport::kIcmp:
            covered.checksum_at = 2;
            covered.pseudo_header = false;
            break;
        case Transport::kIcmpv6: covered.checksum_at = 2; break;
        default: return Checksum::kAbsent;
    }
    const std::size_t at = packet.offsets.transport;
    if (at == LayerOffsets::kAbsent || packet.offsets.payload == LayerOffsets::kAbsent) return Checksum::kCut;
    const std::size_t bytes = packet.offsets.payload - at + packet.payload_bytes;
    const bool part_of_datagram =
        packet.fragment && !packet.reassembled && (packet.more_fragments || packet.fragment_offset_bytes != 0);
    if (part_of_datagram || at > frame.size() || bytes > frame.size() - at) return Checksum::kCut;
    if (covered.checksum_at + 2 > bytes) return Checksum::kCut;
    return verify(frame.subspan(at, bytes), covered, packet);
}

}  // namespace

const char* to_string(Checksum checksum) {
    switch (checksum) {
        case Checksum::kAbsent: return "absent";
        case Checksum::kGood: return "good";
        case Checksum::kBad: return "bad";
        case Checksum::kNotReady: return "not ready (left to the network device)";
        case Checksum::kCut: return "cut";
    }
    return "?";
}

Checksums verify_checksums(ByteView frame, const DecodedPacket& packet) {
    return {verify_ipv4_header(frame, packet), verify_transport(frame, packet)};
}

}  // namespace wirestory::capture
