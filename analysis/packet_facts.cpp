#include "analysis/packet_facts.hpp"

#include <algorithm>
#include <cstring>

#include "analysis/flow_table.hpp"

namespace wirestory::analysis {
namespace {

using capture::DecodedPacket;
using capture::DecodeIssue;
using capture::Transport;

constexpr unsigned kMaxWindowScale = 14;  // RFC 7323, 2.3
constexpr std::size_t kEthernetBytes = 14;
constexpr std::size_t kIpv4Bytes = 20;
constexpr std::size_t kIpv6Bytes = 40;
constexpr std::size_t kTcpBytes = 20;
constexpr std::size_t kUdpBytes = 8;
constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::uint8_t kProtocolUdp = 17;

template <class T>
T load(const std::byte* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}
std::uint16_t be16(const std::byte* at) { return __builtin_bswap16(load<std::uint16_t>(at)); }
std::uint32_t be32(const std::byte* at) { return __builtin_bswap32(load<std::uint32_t>(at)); }
std::uint64_t be64(const std::byte* at) { return __builtin_bswap64(load<std::uint64_t>(at)); }

// One endpoint as numbers: IPv4 addresses in `upper`, IPv6 in both.
struct Numbers {
    std::uint64_t upper = 0;
    std::uint64_t lower = 0;
    std::uint16_t port = 0;
    auto operator<=>(const Numbers&) const = default;
};

void set_key(PacketFacts& facts, const Numbers& source, const Numbers& destination, IpVersion version) {
    facts.source_is_low = source <= destination;
    const Numbers& low = facts.source_is_low ? source : destination;
    const Numbers& high = facts.source_is_low ? destination : source;
    facts.key.addresses = {low.upper, low.lower, high.upper, high.lower};
    facts.key.ports_and_kind = std::uint64_t{low.port} | std::uint64_t{high.port} << 16U |
                               static_cast<std::uint64_t>(facts.transport) << 32U |
                               static_cast<std::uint64_t>(version) << 48U;
}

// The same for IPv4, an endpoint in one word (address, then port): which is the lower is no branch.
inline void set_key_ipv4(PacketFacts& facts, std::uint64_t source, std::uint64_t destination) {
    constexpr std::uint64_t kPort = 0xFFFF;
    facts.source_is_low = source <= destination;
    const std::uint64_t low = std::min(source, destination);
    const std::uint64_t high = std::max(source, destination);
    facts.key.addresses = {low >> 16U, 0, high >> 16U, 0};
    facts.key.ports_and_kind = (low & kPort) | (high & kPort) << 16U |
                               static_cast<std::uint64_t>(facts.transport) << 32U |
                               static_cast<std::uint64_t>(IpVersion::kV4) << 48U;
}

Numbers numbers_of(const Endpoint& endpoint) {
    const auto* bytes = reinterpret_cast<const std::byte*>(endpoint.address.bytes.data());
    if (endpoint.address.version == IpVersion::kV4) return {be32(bytes), 0, endpoint.port};
    return {be64(bytes), be64(bytes + sizeof(std::uint64_t)), endpoint.port};
}

// What follows an IP header in the plain case: `at` points to it, `bytes` are there by IP's length, `seen` captured.
[[gnu::always_inline]] inline bool read_transport(PacketFacts& facts, std::uint8_t protocol, const std::byte* at,
                                                  std::size_t bytes, std::size_t seen) {
    if (protocol == kProtocolUdp) {
        if (seen < kUdpBytes || bytes < kUdpBytes) return false;
        const std::size_t length = be16(at + 4);
        if (length < kUdpBytes || length > bytes) return false;
        facts.transport = Transport::kUdp;
        facts.segment.payload_bytes = static_cast<std::uint32_t>(length - kUdpBytes);
        return true;
    }
    if (protocol != kProtocolTcp || seen < kTcpBytes || bytes < kTcpBytes) return false;
    const std::uint16_t offset_and_flags = be16(at + 12);
    const std::size_t header_bytes = (offset_and_flags >> 12U) * 4U;
    if ((offset_and_flags & capture::kSyn) != 0 || header_bytes < kTcpBytes || header_bytes > bytes) return false;
    facts.transport = Transport::kTcp;
    facts.segment.seq = be32(at + 4);
    facts.segment.ack = be32(at + 8);
    facts.segment.flags = offset_and_flags & 0x0FFFU;
    facts.segment.window = be16(at + 14);
    facts.segment.payload_bytes = static_cast<std::uint32_t>(bytes - header_bytes);
    return true;
}

bool read_plain_ipv4(PacketFacts& facts, ByteView frame, std::size_t frame_bytes) {
    if (frame.size() < kEthernetBytes + kIpv4Bytes) return false;
    const std::byte* ip = frame.data() + kEthernetBytes;
    const std::size_t total = be16(ip + 2);
    const bool fragment = (be16(ip + 6) & 0x3FFFU) != 0;
    if (ip[0] != std::byte{0x45} || fragment || total < kIpv4Bytes || total > frame_bytes - kEthernetBytes)
        return false;
    const std::byte* transport = ip + kIpv4Bytes;
    if (!read_transport(facts, std::to_integer<std::uint8_t>(ip[9]), transport, total - kIpv4Bytes,
                        frame.size() - kEthernetBytes - kIpv4Bytes)) {
        return false;
    }
    set_key_ipv4(facts, std::uint64_t{be32(ip + 12)} << 16U | be16(transport),
                 std::uint64_t{be32(ip + 16)} << 16U | be16(transport + 2));
    return true;
}

bool read_plain_ipv6(PacketFacts& facts, ByteView frame, std::size_t frame_bytes) {
    if (frame.size() < kEthernetBytes + kIpv6Bytes) return false;
    const std::byte* ip = frame.data() + kEthernetBytes;
    const std::size_t length = be16(ip + 4);
    if ((ip[0] & std::byte{0xF0}) != std::byte{0x60} || length == 0 ||
        length > frame_bytes - kEthernetBytes - kIpv6Bytes) {
        return false;
    }
    const std::byte* transport = ip + kIpv6Bytes;
    if (!read_transport(facts, std::to_integer<std::uint8_t>(ip[6]), transport, length,
                        frame.size() - kEthernetBytes - kIpv6Bytes)) {
        return false;
    }
    set_key(facts, {be64(ip + 8), be64(ip + 16), be16(transport)}, {be64(ip + 24), be64(ip + 32), be16(transport + 2)},
            IpVersion::kV6);
    return true;
}

bool read_plain(PacketFacts& facts, ByteView frame, std::size_t frame_bytes) {
    if (frame.size() < kEthernetBytes) return false;
    switch (be16(frame.data() + kEthernetBytes - 2)) {
        case 0x0800: return read_plain_ipv4(facts, frame, frame_bytes);
        case 0x86DD: return read_plain_ipv6(facts, frame, frame_bytes);
        default: return false;
    }
}

// What follows the fixed header may be cut or wrong; the packet still belongs to its flow.
bool header_seen(const DecodedPacket& decoded) {
    if (decoded.transport == Transport::kTcp) return decoded.transport_bytes >= kTcpBytes;
    return decoded.transport == Transport::kUdp && decoded.transport_bytes >= kUdpBytes;
}

void take_decoded(PacketFacts& facts, const DecodedPacket& decoded) {
    if (decoded.issue != DecodeIssue::kNone && !header_seen(decoded)) return;
    // RFC 792: type 3; RFC 4443, 3.1 and 3.2: types 1 and 2.
    facts.is_icmp_error =
        (decoded.transport == Transport::kIcmp && decoded.icmp.type == 3) ||
        (decoded.transport == Transport::kIcmpv6 && (decoded.icmp.type == 1 || decoded.icmp.type == 2));
    if (decoded.transport != Transport::kTcp && decoded.transport != Transport::kUdp) return;
    facts.transport = decoded.transport;
    set_key(facts, numbers_of(decoded.source_endpoint()), numbers_of(decoded.destination_endpoint()),
            decoded.source.version);
    tcp::Segment& segment = facts.segment;
    segment.payload_bytes = decoded.payload_bytes;
    if (decoded.transport == Transport::kUdp) return;
    const capture::TcpHeader& header = decoded.tcp;
    segment.seq = header.seq;
    segment.ack = header.ack;
    segment.flags = header.flags;
    segment.window = header.window;
    segment.payload_length_known =
        (!decoded.fragment || decoded.reassembled) && decoded.issue != DecodeIssue::kBadHeader;
    // Outside SYNs the option means nothing (RFC 7323, 2.2).
    if (header.options.has_window_scale && header.has(capture::kSyn)) {
        segment.window_scale =
            static_cast<std::int8_t>(std::min<unsigned>(header.options.window_scale, kMaxWindowScale));
    }
    if (header.options.has_mss) facts.mss_bytes = header.options.mss;
}

Endpoint endpoint_of(std::uint64_t upper, std::uint64_t lower, std::uint64_t port, std::uint64_t version) {
    Endpoint endpoint;
    endpoint.port = static_cast<std::uint16_t>(port);
    if (version == static_cast<std::uint64_t>(IpVersion::kV4)) {
        endpoint.address = IpAddress::v4(static_cast<std::uint32_t>(upper));
        return endpoint;
    }
    const std::array words{__builtin_bswap64(upper), __builtin_bswap64(lower)};
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), words.data(), bytes.size());
    endpoint.address = IpAddress::v6(bytes);
    return endpoint;
}

}  // namespace

FactsReader::FactsReader(const Recording& recording) : recording_(recording) {
    for (const Tap& tap : recording.taps) all_ethernet_ = all_ethernet_ && tap.link_type == capture::kLinkEthernet;
}

void FactsReader::read(std::uint32_t packet, PacketFacts& facts) {
    const PacketTable& packets = recording_.packets;
    facts.segment.time_ns = packets.time_ns(packet);
    const ByteView frame = packets.frame(packet);
    const auto on_ethernet = [&] {
        const TapId tap = packets.tap(packet);
        return tap >= recording_.taps.size() || recording_.taps[tap].link_type == capture::kLinkEthernet;
    };
    const std::size_t frame_bytes = std::max<std::size_t>(frame.size(), packets.original_bytes(packet));
    if ((all_ethernet_ || on_ethernet()) && read_plain(facts, frame, frame_bytes)) return;
    read_decoded(packet, facts);
}

void FactsReader::read_decoded(std::uint32_t packet, PacketFacts& facts) {
    const DecodedPacket decoded = decode_packet(recording_, packet);
    if (!decoded.fragment) return take_decoded(facts, decoded);
    facts.is_fragment = decoded.more_fragments || decoded.fragment_offset_bytes > 0;
    switch (reassembler_.add(recording_.packets.frame(packet), decoded, facts.segment.time_ns)) {
        case capture::Reassembly::kNotNeeded: return take_decoded(facts, decoded);
        case capture::Reassembly::kComplete: return take_decoded(facts, reassembler_.datagram());
        case capture::Reassembly::kHeld:
        case capture::Reassembly::kDropped: return;
    }
}

PacketFacts facts_of_decoded(const DecodedPacket& decoded, TimeNs time_ns) {
    PacketFacts facts;
    facts.segment.time_ns = time_ns;
    take_decoded(facts, decoded);
    return facts;
}

Endpoint low_endpoint(const FlowKey& key) {
    return endpoint_of(key.addresses[0], key.addresses[1], key.ports_and_kind & 0xFFFFU, key.ports_and_kind >> 48U);
}

Endpoint high_endpoint(const FlowKey& key) {
    return endpoint_of(key.addresses[2], key.addresses[3], key.ports_and_kind >> 16U & 0xFFFFU,
                       key.ports_and_kind >> 48U);
}

}  // namespace wirestory::analysis
