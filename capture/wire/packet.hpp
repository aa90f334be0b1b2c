// decode(): one frame's bytes -> its headers. Pure, no allocation, any input: what cannot be decoded is kept with the
// reason in `issue`, and the layers before it stay valid. Values are in host byte order. What a tunnel or an ICMP error
// carries is decoded only when asked for (capture/wire/tunnel.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "capture/wire/link_types.hpp"
#include "capture/wire/tcp.hpp"

namespace wirestory::capture {

enum class Transport : std::uint8_t { kNone, kTcp, kUdp, kIcmp, kIcmpv6, kOther };

enum class DecodeIssue : std::uint8_t {
    kNone,
    kUnknownLinkType,
    kNotIp,      // ARP and friends: no fault, nothing above the link layer is decoded
    kCutShort,   // the snap length or the file ends inside a header
    kBadHeader,  // a length or version field that contradicts itself
    kFragment,   // not the first fragment: no transport header here
};
const char* to_string(DecodeIssue issue);
// "IGMP", "ESP" ... for what decode() goes no deeper into; "IP protocol 200" where it has no name here.
std::string ip_protocol_text(std::uint8_t ip_protocol);

// How another packet is carried in this one; decode_inner() goes on from there.
enum class Tunnel : std::uint8_t { kNone, kIpInIp, kGre, kErspan, kVxlan, kGeneve, kGtpU, kTeredo, kMplsInUdp };
const char* to_string(Tunnel tunnel);

struct UdpHeader {
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint16_t length_bytes = 0;  // header and payload, as the sender wrote it
    std::uint16_t checksum = 0;
};

struct IcmpHeader {
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    std::uint16_t checksum = 0;
    std::uint32_t rest = 0;  // identifier and sequence number, MTU, gateway, ...: by type
};

// Where each layer starts in the frame; kAbsent when it is not there. For inspectors that show the bytes.
struct LayerOffsets {
    static constexpr std::uint16_t kAbsent = 0xFFFF;
    std::uint16_t network = kAbsent;
    std::uint16_t transport = kAbsent;
    std::uint16_t payload = kAbsent;
    std::uint16_t fragment = kAbsent;  // of a fragment: the part of the datagram that it carries
};

constexpr std::size_t kMaxVlanIds = 4;  // two are in use (IEEE 802.1ad); tags beyond are passed over

struct DecodedPacket {
    DecodeIssue issue = DecodeIssue::kNone;
    Transport transport = Transport::kNone;
    Tunnel tunnel = Tunnel::kNone;
    bool has_ethernet = false;  // an Ethernet header was read, be it the link layer's or one that MPLS carries
    std::uint8_t vlan_count = 0;
    std::uint8_t ttl = 0;
    std::uint8_t traffic_class = 0;  // DSCP and ECN
    std::uint8_t ip_protocol = 0;
    bool dont_fragment = false;
    bool fragment = false;  // the IP header is of a fragment, of an atomic one too (RFC 6946)
    bool more_fragments = false;
    bool source_routed = false;        // `destination` is the route's end, not what stands in the IP header
    bool reassembled = false;          // transport and payload are of the datagram that this fragment completed
    bool options_cut = false;          // issue is kCutShort, but only TCP's options are missing
    std::uint8_t transport_bytes = 0;  // how much of the transport's fixed header was captured; ports are the first 4
    std::uint16_t ether_type = 0;      // of the network layer, whatever encapsulation led there
    std::uint16_t ip_id = 0;
    std::uint16_t fragment_offset_bytes = 0;
    std::uint16_t inner_type = 0;    // EtherType (0x6558: Ethernet, 0x880B: PPP) of what the tunnel carries,
    std::uint16_t inner_offset = 0;  // and where in `payload` it starts
    std::array<std::uint16_t, kMaxVlanIds> vlan_ids{};  // outermost first
    std::uint32_t fragment_id = 0;                      // 32 bits in IPv6
    std::uint32_t ip_total_bytes = 0;
    std::uint32_t payload_bytes = 0;  // of the transport layer by the length fields, also when the capture cut it
    IpAddress source;
    IpAddress destination;
    LayerOffsets offsets;
    ByteView payload;  // what of it was captured
    TcpHeader tcp;     // valid when transport == kTcp and issue == kNone
    UdpHeader udp;
    IcmpHeader icmp;

    [[nodiscard]] Endpoint source_endpoint() const;
    [[nodiscard]] Endpoint destination_endpoint() const;
};

// `original_bytes`: the frame's length on the wire.
DecodedPacket decode(ByteView frame, std::uint32_t link_type, std::uint32_t original_bytes);

// The destination in the IP header itself, which differs from packet.destination while a source route is being
// followed.
IpAddress header_destination(ByteView frame, const DecodedPacket& packet);

}  // namespace wirestory::capture
