// decode(): one frame's bytes -> its headers. Pure, no allocation, any input: what cannot be decoded is kept with the
// reason in `issue`, and the layers before it stay valid. Values are in host byte order.
#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "capture/wire/tcp.hpp"

namespace wirestory::capture {

// LINKTYPE_ numbers that decode() knows (https://www.tcpdump.org/linktypes.html).
constexpr std::uint32_t kLinkNull = 0;
constexpr std::uint32_t kLinkEthernet = 1;
constexpr std::uint32_t kLinkRaw = 101;
constexpr std::uint32_t kLinkLinuxSll = 113;
constexpr std::uint32_t kLinkLinuxSll2 = 276;

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

struct UdpHeader {
    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint16_t length_bytes = 0;  // header and payload, as the sender wrote it
    std::uint16_t checksum = 0;
};

struct IcmpHeader {
    std::uint8_t type = 0;
    std::uint8_t code = 0;
};

// Where each layer starts in the frame; kAbsent when it is not there. For inspectors that show the bytes.
struct LayerOffsets {
    static constexpr std::uint16_t kAbsent = 0xFFFF;
    std::uint16_t network = kAbsent;
    std::uint16_t transport = kAbsent;
    std::uint16_t payload = kAbsent;
};

struct DecodedPacket {
    DecodeIssue issue = DecodeIssue::kNone;
    Transport transport = Transport::kNone;
    IpAddress source;
    IpAddress destination;
    std::uint16_t ether_type = 0;
    std::uint8_t ttl = 0;
    std::uint8_t ip_protocol = 0;
    std::uint16_t ip_id = 0;
    std::uint32_t ip_total_bytes = 0;
    bool more_fragments = false;
    std::uint16_t fragment_offset_bytes = 0;
    TcpHeader tcp;  // valid when transport == kTcp and issue == kNone
    UdpHeader udp;
    IcmpHeader icmp;
    LayerOffsets offsets;
    std::uint32_t payload_bytes = 0;  // of the transport layer by the length fields, also when the capture cut it
    ByteView payload;                 // what of it was captured

    [[nodiscard]] Endpoint source_endpoint() const;
    [[nodiscard]] Endpoint destination_endpoint() const;
};

DecodedPacket decode(ByteView frame, std::uint32_t link_type, std::uint32_t original_bytes);

}  // namespace wirestory::capture
