// Findings out of segments: sent again, lost, windows and probes; grouped into episodes; datagrams that never arrived.
#include <string>

#include "analysis/analysis.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/analysis/support.hpp"

using namespace wirestory;
using namespace wirestory::analysis;
using namespace wirestory::test;

namespace {

std::string found(RecordingBuilder& builder) {
    const Recording recording = builder.build();
    return findings_text(recording, analyse(recording));
}

TcpSegment with_window(TcpSegment segment, std::uint16_t window) {
    segment.window = window;
    return segment;
}

}  // namespace

TEST_CASE("retransmissions: by time-out, by probe, and what the kernel said of it", "[analysis]") {
    Pair slow;
    slow.link.data(End::kClient, us(200), "hello");
    slow.link.data_at(End::kClient, us(220'000), 0, "hello");
    slow.link.data_at(End::kClient, us(660'000), 0, "hello");
    slow.link.ack(End::kServer, us(660'010));
    const Recording recording = slow.builder.build();
    const Analysis analysis = analyse(recording);
    const Finding& timeout = find_one(analysis, FindingKind::kRetransmissionTimeout);
    CHECK(timeout.count == 2);
    CHECK(timeout.evidence == Evidence::kInferred);
    CHECK(timeout.begin_ns == us(200));
    CHECK(describe(recording, timeout).find("client sent 5 B again, 2 times within 660 ms") == 0);

    Pair probed;
    probed.link.data(End::kClient, us(200), "hello");
    probed.link.data_at(End::kClient, us(30'000), 0, "hello");
    CHECK(found(probed.builder) == "tail-loss-probe");

    // The same segments, and the kernel's state: Loss is a time-out, Open a probe.
    for (const auto& [state, kind] : {std::pair{4, "retransmission-timeout"}, {0, "tail-loss-probe"}}) {
        Pair sampled;
        sampled.link.data(End::kClient, us(200), "hello");
        sampled.link.data_at(End::kClient, us(220'000), 0, "hello");
        Sample sample;
        sample.time_ns = us(220'100);
        sample.socket = sampled.client;
        sample.has = Sample::kTcpInfo;
        sample.tcp.state = TcpState::kEstablished;
        sample.tcp.ca_state = static_cast<std::uint8_t>(state);
        sampled.builder.sample(sample);
        CHECK(found(sampled.builder) == kind);
    }
}

TEST_CASE("zero-window: from the closed window to the open one, with its probes", "[analysis]") {
    Pair pair;
    pair.link.data(End::kClient, us(200), "hello");
    pair.builder.segment(us(210), with_window(pair.link.next(End::kServer, capture::kAck), 0));
    TcpSegment probe = pair.link.next(End::kClient, capture::kAck);
    probe.seq -= 1;
    pair.builder.segment(us(200'000), probe);
    pair.builder.segment(us(200'010), with_window(pair.link.next(End::kServer, capture::kAck), 0));
    pair.builder.segment(us(300'000), with_window(pair.link.next(End::kServer, capture::kAck), 32));
    const Recording recording = pair.builder.build();
    const Analysis analysis = analyse(recording);
    CHECK(findings_text(recording, analysis) == "zero-window zero-window-probe window-update");
    const Finding& closed = find_one(analysis, FindingKind::kZeroWindow);
    CHECK(closed.begin_ns == us(210));
    CHECK(closed.end_ns == us(300'000));
    CHECK(find_one(analysis, FindingKind::kWindowUpdate).amount == 4096);
}

TEST_CASE("keep-alive: idle probes are one finding", "[analysis]") {
    Pair pair;
    for (int i = 1; i <= 3; ++i) {
        TcpSegment probe = pair.link.next(End::kClient, capture::kAck);
        probe.seq -= 1;
        pair.builder.segment(us(1'000'000 * i), probe);
        pair.link.ack(End::kServer, us(1'000'000 * i + 20));
    }
    const Recording recording = pair.builder.build();
    const Analysis analysis = analyse(recording);
    CHECK(findings_text(recording, analysis) == "keep-alive");
    CHECK(analysis.findings[0].count == 3);
}

TEST_CASE("ten thousand duplicate ACKs of one gap are one finding", "[analysis]") {
    Pair pair;
    pair.link.data(End::kClient, us(200), "lost");
    pair.link.ack(End::kServer, us(210));
    pair.link.hold_ack(End::kServer, 4);
    constexpr int kMany = 10'000;
    for (int i = 0; i <= kMany; ++i) {
        pair.link.data_at(End::kClient, us(300 + 20 * i), static_cast<StreamOffset>(8 + 4 * i), "more");
        pair.link.ack(End::kServer, us(310 + 20 * i));
    }
    const Recording recording = pair.builder.build();
    const Analysis analysis = analyse(recording);
    const Finding& duplicates = find_one(analysis, FindingKind::kDuplicateAck);
    CHECK(duplicates.count >= kMany);
    CHECK(duplicates.events.size() <= 32);
    CHECK(analysis.findings.size() < 10);
    CHECK(find_one(analysis, FindingKind::kLostSegment).range == ByteRange{4, 8});
}

TEST_CASE("overlap-conflict: other bytes at the same place of the stream, wherever the overlap begins", "[analysis]") {
    const auto request = [](Pair& pair) {
        const std::uint32_t first = pair.link.data(End::kClient, us(200), "GET /index");
        pair.link.data(End::kClient, us(210), ".html HTTP");
        pair.link.data_at(End::kClient, us(220), 0, "GET /index");  // the same again: no conflict
        pair.link.data_at(End::kClient, us(230), 8, "ex.html");     // likewise, over the border of the two
        return first;
    };
    Pair honest;
    request(honest);
    CHECK(found(honest.builder).find("overlap-conflict") == std::string::npos);

    Pair pair;
    const std::uint32_t first = request(pair);
    const std::uint32_t forged = pair.link.data_at(End::kClient, us(300), 2, "T /admin.html");
    const Recording recording = pair.builder.build();
    const Analysis analysis = analyse(recording);
    const Finding& conflict = find_one(analysis, FindingKind::kOverlapConflict);
    CHECK(conflict.range == ByteRange{5, 10});
    CHECK(conflict.from == Side::kInitiator);
    REQUIRE(conflict.events.size() == 2);
    CHECK(conflict.events[0] == EventRef{EventKind::kPacket, forged});
    CHECK(conflict.events[1] == EventRef{EventKind::kPacket, first});
    CHECK(describe(recording, conflict).find("carries other bytes than packet 4 did") != std::string::npos);
}

TEST_CASE("overlap-conflict: keep-alives with a byte of garbage are none, other directions are others", "[analysis]") {
    Pair pair;
    pair.link.data(End::kClient, us(200), "hello");
    pair.link.ack(End::kServer, us(210));
    pair.link.data_at(End::kClient, us(1'000'000), 4, "?");
    pair.link.data(End::kServer, us(1'000'100), "world");
    CHECK(found(pair.builder).find("overlap-conflict") == std::string::npos);
}

TEST_CASE("a segment's last copy is found among many, also where it began before", "[analysis]") {
    Pair pair;
    pair.link.data(End::kClient, us(200), "0123456789");
    constexpr int kCopies = 30'000;  // looking at all of them each time would be 450 million steps
    for (int i = 0; i < kCopies; ++i) pair.link.data_at(End::kClient, us(300 + i), 0, "0123456789");
    pair.link.data_at(End::kClient, us(50'000), 4, "4567");
    const Recording recording = pair.builder.build();
    const Analysis analysis = analyse(recording);
    const StreamLedger* ledger = analysis.stream({0, Side::kInitiator});
    REQUIRE(ledger != nullptr);
    const std::uint32_t first = ledger->carried.front().packet;
    const std::uint32_t last = ledger->carried.back().packet;
    CHECK(carrier_before(*ledger, 0, first) == kNoIndex);
    CHECK(carrier_before(*ledger, 0, first + 1) == first);
    CHECK(carrier_before(*ledger, 0, last) == last - 1);
    CHECK(carrier_before(*ledger, 5, last + 1) == last);
    CHECK(carrier_before(*ledger, 4, last) == last - 1);
    CHECK(carrier_before(*ledger, 10, last + 1) == kNoIndex);
}

TEST_CASE("port-reuse: the second connection of the same ports", "[analysis]") {
    RecordingBuilder builder;
    TcpLink first(builder, endpoint("10.0.0.1", 5000), endpoint("10.0.0.2", 80));
    first.handshake(us(0));
    first.fin(End::kClient, us(100));
    first.fin(End::kServer, us(110));
    first.ack(End::kClient, us(120));
    TcpLink second(builder, endpoint("10.0.0.1", 5000), endpoint("10.0.0.2", 80), 900'000'000, 1'900'000'000);
    second.handshake(us(5'000'000));
    CHECK(found(builder) == "port-reuse");
}

TEST_CASE("icmp-unreachable: with the datagram it answers", "[analysis]") {
    RecordingBuilder builder;
    const std::uint32_t sent = builder.datagram(us(0), endpoint("127.0.0.3", 5000), endpoint("127.0.0.2", 9), "hello?");
    const std::uint32_t answer = builder.port_unreachable(us(20), sent);
    const Recording recording = builder.build();
    const Analysis analysis = analyse(recording);
    const Finding& unreachable = find_one(analysis, FindingKind::kIcmpUnreachable);
    CHECK(unreachable.flow == 0);
    CHECK(unreachable.events == std::vector<EventRef>{{EventKind::kPacket, answer}, {EventKind::kPacket, sent}});
    CHECK(describe(recording, unreachable).find("127.0.0.2 answered 127.0.0.3's datagram with ICMP") == 0);
}
