// The few fields the wire reads, and the two changes it makes to frames.
#include "sim/wire/frame_fields.hpp"

#include <random>

#include "sim/wire/departure_queue.hpp"
#include "tests/support/catch.hpp"

namespace wirestory::test {
namespace {

using namespace sim;

void put16(Bytes& frame, std::size_t at, std::uint32_t value) {
    frame[at] = static_cast<std::byte>(value >> 8U);
    frame[at + 1] = static_cast<std::byte>(value & 0xFFU);
}

// RFC 1071, over 16-bit words; 0xFFFF when the checksum inside is right.
std::uint32_t ones_complement_sum(ByteView bytes, std::uint32_t sum = 0) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
        sum += std::to_integer<std::uint32_t>(bytes[i]) << (i % 2 == 0 ? 8U : 0U);
    while (sum >> 16U != 0) sum = (sum & 0xFFFFU) + (sum >> 16U);
    return sum;
}

std::uint32_t transport_sum(ByteView frame) {
    const FrameFields fields = parse_frame(frame);
    const auto transport = frame.subspan(fields.transport_start, fields.transport_end - fields.transport_start);
    const std::uint32_t protocol = std::to_integer<std::uint32_t>(frame[23]);
    return ones_complement_sum(
        transport, ones_complement_sum(frame.subspan(26, 8)) + protocol + static_cast<std::uint32_t>(transport.size()));
}

Bytes ipv4_frame(std::uint8_t protocol, std::size_t transport_header, std::string_view payload, std::uint8_t ecn) {
    const std::size_t transport = transport_header + payload.size();
    Bytes frame(14 + 20 + transport);
    put16(frame, 12, kEtherTypeIpv4);
    frame[14] = std::byte{0x45};
    frame[15] = static_cast<std::byte>(ecn);
    put16(frame, 16, static_cast<std::uint32_t>(20 + transport));
    frame[22] = std::byte{64};
    frame[23] = static_cast<std::byte>(protocol);
    put16(frame, 26, 0x0A00);
    put16(frame, 28, 1);
    put16(frame, 30, 0x0A00);
    put16(frame, 32, 2);
    put16(frame, 24, 0xFFFFU - ones_complement_sum(ByteView(frame).subspan(14, 20)));
    put16(frame, 34, 40'000);
    put16(frame, 36, 9'000);
    std::memcpy(frame.data() + 34 + transport_header, payload.data(), payload.size());
    return frame;
}

Bytes udp_frame(std::string_view payload, std::uint8_t ecn = 0) {
    Bytes frame = ipv4_frame(17, 8, payload, ecn);
    put16(frame, 38, static_cast<std::uint32_t>(8 + payload.size()));
    put16(frame, 40, 0xFFFFU - transport_sum(frame));
    return frame;
}

Bytes tcp_frame(std::string_view payload, std::uint16_t flags) {
    Bytes frame = ipv4_frame(6, 20, payload, 2);
    put16(frame, 46, 0x5000U | flags);
    put16(frame, 50, 0xFFFFU - transport_sum(frame));
    return frame;
}

TEST_CASE("fields of UDP and TCP") {
    const Bytes udp = udp_frame("hello");
    const FrameFields udp_fields = parse_frame(udp);
    CHECK(udp_fields.protocol == "udp");
    CHECK(as_text(udp_fields.payload(udp)) == "hello");
    const Bytes tcp = tcp_frame("world", 0x18);
    const FrameFields tcp_fields = parse_frame(tcp);
    CHECK(tcp_fields.protocol == "tcp");
    CHECK(tcp_fields.tcp_flags == 0x18);
    CHECK(tcp_fields.ecn == 2);
    CHECK(as_text(tcp_fields.payload(tcp)) == "world");
}

TEST_CASE("padding behind a short packet is not payload") {
    Bytes frame = udp_frame("x");
    frame.resize(60);
    CHECK(as_text(parse_frame(frame).payload(frame)) == "x");
}

TEST_CASE("a VLAN tag is looked behind") {
    const Bytes plain = udp_frame("hello");
    Bytes tagged(plain.begin(), plain.begin() + 12);
    for (const int byte : {0x81, 0x00, 0x00, 0x05}) tagged.push_back(static_cast<std::byte>(byte));
    tagged.insert(tagged.end(), plain.begin() + 12, plain.end());
    CHECK(as_text(parse_frame(tagged).payload(tagged)) == "hello");
}

TEST_CASE("any bytes are accepted, cut anywhere and damaged anyhow") {
    std::mt19937 random(1);
    for (const Bytes& whole : {udp_frame("hello"), tcp_frame("hello", 0x18), Bytes(60)})
        for (std::size_t length = 0; length <= whole.size(); ++length)
            for (int i = 0; i < 50; ++i) {
                Bytes frame(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
                for (int damage = 0; damage < i && !frame.empty(); ++damage)
                    frame[random() % frame.size()] = static_cast<std::byte>(random());
                const FrameFields fields = parse_frame(frame);
                REQUIRE(fields.payload_start <= fields.transport_end);
                REQUIRE(fields.transport_end <= frame.size());
                (void)mark_congestion(frame, fields);
                (void)corrupt_frame(frame, fields, random());
                (void)frame_fingerprint(frame);
            }
}

TEST_CASE("a corrupted packet fails its checksum, wherever the bit falls; the IP header stays right") {
    for (const Bytes& whole : {udp_frame("hello"), udp_frame(""), tcp_frame("hello", 0x18), tcp_frame("", 0x10)}) {
        REQUIRE(transport_sum(whole) == 0xFFFF);
        for (std::uint64_t place = 0; place < 200; ++place) {
            Bytes frame = whole;
            REQUIRE(corrupt_frame(frame, parse_frame(frame), place));
            CHECK(transport_sum(frame) != 0xFFFF);
            CHECK(ones_complement_sum(ByteView(frame).subspan(14, 20)) == 0xFFFF);
            CHECK(frame_fingerprint(frame) != frame_fingerprint(whole));
        }
    }
}

TEST_CASE("only ECN-capable packets are marked, and their header checksum stays right") {
    for (std::uint32_t ttl = 1; ttl < 256; ++ttl) {
        for (const std::uint8_t ecn : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{3}}) {
            Bytes frame = udp_frame("hello", ecn);
            frame[22] = static_cast<std::byte>(ttl);
            put16(frame, 24, 0);
            put16(frame, 24, 0xFFFFU - ones_complement_sum(ByteView(frame).subspan(14, 20)));
            REQUIRE(mark_congestion(frame, parse_frame(frame)));
            CHECK(parse_frame(frame).ecn == 3);
            CHECK(ones_complement_sum(ByteView(frame).subspan(14, 20)) == 0xFFFF);
        }
    }
    Bytes incapable = udp_frame("hello", 0);
    const Bytes before = incapable;
    CHECK_FALSE(mark_congestion(incapable, parse_frame(incapable)));
    CHECK(incapable == before);
}

TEST_CASE("packets on their way leave when due, equal ones in order, and never more than there is room for") {
    auto queue = DepartureQueue::reserve(4, 100, 1U << 20U);
    REQUIRE(queue);
    const Bytes frame(60);
    FateEntry entry;
    const TimeNs due[] = {30, 10, 20, 10};
    for (std::uint64_t i = 0; i < 4; ++i) {
        entry.packet_number = i;
        CHECK(queue->add(due[i], frame, entry));
    }
    CHECK_FALSE(queue->add(5, frame, entry));
    for (const std::uint64_t expected : {1, 3, 2, 0}) {
        const auto packet = queue->pop();
        CHECK(packet.fate->packet_number == expected);
        CHECK(packet.frame.size() == 60);
        queue->free_slot(packet.slot);
    }
    CHECK(queue->empty());
    CHECK_FALSE(queue->add(1, Bytes(101 + 64), entry));
    CHECK(queue->add(1, frame, entry));
}

TEST_CASE("a full log counts what it loses and goes on") {
    FateLog log(4);
    FateEntry entry;
    for (std::uint64_t i = 0; i < 6; ++i) {
        entry.packet_number = i;
        log.append(entry);
    }
    std::vector<FateEntry> taken;
    log.take(taken);
    REQUIRE(taken.size() == 4);
    CHECK(taken.back().packet_number == 3);
    CHECK(log.lost() == 2);
    log.append(entry);
    log.take(taken);
    CHECK(taken.size() == 5);
}

}  // namespace
}  // namespace wirestory::test
