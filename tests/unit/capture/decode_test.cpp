#include <random>
#include <string>
#include <vector>

#include "capture/wire/packet.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/capture/frames.hpp"

using namespace wirestory;
using namespace wirestory::capture;
using namespace wirestory::test;

namespace {

DecodedPacket decode_whole(const Bytes& frame, std::uint32_t link_type = kLinkEthernet) {
    return decode(frame, link_type, static_cast<std::uint32_t>(frame.size()));
}

void check_hey(const Bytes& frame, std::uint32_t link_type = kLinkEthernet) {
    const DecodedPacket packet = decode_whole(frame, link_type);
    CHECK(packet.issue == DecodeIssue::kNone);
    CHECK(packet.transport == Transport::kUdp);
    CHECK(packet.udp.source_port == 53);
    CHECK(packet.udp.destination_port == 4096);
    CHECK(packet.udp.length_bytes == 11);
    CHECK(packet.udp.checksum == 0x1234);
    CHECK(packet.payload_bytes == 3);
    CHECK(as_text(packet.payload) == "hey");
}

}  // namespace

TEST_CASE("a TCP segment over Ethernet") {
    const Bytes frame = ethernet("0800") + ipv4_tcp_hello();
    const DecodedPacket packet = decode_whole(frame);
    CHECK(packet.issue == DecodeIssue::kNone);
    CHECK(packet.transport == Transport::kTcp);
    CHECK(packet.ether_type == 0x0800);
    CHECK(packet.source_endpoint().to_string() == "127.0.0.3:40000");
    CHECK(packet.destination_endpoint().to_string() == "127.0.0.2:9000");
    CHECK(packet.ttl == 64);
    CHECK(packet.ip_protocol == 6);
    CHECK(packet.ip_id == 0xabcd);
    CHECK(packet.ip_total_bytes == 57);
    CHECK_FALSE(packet.more_fragments);
    CHECK(packet.tcp.seq == 100);
    CHECK(packet.tcp.ack == 200);
    CHECK(packet.tcp.header_bytes == 32);
    CHECK(packet.tcp.window == 512);
    CHECK(packet.tcp.checksum == 0xfe2d);
    CHECK(tcp_flags_text(packet.tcp.flags) == "PSH ACK");
    CHECK(packet.tcp.options.has_timestamps);
    CHECK(packet.tcp.options.timestamp_value == 1);
    CHECK(packet.tcp.options.timestamp_echo == 2);
    CHECK_FALSE(packet.tcp.options.malformed);
    CHECK(packet.offsets.network == 14);
    CHECK(packet.offsets.transport == 34);
    CHECK(packet.offsets.payload == 66);
    CHECK(packet.payload_bytes == 5);
    CHECK(as_text(packet.payload) == "hello");
}

TEST_CASE("options of a SYN and of a selective acknowledgement") {
    TcpHeader header;
    const Bytes syn = hex("9c40 2328 00000001 00000000 a002 ffd7 0000 0000") +
                      hex("0204 ffd7 0402 080a 0000000a 00000000 01 0303 07");
    REQUIRE(decode_tcp(syn, header));
    CHECK(tcp_flags_text(header.flags) == "SYN");
    CHECK(header.options.has_mss);
    CHECK(header.options.mss == 65495);
    CHECK(header.options.sack_permitted);
    CHECK(header.options.has_window_scale);
    CHECK(header.options.window_scale == 7);
    CHECK(header.options.timestamp_value == 10);
    CHECK_FALSE(header.options.malformed);

    const Bytes sack = hex("9c40 2328 00000001 00000002 b010 ffd7 0000 0000") +
                       hex("0101 0512 0000000a 00000014 0000001e 00000028 0101 0101");
    REQUIRE(decode_tcp(sack, header));
    CHECK(header.options.sack_count == 2);
    CHECK(header.options.sack[0].left == 10);
    CHECK(header.options.sack[1].right == 40);
    CHECK_FALSE(header.options.has_mss);
}

TEST_CASE("broken options are told and end the options, not the segment") {
    const auto options = [](std::string_view four_bytes) {
        TcpHeader header;
        REQUIRE(decode_tcp(hex("9c40 2328 00000001 00000000 6010 ffd7 0000 0000") + hex(four_bytes), header));
        return header.options;
    };
    CHECK(options("02 00 00 00").malformed);  // a length of 0 would loop
    CHECK(options("02 01 00 00").malformed);  // shorter than itself
    CHECK(options("02 05 05 b4").malformed);  // longer than the header
    CHECK(options("03 04 00 00").malformed);  // window scale has 3
    CHECK(options("01 01 01 02").malformed);  // cut before its length
    CHECK(options("05 03 00 00").malformed);  // half a SACK block
    CHECK_FALSE(options("02 04 05 b4").malformed);
    CHECK_FALSE(options("fd 04 00 00").malformed);  // unknown kinds are passed over
    CHECK_FALSE(options("00 02 00 00").malformed);  // nothing counts behind the end
}

TEST_CASE("flags are spelled in the order people write them") {
    CHECK(tcp_flags_text(0).empty());
    CHECK(tcp_flags_text(kSyn | kAck) == "SYN ACK");
    CHECK(tcp_flags_text(kFin | kAck) == "FIN ACK");
    CHECK(tcp_flags_text(kRst | kAck) == "RST ACK");
    CHECK(tcp_flags_text(kFin | kPsh | kAck) == "FIN PSH ACK");
    CHECK(tcp_flags_text(0x1FF) == "SYN FIN RST PSH ACK URG ECE CWR AE");
}

TEST_CASE("every link type leads to the same datagram") {
    const Bytes ip = ipv4_udp_hey();
    check_hey(ethernet("0800") + ip);
    check_hey(ethernet("8100 0064 0800") + ip);            // VLAN
    check_hey(ethernet("88a8 0064 8100 0065 0800") + ip);  // QinQ
    check_hey(hex("02000000") + ip, kLinkNull);            // little-endian capturer
    check_hey(hex("00000002") + ip, kLinkNull);            // big-endian
    check_hey(hex("00000002") + ip, 108);                  // LOOP
    check_hey(ip, kLinkRaw);
    check_hey(ip, 228);
    check_hey(hex("0000 0304 0006 000000000000 0000 0800") + ip, kLinkLinuxSll);
    check_hey(hex("0800 0000 00000001 0304 00 06 0000000000000000") + ip, kLinkLinuxSll2);
    const Bytes six = ipv6("000b", "11") + udp_hey();
    check_hey(ethernet("86dd") + six);
    check_hey(six, kLinkRaw);
    for (const char* family : {"1e000000", "0000001c", "18000000", "0a000000"}) {
        check_hey(hex(family) + six, kLinkNull);
    }
    CHECK(decode_whole(ethernet("86dd") + six).source.to_string() == "fe80::1");
}

TEST_CASE("what is no IP is kept with the reason") {
    CHECK(decode_whole(ethernet("0806") + hex("0001 0800 0604 0001")).issue == DecodeIssue::kNotIp);
    CHECK(decode_whole(ethernet("0026") + hex("4242 03")).issue == DecodeIssue::kNotIp);  // 802.3 length
    CHECK(decode_whole(hex("07000000 00"), kLinkNull).issue == DecodeIssue::kNotIp);
    CHECK(decode_whole(ethernet("0800") + ipv4_udp_hey(), 9999).issue == DecodeIssue::kUnknownLinkType);
    CHECK(decode_whole({}).issue == DecodeIssue::kCutShort);
    CHECK(decode_whole({}, kLinkRaw).issue == DecodeIssue::kCutShort);
    CHECK(std::string(to_string(DecodeIssue::kNotIp)) == "not IP");
}

TEST_CASE("the padding of short frames is no payload") {
    const Bytes frame = ethernet("0800") + ipv4_udp_hey() + Bytes(15, std::byte{0xEE});
    check_hey(frame);
}

TEST_CASE("length fields give the payload's size where the capture was cut") {
    const Bytes frame = ethernet("0800") + ipv4_tcp_hello();
    const DecodedPacket packet = decode(ByteView(frame).first(68), kLinkEthernet, 71);
    CHECK(packet.issue == DecodeIssue::kNone);
    CHECK(packet.payload_bytes == 5);
    CHECK(as_text(packet.payload) == "he");
}

TEST_CASE("a total length of 0 means the rest of the frame") {
    Bytes frame = ethernet("0800") + ipv4_tcp_hello();
    frame[16] = frame[17] = std::byte{0};
    CHECK(decode_whole(frame).payload_bytes == 5);
    const DecodedPacket long_one = decode(frame, kLinkEthernet, 100'066);
    CHECK(long_one.payload_bytes == 100'000);
    CHECK(as_text(long_one.payload) == "hello");
    Bytes six = ethernet("86dd") + ipv6("0000", "11") + hex("00 35 10 00 00 00 12 34  68 65 79");
    CHECK(decode_whole(six).payload_bytes == 3);
}

TEST_CASE("fragments: the first has a transport header, later ones have not") {
    Bytes first = ethernet("0800") + ipv4_udp_hey();
    first[20] = std::byte{0x20};  // more fragments
    first[39] = std::byte{0xFF};  // the datagram is longer than this piece
    const DecodedPacket head = decode_whole(first);
    CHECK(head.issue == DecodeIssue::kNone);
    CHECK(head.transport == Transport::kUdp);
    CHECK(head.more_fragments);
    CHECK(head.payload_bytes == 3);

    Bytes later = ethernet("0800") + ipv4_udp_hey();
    later[21] = std::byte{0x02};
    const DecodedPacket tail = decode_whole(later);
    CHECK(tail.issue == DecodeIssue::kFragment);
    CHECK(tail.transport == Transport::kNone);
    CHECK(tail.fragment_offset_bytes == 16);
    CHECK(tail.payload_bytes == 11);
    CHECK(tail.source.to_string() == "10.0.0.1");

    const DecodedPacket six =
        decode_whole(ethernet("86dd") + ipv6("0013", "2c") + hex("11 00 00 08 00001234") + udp_hey());
    CHECK(six.issue == DecodeIssue::kFragment);
    CHECK(six.fragment_offset_bytes == 8);
    CHECK(six.ip_protocol == 17);
    check_hey(ethernet("86dd") + ipv6("0013", "2c") + hex("11 00 00 01 00001234") + udp_hey());
}

TEST_CASE("IPv6 extension headers are walked") {
    const Bytes hop = hex("3c 00 0502 0000 0100");                                 // hop-by-hop, then
    const Bytes destination = hex("2b 01 010c 00000000 00000000 00000000");        // destination options, then
    const Bytes routing = hex("33 00 0000 00000000");                              // routing, then
    const Bytes authentication = hex("11 04 0000 00000001 00000001") + Bytes(12);  // AH, then UDP
    const Bytes frame =
        ethernet("86dd") + ipv6("0043", "00") + hop + destination + routing + authentication + udp_hey();
    check_hey(frame);
    CHECK(decode_whole(frame).offsets.transport == 14 + 40 + 8 + 16 + 8 + 24);
    CHECK(decode_whole(ethernet("86dd") + ipv6("0008", "00") + hex("11 01 0502 0000 0100") + udp_hey()).issue ==
          DecodeIssue::kBadHeader);  // an extension longer than the packet
    CHECK(decode_whole(ethernet("86dd") + ipv6("0000", "3b")).transport == Transport::kOther);
}

TEST_CASE("ICMP and other transports") {
    const DecodedPacket unreachable =
        decode_whole(ethernet("0800") + hex("45c0 0021 0001 0000 40 01 0000 7f000002 7f000003") +
                     hex("03 03 0000 00000000") + hex("4500 0001 02"));
    CHECK(unreachable.transport == Transport::kIcmp);
    CHECK(unreachable.icmp.type == 3);
    CHECK(unreachable.icmp.code == 3);
    CHECK(unreachable.payload_bytes == 5);
    CHECK(unreachable.source_endpoint().port == 0);
    const DecodedPacket solicitation = decode_whole(ethernet("86dd") + ipv6("0008", "3a") + hex("87 00 0000 00000000"));
    CHECK(solicitation.transport == Transport::kIcmpv6);
    CHECK(solicitation.icmp.type == 135);
    Bytes sctp = ethernet("0800") + ipv4_udp_hey();
    sctp[23] = std::byte{132};
    CHECK(decode_whole(sctp).transport == Transport::kOther);
    CHECK(decode_whole(sctp).payload_bytes == 11);
}

TEST_CASE("headers that contradict themselves are told") {
    const auto changed = [](std::size_t at, unsigned value, const Bytes& ip) {
        Bytes frame = ethernet("0800") + ip;
        frame[at] = static_cast<std::byte>(value);
        return decode_whole(frame).issue;
    };
    CHECK(changed(14, 0x65, ipv4_udp_hey()) == DecodeIssue::kBadHeader);    // version 6 behind 0x0800
    CHECK(changed(14, 0x44, ipv4_udp_hey()) == DecodeIssue::kBadHeader);    // 16 bytes of header
    CHECK(changed(17, 19, ipv4_udp_hey()) == DecodeIssue::kBadHeader);      // shorter than its header
    CHECK(changed(17, 27, ipv4_udp_hey()) == DecodeIssue::kBadHeader);      // no room for UDP's header
    CHECK(changed(39, 7, ipv4_udp_hey()) == DecodeIssue::kBadHeader);       // UDP shorter than its header
    CHECK(changed(39, 12, ipv4_udp_hey()) == DecodeIssue::kBadHeader);      // UDP longer than IP
    CHECK(changed(46, 0x40, ipv4_tcp_hello()) == DecodeIssue::kBadHeader);  // TCP header of 16 bytes
    CHECK(changed(46, 0x00, ipv4_tcp_hello()) == DecodeIssue::kBadHeader);  // of none
    CHECK(changed(46, 0xF0, ipv4_tcp_hello()) == DecodeIssue::kBadHeader);  // of more than there is
}

TEST_CASE("frames cut at any length stay within their bytes and say so") {
    const std::vector<Bytes> frames{ethernet("0800") + ipv4_tcp_hello(), ethernet("0800") + ipv4_udp_hey(),
                                    ethernet("86dd") + ipv6("0013", "2c") + hex("11 00 00 01 00001234") + udp_hey()};
    const std::vector<std::size_t> header_bytes{66, 42, 70};
    for (std::size_t i = 0; i < frames.size(); ++i) {
        for (std::size_t size = 0; size < frames[i].size(); ++size) {
            const Bytes cut(frames[i].begin(), frames[i].begin() + static_cast<std::ptrdiff_t>(size));
            const DecodedPacket packet = decode(cut, kLinkEthernet, static_cast<std::uint32_t>(frames[i].size()));
            INFO("frame " << i << " cut to " << size);
            CHECK(packet.issue == (size < header_bytes[i] ? DecodeIssue::kCutShort : DecodeIssue::kNone));
            CHECK(packet.payload.size() == (size < header_bytes[i] ? 0 : size - header_bytes[i]));
        }
    }
}

TEST_CASE("any bytes decode to something") {
    std::mt19937 random(7);  // NOLINT: the same bytes each time
    const std::uint32_t links[] = {0, 1, 12, 14, 101, 108, 113, 228, 229, 276};
    std::size_t decoded = 0;
    for (int round = 0; round < 20'000; ++round) {
        Bytes frame = random() % 2 != 0U
                          ? ethernet("0800") + ipv4_tcp_hello()
                          : ethernet("86dd") + ipv6("0013", "00") + hex("11 00 0502 0000 0100") + udp_hey();
        for (unsigned i = 0; i < random() % 6; ++i) frame[random() % frame.size()] = static_cast<std::byte>(random());
        frame.resize(random() % (frame.size() + 1));
        const std::uint32_t link = random() % 4 != 0U ? kLinkEthernet : links[random() % std::size(links)];
        const DecodedPacket packet = decode(frame, link, static_cast<std::uint32_t>(random() % 200));
        if (packet.payload.size() > packet.payload_bytes) FAIL("round " << round);
        decoded += packet.issue == DecodeIssue::kNone;
    }
    CHECK(decoded > 500);
}
