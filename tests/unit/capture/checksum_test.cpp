#include "capture/wire/checksum.hpp"

#include "capture/wire/tunnel.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/capture/frames.hpp"

using namespace wirestory;
using namespace wirestory::capture;
using namespace wirestory::test;

namespace {

// Ten bytes of ICMP, an echo request; its checksum is right.
Bytes echo() { return hex("4500001e 00010000 40010000 0a000001 0a000002 0800 f7fb 0001 0002 0001"); }

Checksums verified(const Bytes& packet, std::uint32_t original = 0) {
    const auto size = static_cast<std::uint32_t>(packet.size());
    return verify_checksums(packet, decode(packet, kLinkRaw, original == 0 ? size : original));
}

}  // namespace

TEST_CASE("checksums: good, bad, left to the device, cut, absent") {
    // lo: Linux leaves the pseudo-header's sum, here of 127.0.0.3, 127.0.0.2, TCP and 37 bytes.
    Bytes tcp = ipv4_tcp_hello();
    tcp[36] = std::byte{0xFE};
    tcp[37] = std::byte{0x30};
    CHECK(verified(tcp).transport == Checksum::kNotReady);
    CHECK(verified(tcp).ip == Checksum::kNotReady);  // 0, as segmentation offload leaves it
    tcp[36] = std::byte{0x12};
    CHECK(verified(tcp).transport == Checksum::kBad);
    tcp[10] = std::byte{0x12};
    CHECK(verified(tcp).ip == Checksum::kBad);
    tcp.resize(40);
    CHECK(verified(tcp, 57).transport == Checksum::kCut);

    Bytes udp = ipv4_udp_hey();
    CHECK(verified(udp).transport == Checksum::kBad);
    udp[26] = udp[27] = std::byte{0};
    CHECK(verified(udp).transport == Checksum::kAbsent);

    Bytes icmp = echo();
    CHECK(verified(icmp).transport == Checksum::kGood);
    icmp[29] = std::byte{9};
    CHECK(verified(icmp).transport == Checksum::kBad);
    CHECK(verified(hex("6000")).transport == Checksum::kAbsent);
}

TEST_CASE("an ICMP error gives the packet that it complains of, as far as it is quoted") {
    // Port unreachable, with 8 bytes of a TCP header of a packet of 1500 bytes.
    const Bytes error = hex("4500 0038 0001 0000 4001 0000 0a000002 0a000001  0301 0000 0000 0000") +
                        hex("4500 05dc 0007 4000 4006 0000 0a000001 0a000002  9c40 2328 0000 0064");
    const DecodedPacket icmp = decode(error, kLinkRaw, static_cast<std::uint32_t>(error.size()));
    CHECK(icmp.transport == Transport::kIcmp);
    REQUIRE(quotes_packet(icmp));
    const DecodedPacket quoted = decode_quoted(error, icmp);
    CHECK(quoted.source.to_string() == "10.0.0.1");
    CHECK(quoted.transport == Transport::kTcp);
    CHECK(quoted.issue == DecodeIssue::kCutShort);
    CHECK(quoted.transport_bytes == 8);
    CHECK(quoted.tcp.source_port == 40000);
    CHECK(quoted.tcp.seq == 100);
    CHECK(quoted.ip_total_bytes == 1500);
    CHECK(quoted.offsets.network == 28);
    CHECK_FALSE(quotes_packet(decode(echo(), kLinkRaw, 30)));
    CHECK(decode_quoted(echo(), decode(echo(), kLinkRaw, 30)).issue == DecodeIssue::kNotIp);
}

TEST_CASE("a source route ends at its last address") {
    // LSRR with two addresses, the pointer at the first.
    const Bytes routed = hex("4800 0028 0001 0000 4011 0000 0a000001 0a000009  83 0b 04 0a000003 0a000002 00") +
                         hex("0035 1000 0008 0000");
    const DecodedPacket packet = decode(routed, kLinkRaw, static_cast<std::uint32_t>(routed.size()));
    CHECK(packet.issue == DecodeIssue::kNone);
    CHECK(packet.source_routed);
    CHECK(packet.destination.to_string() == "10.0.0.2");
    CHECK(header_destination(routed, packet).to_string() == "10.0.0.9");
    CHECK(packet.udp.source_port == 53);

    // A segment routing header with one segment left: its first address is the end.
    const Bytes six = ipv6("0028", "2b") + hex("11 02 04 01 00 00 0000") + Bytes(16, std::byte{0x33}) +
                      hex("0035 1000 0008 0000") + hex("0000000000000000");
    const DecodedPacket segment = decode(six, kLinkRaw, static_cast<std::uint32_t>(six.size()));
    CHECK(segment.source_routed);
    CHECK(segment.destination.bytes[0] == 0x33);
    CHECK(header_destination(six, segment).to_string() == "fe80::2");
    CHECK(segment.transport == Transport::kUdp);
}

TEST_CASE("lengths that IP claims beyond the frame, and none at all") {
    Bytes frame = ethernet("0800") + ipv4_tcp_hello();
    frame[16] = std::byte{0x10};  // 4,153 bytes in a frame of 71
    const auto size = static_cast<std::uint32_t>(frame.size());
    CHECK(decode(frame, kLinkEthernet, size).payload_bytes == 5);
    frame[16] = frame[17] = std::byte{0};  // left to the device: the frame's length counts
    CHECK(decode(frame, kLinkEthernet, size).payload_bytes == 5);
    CHECK(decode(frame, kLinkEthernet, 60'066).payload_bytes == 60'000);
}

TEST_CASE("headers that wrap one another without end are given up") {
    Bytes frame = ethernet("6558");
    for (int i = 0; i < 4000; ++i) frame = frame + ethernet("6558");
    CHECK(decode(frame, kLinkEthernet, static_cast<std::uint32_t>(frame.size())).issue == DecodeIssue::kNotIp);
    Bytes tags = ethernet("8100");
    for (int i = 0; i < 4000; ++i) tags = tags + hex("0001 8100");
    const DecodedPacket tagged = decode(tags, kLinkEthernet, static_cast<std::uint32_t>(tags.size()));
    CHECK(tagged.issue == DecodeIssue::kNotIp);
    CHECK(tagged.vlan_count == 4);
}

TEST_CASE("TCP options that few connections have") {
    const auto options = [](std::string_view header_and_options) {
        TcpHeader header;
        REQUIRE(decode_tcp(hex("9c40 2328 00000001 00000000") + hex(header_and_options), header));
        CHECK_FALSE(header.options.malformed);
        return header.options;
    };
    const TcpOptions fast_open = options("7002 ffff 0000 0000  22 06 01020304 0101");
    CHECK(fast_open.has_fast_open);
    CHECK(fast_open.fast_open_cookie_bytes == 4);
    CHECK(options("6002 ffff 0000 0000  fe 04 f989").has_fast_open);
    CHECK_FALSE(options("6002 ffff 0000 0000  fe 04 1234").has_fast_open);
    const TcpOptions multipath = options("9002 ffff 0000 0000  1e 0c 00 81 0000000000000000 1e 03 50 01");
    REQUIRE(multipath.mptcp_count == 2);
    CHECK(multipath.mptcp_subtypes[0] == 0);
    CHECK(multipath.mptcp_subtypes[1] == 5);
    CHECK(options("a002 ffff 0000 0000  13 12 00000000000000000000000000000000 0101").has_md5);
    CHECK(options("6002 ffff 0000 0000  1d 04 0102").has_authentication);
    CHECK(options("6002 ffff 0000 0000  1c 04 8001").has_user_timeout);
    CHECK(options("6002 ffff 0000 0000  ac 02 0101").has_accurate_ecn);
}
