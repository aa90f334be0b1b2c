// Each finding where it belongs, and where it nearly belongs but does not; traces; datagrams.
#include <algorithm>
#include <cerrno>
#include <string>

#include "analysis/analysis.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_recordings.hpp"
#include "tests/unit/analysis/support.hpp"

using namespace wirestory;
using namespace wirestory::analysis;
using namespace wirestory::test;

namespace {

EventRef call_event(const Recording& recording, CallKind kind, std::size_t nth) {
    return {EventKind::kCall, call_index(recording, kind, nth)};
}

// "one" leaves at once, "two" has returned when its segment leaves at `released_us`, after the ACK 10 us before.
void hold_second_send(Pair& pair, std::int64_t released_us) {
    pair.builder.send(pair.client, "one", {us(200), us(220)});
    pair.link.data(End::kClient, us(205), "one");
    pair.builder.send(pair.client, "two", {us(230), us(235)});
    pair.link.ack(End::kServer, us(released_us - 10));
    pair.link.data(End::kClient, us(released_us), "two");
}

std::size_t holds(Pair& pair) { return count_of(analyse(pair.builder.build()), FindingKind::kNagleHold); }

}  // namespace

TEST_CASE("nagle-hold: one small send behind unacknowledged data", "[analysis]") {
    Pair pair;
    hold_second_send(pair, 5000);
    const Recording recording = pair.builder.build();
    const Analysis analysis = analyse(recording);
    const Finding& hold = find_one(analysis, FindingKind::kNagleHold);
    CHECK(hold.count == 1);
    CHECK(hold.evidence == Evidence::kDerived);  // nobody asked the kernel
    CHECK(describe(recording, hold).find("client's send (3 B) waited 4.77 ms in the send buffer") == 0);
}

TEST_CASE("in an edited file, with packets before the call that sent them, a finding's earlier end is its begin",
          "[analysis]") {
    Pair pair;
    const std::string half(1448, 'x');
    pair.builder.send(pair.client, half + half, {us(5000), us(5010)});
    pair.link.data(End::kClient, us(300), half);
    pair.link.data(End::kClient, us(310), half);
    const Recording recording = pair.builder.build();
    const Analysis analysis = analyse(recording);
    const Finding& split = find_one(analysis, FindingKind::kSplitWrite);
    CHECK(split.begin_ns < split.end_ns);
    CHECK(split.end_ns == recording.calls.back().enter_ns);
}

TEST_CASE("nagle-hold: not with TCP_NODELAY, TCP_CORK or MSG_MORE", "[analysis]") {
    for (const char* option : {"TCP_NODELAY, 1", "TCP_CORK, 1"}) {
        Pair pair;
        pair.builder.call(CallKind::kSetsockopt, pair.client, {us(180), us(182)}, option);
        hold_second_send(pair, 5000);
        CHECK(holds(pair) == 0);
    }
    Pair off;
    off.builder.call(CallKind::kSetsockopt, off.client, {us(180), us(182)}, "TCP_NODELAY, 0");
    hold_second_send(off, 5000);
    CHECK(holds(off) == 1);
    Pair more;
    hold_second_send(more, 5000);
    more.builder.recording().calls.back().arguments = "\"two\", MSG_MORE";
    CHECK(holds(more) == 0);
}

TEST_CASE("nagle-hold: not when nothing is unacknowledged, nor with a full window", "[analysis]") {
    Pair acknowledged;
    acknowledged.builder.send(acknowledged.client, "one", {us(200), us(220)});
    acknowledged.link.data(End::kClient, us(205), "one");
    acknowledged.link.ack(End::kServer, us(210));
    acknowledged.builder.send(acknowledged.client, "two", {us(230), us(235)});
    acknowledged.link.data(End::kClient, us(5000), "two");
    CHECK(holds(acknowledged) == 0);

    Pair full;
    TcpSegment closed = full.link.next(End::kServer, capture::kAck);
    closed.window = 0;
    full.builder.segment(us(180), closed);
    hold_second_send(full, 5000);
    CHECK(holds(full) == 0);
}

TEST_CASE("nagle-hold: not for a segment that leaves within its send", "[analysis]") {
    Pair pair;
    hold_second_send(pair, 234);
    CHECK(holds(pair) == 0);
}

TEST_CASE("delayed-ack: late by 40 ms, not by the path's own time", "[analysis]") {
    const auto late_acks = [](DurationNs path, DurationNs answer) {
        RecordingBuilder builder;
        TcpLink link(builder, endpoint("10.0.0.1", 1), endpoint("10.0.0.2", 2));
        link.syn(us(0));
        link.syn_ack(us(0) + path);
        link.ack(End::kClient, us(5) + path);
        link.data(End::kClient, us(10) + path, "question");
        link.ack(End::kServer, us(10) + path + answer);
        return count_of(analyse(builder.build()), FindingKind::kDelayedAck);
    };
    CHECK(late_acks(50 * kMicrosecondNs, 40 * kMillisecondNs) == 1);
    CHECK(late_acks(50 * kMicrosecondNs, 15 * kMillisecondNs) == 0);
    CHECK(late_acks(80 * kMillisecondNs, 85 * kMillisecondNs) == 0);
    CHECK(late_acks(80 * kMillisecondNs, 125 * kMillisecondNs) == 1);
}

TEST_CASE("delayed-ack: not when the ACK rides on data, nor after a retransmission", "[analysis]") {
    Pair rides;
    rides.link.data(End::kClient, us(200), "question");
    rides.link.data(End::kServer, us(41'000), "answer");
    rides.link.ack(End::kClient, us(41'010));
    CHECK(count_of(analyse(rides.builder.build()), FindingKind::kDelayedAck) == 0);
    Pair lost;
    lost.link.data(End::kClient, us(200), "question");
    lost.link.data_at(End::kClient, us(200'200), 0, "question");
    lost.link.ack(End::kServer, us(200'210));
    CHECK(count_of(analyse(lost.builder.build()), FindingKind::kDelayedAck) == 0);
}

TEST_CASE("coalesced-write and sticky-read: not when every send has its own segment and read", "[analysis]") {
    Pair pair;
    for (std::int64_t at : {200, 400, 600}) {
        pair.builder.send(pair.client, "same", {us(at), us(at + 20)});
        pair.link.data(End::kClient, us(at + 5), "same");
        pair.link.ack(End::kServer, us(at + 8));
        pair.builder.recv(pair.conn, 100, "same", {us(at + 50), us(at + 55)});
    }
    CHECK(analyse(pair.builder.build()).findings.empty());
}

TEST_CASE("sticky-read: a read that ends where a message does is none, one byte more is one", "[analysis]") {
    for (const std::size_t taken : {4U, 5U}) {
        Pair pair;
        pair.builder.send(pair.client, "same", {us(200), us(220)});
        pair.link.data(End::kClient, us(205), "same");
        pair.builder.send(pair.client, "more", {us(230), us(250)});
        pair.link.data(End::kClient, us(235), "more");
        pair.builder.recv(pair.conn, taken, std::string("samemore").substr(0, taken), {us(300), us(305)});
        CHECK(count_of(analyse(pair.builder.build()), FindingKind::kStickyRead) == taken - 4);
    }
}

TEST_CASE("half-close: not for an ordinary close", "[analysis]") {
    Pair pair;
    pair.link.fin(End::kClient, us(200));
    pair.link.ack(End::kServer, us(205));
    pair.builder.recv(pair.conn, 10, "", {us(220), us(225)});
    pair.link.fin(End::kServer, us(300));
    pair.link.ack(End::kClient, us(305));
    CHECK(count_of(analyse(pair.builder.build()), FindingKind::kHalfClose) == 0);
}

TEST_CASE("trace: any event of a byte leads to all others", "[analysis]") {
    const Recording recording = nagle_recording();
    const Analysis analysis = analyse(recording);
    const std::vector<EventRef> world = {call_event(recording, CallKind::kSend, 1),
                                         call_event(recording, CallKind::kRecv, 0),
                                         {EventKind::kPacket, 5},
                                         {EventKind::kPacket, 6}};
    CHECK(trace(recording, analysis, world[0]).events == world);
    CHECK(trace(recording, analysis, world[0]).range == ByteRange{5, 10});
    std::vector<EventRef> segment = world;
    segment.insert(segment.begin() + 1, call_event(recording, CallKind::kSend, 2));
    CHECK(trace(recording, analysis, {EventKind::kPacket, 5}).events == segment);
    CHECK(trace(recording, analysis, {EventKind::kPacket, 6}).events == segment);  // its ACK
    CHECK(trace(recording, analysis, world[1]).range == ByteRange{0, 11});
    CHECK(trace_range(recording, analysis, {0, Side::kInitiator}, {6, 7}).events == world);
    const ByteTrace report = trace(recording, analysis, {EventKind::kTxReport, 3});
    CHECK(report.range == ByteRange{10, 11});
}

TEST_CASE("trace: what carries no bytes leads to its step of the connection", "[analysis]") {
    const Recording recording = nagle_recording();
    const Analysis analysis = analyse(recording);
    const std::vector<EventRef> handshake = {call_event(recording, CallKind::kConnect, 0),
                                             call_event(recording, CallKind::kAccept, 0),
                                             {EventKind::kPacket, 0},
                                             {EventKind::kPacket, 1},
                                             {EventKind::kPacket, 2}};
    for (const EventRef& event : handshake) CHECK(trace(recording, analysis, event).events == handshake);
    const std::vector<EventRef> close = {call_event(recording, CallKind::kClose, 0),
                                         call_event(recording, CallKind::kRecv, 1),
                                         {EventKind::kPacket, 7},
                                         {EventKind::kPacket, 8}};
    CHECK(trace(recording, analysis, close[0]).events == close);
    CHECK(trace(recording, analysis, close[1]).events == close);
    CHECK(trace(recording, analysis, close[2]).events == close);
    CHECK(trace(recording, analysis, call_event(recording, CallKind::kListen, 0)).events.size() == 1);
    const Recording datagrams = udp_loss_recording();
    const Analysis of_datagrams = analyse(datagrams);
    CHECK(trace(datagrams, of_datagrams, {EventKind::kPacket, 2}).events ==
          std::vector<EventRef>{call_event(datagrams, CallKind::kSendto, 2),
                                call_event(datagrams, CallKind::kRecvfrom, 2),
                                {EventKind::kPacket, 2}});
}

namespace {

// A server on 127.0.0.2:9000 and a client; sent datagrams at 100, 200 ... us.
struct Datagrams {
    RecordingBuilder builder;
    Endpoint server_endpoint = endpoint("127.0.0.2", 9000);
    Endpoint client_endpoint = endpoint("127.0.0.3", 5000);
    SocketId server = 0;
    SocketId client = 0;
    std::int64_t now = 100;

    Datagrams() {
        server = builder.socket(builder.actor("server", "127.0.0.2"), SocketFamily::kUdp);
        client = builder.socket(builder.actor("client", "127.0.0.3"), SocketFamily::kUdp);
        builder.set_endpoints(server, server_endpoint);
        builder.set_endpoints(client, client_endpoint);
        builder.call(CallKind::kBind, server, {us(10), us(12)}, "9000");
    }
    void send(std::string_view payload) {
        builder.sendto(client, payload, server_endpoint, {us(now), us(now + 20)});
        builder.datagram(us(now + 5), client_endpoint, server_endpoint, payload);
        now += 100;
    }
    void recv(std::string_view payload, std::size_t size = 100) {
        builder.recvfrom(server, size, payload, client_endpoint, {us(now), us(now + 5)});
        now += 100;
    }
    void counter(std::uint32_t drops) {
        builder.udp_sample(us(now), server, SampleTrigger::kTick, 0, drops);
        now += 100;
    }
    std::string fates() { return fates_text(analyse(builder.build())); }
};

}  // namespace

TEST_CASE("datagrams: what a later read passed over was dropped, by reading order alone", "[analysis]") {
    Datagrams udp;
    for (const char* each : {"a", "b", "c", "d"}) udp.send(each);
    for (const char* each : {"a", "d"}) udp.recv(each);
    const Recording recording = udp.builder.build();
    const Analysis analysis = analyse(recording);
    CHECK(fates_text(analysis) == "read dropped dropped read");
    const Finding& dropped = find_one(analysis, FindingKind::kDatagramDroppedInReceiveBuffer);
    CHECK(dropped.count == 2);
    CHECK(dropped.evidence == Evidence::kDerived);
    CHECK(describe(recording, dropped).find("Concluded from what server read later.") != std::string::npos);
}

TEST_CASE("datagrams: without a later read or a counter they just wait", "[analysis]") {
    Datagrams udp;
    for (const char* each : {"a", "b"}) udp.send(each);
    udp.recv("a");
    CHECK(udp.fates() == "read unread");
}

TEST_CASE("datagrams: a queue found empty shows that the rest was dropped", "[analysis]") {
    Datagrams udp;
    for (const char* each : {"a", "b"}) udp.send(each);
    udp.recv("a");
    udp.builder.failed_call(CallKind::kRecv, udp.server, {us(udp.now), us(udp.now + 3)}, "100, MSG_DONTWAIT", EAGAIN);
    CHECK(udp.fates() == "read dropped");
}

TEST_CASE("datagrams: the counter finds the dropped one among equals", "[analysis]") {
    Datagrams udp;
    udp.send("same");
    udp.counter(0);
    udp.send("same");
    udp.counter(1);
    udp.send("same");
    udp.counter(1);
    udp.recv("same");
    udp.recv("same");
    CHECK(udp.fates() == "read dropped read");
}

TEST_CASE("datagrams: reading order tells which were dropped, and a counter that grew by as many confirms it",
          "[analysis]") {
    Datagrams udp;
    udp.counter(0);
    for (const char* each : {"a", "b", "c", "d"}) udp.send(each);
    udp.counter(2);
    for (const char* each : {"a", "d"}) udp.recv(each);
    const Analysis counted = analyse(udp.builder.build());
    CHECK(fates_text(counted) == "read dropped dropped read");
    CHECK(counted.datagrams[1].fate_evidence == Evidence::kMeasured);
    CHECK(find_one(counted, FindingKind::kDatagramDroppedInReceiveBuffer).evidence == Evidence::kMeasured);

    Datagrams other;
    other.counter(0);
    for (const char* each : {"a", "b", "c", "d"}) other.send(each);
    other.counter(1);  // one only: the order says two
    for (const char* each : {"a", "d"}) other.recv(each);
    CHECK(analyse(other.builder.build()).datagrams[1].fate_evidence == Evidence::kDerived);
}

TEST_CASE("datagrams: a counter read too seldom takes the newest for dropped", "[analysis]") {
    Datagrams udp;
    for (int i = 0; i < 4; ++i) udp.send("same");
    udp.counter(2);
    const Analysis analysis = analyse(udp.builder.build());
    CHECK(fates_text(analysis) == "unread unread dropped dropped");
    CHECK(analysis.datagrams[3].fate_evidence == Evidence::kDerived);
}

TEST_CASE("datagrams: truncated reads match, peeks do not take, and nobody listening is told by ICMP", "[analysis]") {
    Datagrams udp;
    udp.send("a long datagram");
    udp.recv("a lo", 4);
    CHECK(udp.fates() == "read");

    Datagrams peek;
    peek.send("a");
    peek.builder.recv(peek.server, 10, "a", {us(300), us(305)}, "MSG_PEEK");
    CHECK(peek.fates() == "unread");

    RecordingBuilder refused;
    const std::uint32_t first =
        refused.datagram(us(0), endpoint("127.0.0.3", 5000), endpoint("127.0.0.2", 9), "hello?");
    refused.datagram(us(10), endpoint("127.0.0.3", 5000), endpoint("127.0.0.2", 9), "hello?");
    refused.port_unreachable(us(20), first);
    CHECK(fates_text(analyse(refused.build())) == "refused unknown");
}

TEST_CASE("traces: a retransmission, a duplicate ACK and a peek lead to the bytes they speak of", "[analysis]") {
    Pair pair;
    pair.builder.send(pair.client, "onetwo", {us(200), us(230)});
    const std::uint32_t first = pair.link.data(End::kClient, us(210), "one");
    pair.link.ack(End::kServer, us(215));
    const std::uint32_t lost = pair.link.data(End::kClient, us(220), "two");
    pair.link.hold_ack(End::kServer, 3);
    const std::uint32_t duplicate = pair.link.ack(End::kServer, us(300));
    pair.link.hold_ack(End::kServer, -1);
    const std::uint32_t again = pair.link.data_at(End::kClient, us(400), 3, "two");
    pair.builder.recv(pair.conn, 3, "one", {us(250), us(252)});
    pair.builder.recv(pair.conn, 2, "tw", {us(500), us(502)}, "MSG_PEEK");
    const Recording recording = pair.builder.build();
    const Analysis analysis = analyse(recording);
    const auto has = [](const ByteTrace& traced, EventRef event) {
        return std::binary_search(traced.events.begin(), traced.events.end(), event);
    };
    const EventRef peek = call_event(recording, CallKind::kRecv, 1);
    for (const EventRef asked : {EventRef{EventKind::kPacket, again}, {EventKind::kPacket, duplicate}, peek}) {
        const ByteTrace traced = trace(recording, analysis, asked);
        CHECK(has(traced, {EventKind::kPacket, lost}));
        CHECK(has(traced, {EventKind::kPacket, again}));
        CHECK(has(traced, call_event(recording, CallKind::kSend, 0)));
        CHECK_FALSE(has(traced, {EventKind::kPacket, first}));
    }
}

TEST_CASE("findings have names that scenarios can write", "[analysis]") {
    for (std::size_t i = 0; i < kFindingKindCount; ++i) {
        const auto kind = static_cast<FindingKind>(i);
        CHECK(finding_kind_named(to_string(kind)) == kind);
    }
    CHECK_FALSE(finding_kind_named("nagle").has_value());
}
