// Flows, sequence numbers and ledgers where things go wrong or are missing.
#include <random>
#include <string>

#include "analysis/analysis.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/analysis/support.hpp"

using namespace wirestory;
using namespace wirestory::analysis;
using namespace wirestory::test;
using capture::kAck;
using capture::kPsh;
using capture::kSyn;

TEST_CASE("an empty recording has an empty analysis", "[analysis]") {
    const Analysis analysis = analyse(Recording{});
    CHECK(analysis.flows.empty());
    CHECK(analysis.findings.empty());
    CHECK(trace(Recording{}, analysis, {EventKind::kPacket, 7}).events.size() == 1);
}

TEST_CASE("frames that do not decode belong to no flow", "[analysis]") {
    Pair pair;
    pair.builder.frame(us(200), "");
    pair.builder.frame(us(201), "no frame at all");
    pair.builder.frame(us(202), std::string(60, '\xff'));
    pair.link.data(End::kClient, us(210), "x");
    const Recording recording = pair.builder.build();
    const Analysis analysis = analyse(recording);
    REQUIRE(analysis.packets.size() == 7);
    CHECK(analysis.packets.flow[3] == kNoFlow);
    CHECK(analysis.packets.flow[5] == kNoFlow);
    CHECK(analysis.packets.flow[6] == 0);
    CHECK(trace(recording, analysis, {EventKind::kPacket, 4}).events.size() == 1);
}

TEST_CASE("ids that point outside the recording are ignored", "[analysis]") {
    Pair pair;
    pair.builder.send(pair.client, "x", {us(200), us(210)}).returned = std::numeric_limits<std::int64_t>::max();
    Recording recording = pair.builder.build();
    recording.calls[0].socket = 77;
    recording.calls[1].accepted = 78;
    recording.sockets[2].actor = 500;
    recording.actors.clear();
    Sample sample;
    sample.socket = 99;
    recording.samples.push_back(sample);
    recording.tx_reports.push_back({us(1), 98, TxReportKind::kSoftware, 0});
    const Analysis analysis = analyse(recording);
    CHECK(broken_invariant(analysis).empty());
    CHECK(analysis.flows.size() == 1);
    CHECK(disagreements_text(recording, analysis).empty());
}

TEST_CASE("a segment carried before is a retransmission, and counts once", "[analysis]") {
    Pair pair;
    pair.builder.send(pair.client, "abcdef", {us(200), us(220)});
    pair.link.data(End::kClient, us(205), "abcdef");
    pair.link.data_at(End::kClient, us(900), 0, "abcdef");
    pair.link.ack(End::kServer, us(910));
    const Recording recording = pair.builder.build();
    const Analysis analysis = analyse(recording);
    const StreamLedger& ledger = *analysis.stream({0, Side::kInitiator});
    REQUIRE(ledger.carried.size() == 2);
    CHECK_FALSE(ledger.carried[0].retransmission);
    CHECK(ledger.carried[1].retransmission);
    CHECK(send_steps_text(ledger) == "200:0/0/6 205:0/6/6 910:6/6/6");
    CHECK(first_carrier_of(ledger, 3)->packet == 3);
    const ByteTrace bytes = trace_range(recording, analysis, {0, Side::kInitiator}, {2, 3});
    CHECK(bytes.events == std::vector<EventRef>{{EventKind::kCall, call_index(recording, CallKind::kSend, 0)},
                                                {EventKind::kPacket, 3},
                                                {EventKind::kPacket, 4},
                                                {EventKind::kPacket, 5}});
}

TEST_CASE("bytes arrive in order only when the hole is filled", "[analysis]") {
    Pair pair;
    pair.builder.send(pair.client, "abcdef", {us(200), us(300)});
    pair.link.data_at(End::kClient, us(210), 3, "def");
    pair.link.data_at(End::kClient, us(220), 0, "abc");
    const Recording recording = pair.builder.build();
    const Analysis analysis = analyse(recording);
    const StreamLedger& ledger = *analysis.stream({0, Side::kInitiator});
    CHECK(receive_steps_text(ledger) == "220:0/6");
    CHECK_FALSE(ledger.carried[1].retransmission);
    CHECK(first_carrier_of(ledger, 0)->packet == 4);
    CHECK(carriers_of(ledger, {2, 4}) == std::vector<std::uint32_t>{0, 1});
}

TEST_CASE("offsets go on past 4 GiB", "[analysis]") {
    RecordingBuilder builder;
    const Endpoint client = endpoint("10.0.0.1", 1);
    const Endpoint server = endpoint("10.0.0.2", 2);
    TcpLink link(builder, client, server, 0xFFFFFF00, 7);
    link.handshake(us(0));
    constexpr StreamOffset kStride = 1U << 30U;
    TimeNs when = us(100);
    for (StreamOffset offset = 0; offset <= 6 * kStride; offset += kStride) {
        link.data_at(End::kClient, when += kMicrosecondNs, offset, "abcd");
        TcpSegment ack = link.next(End::kServer, kAck);
        ack.ack = 0xFFFFFF01 + static_cast<WireSeq>(offset + 4);
        builder.segment(when += kMicrosecondNs, ack);
    }
    const Recording recording = builder.build();
    const Analysis analysis = analyse(recording);
    const StreamLedger& ledger = *analysis.stream({0, Side::kInitiator});
    CHECK(ledger.carried.back().range == ByteRange{6 * kStride, 6 * kStride + 4});
    CHECK(ledger.acknowledged.back().up_to == 6 * kStride + 4);
    CHECK(ledger.total_bytes == 6 * kStride + 4);
    CHECK(broken_invariant(analysis).empty());
}

TEST_CASE("a capture that begins in the middle counts from what it saw first", "[analysis]") {
    RecordingBuilder builder;
    TcpSegment segment;
    segment.from = endpoint("10.0.0.1", 1);
    segment.to = endpoint("10.0.0.2", 2);
    segment.flags = kPsh | kAck;
    segment.seq = 5000;
    segment.ack = 900;
    segment.payload = "later";
    builder.segment(us(0), segment);
    segment.seq = 4997;  // retransmits 3 bytes from before the capture, and 2 of those it has
    builder.segment(us(10), segment);
    const Recording recording = builder.build();
    const Analysis analysis = analyse(recording);
    REQUIRE(analysis.flows.size() == 1);
    CHECK(analysis.flows[0].end(Side::kInitiator).initial_seq == 4999);
    CHECK(analysis.flows[0].end(Side::kResponder).initial_seq == 899);
    const StreamLedger& ledger = *analysis.stream({0, Side::kInitiator});
    REQUIRE(ledger.carried.size() == 2);
    CHECK(ledger.carried[1].range == ByteRange{0, 2});
    CHECK(ledger.carried[1].retransmission);
    CHECK(ledger.total_bytes == 5);
    CHECK(states_text(analysis, 0, Side::kInitiator) == "ESTABLISHED");
}

TEST_CASE("without calls, written is what was sent, and nothing is said of the receive buffer", "[analysis]") {
    RecordingBuilder builder;
    TcpLink link(builder, endpoint("10.0.0.1", 1), endpoint("10.0.0.2", 2));
    link.handshake(us(0));
    link.data(End::kClient, us(100), "abc");
    link.ack(End::kServer, us(110));
    const Recording recording = builder.build();
    const Analysis analysis = analyse(recording);
    const StreamLedger& ledger = *analysis.stream({0, Side::kInitiator});
    CHECK(send_steps_text(ledger) == "100:0/3/3 110:3/3/3");
    CHECK(ledger.receive_buffer.empty());
    CHECK(ledger.messages.empty());
    CHECK(analysis.flows[0].end(Side::kInitiator).actor == kNoActor);
    CHECK(analysis.findings.empty());
}

TEST_CASE("a SYN with a number of its own begins a new flow; a repeated one does not", "[analysis]") {
    RecordingBuilder builder;
    const Endpoint client = endpoint("10.0.0.1", 1);
    const Endpoint server = endpoint("10.0.0.2", 2);
    TcpLink first(builder, client, server, 100, 200);
    first.syn(us(0));
    TcpSegment again = first.next(End::kClient, kSyn);
    again.seq = 100;
    builder.segment(us(5), again);
    first.syn_ack(us(10));
    first.ack(End::kClient, us(20));
    first.fin(End::kClient, us(30));
    first.fin(End::kServer, us(40));
    first.ack(End::kClient, us(50));
    TcpLink second(builder, client, server, 90'000, 80'000);
    second.handshake(us(100));
    const Analysis analysis = analyse(builder.build());
    REQUIRE(analysis.flows.size() == 2);
    CHECK(analysis.flows[0].packets.size() == 7);
    CHECK(analysis.flows[1].packets.size() == 3);
    CHECK(analysis.flows[0].marks.syn == 1);  // the one that was answered
    CHECK(states_text(analysis, 1, Side::kResponder) == "SYN_RECEIVED ESTABLISHED");
}

TEST_CASE("a refused connection is SYN_SENT, then closed, and the other end never was", "[analysis]") {
    RecordingBuilder builder;
    const ActorId client = builder.actor("client", "10.0.0.1");
    const SocketId socket = builder.socket(client, SocketFamily::kTcp);
    builder.set_endpoints(socket, {}, endpoint("10.0.0.2", 2));
    builder.failed_call(CallKind::kConnect, socket, {us(0), us(40)}, "server:2", 111);
    TcpLink link(builder, endpoint("10.0.0.1", 1), endpoint("10.0.0.2", 2));
    link.syn(us(10));
    TcpSegment rst = link.next(End::kServer, capture::kRst | kAck);
    rst.seq = 0;
    builder.segment(us(20), rst);
    const Analysis analysis = analyse(builder.build());
    CHECK(analysis.flows[0].end(Side::kInitiator).socket == socket);
    CHECK(states_text(analysis, 0, Side::kInitiator) == "SYN_SENT CLOSED");
    CHECK(states_text(analysis, 0, Side::kResponder).empty());
    CHECK_FALSE(analysis.flows[0].end(Side::kResponder).initial_seq_known);
}

TEST_CASE("a reset empties the send buffers", "[analysis]") {
    Pair pair;
    pair.builder.send(pair.client, "abc", {us(200), us(220)});
    pair.link.data(End::kClient, us(205), "abc");
    pair.link.rst(End::kServer, us(300));
    const Analysis analysis = analyse(pair.builder.build());
    CHECK(send_steps_text(*analysis.stream({0, Side::kInitiator})) == "200:0/0/3 205:0/3/3 300:3/3/3");
    CHECK(analysis.stream({0, Side::kInitiator})->acknowledged.empty());
    CHECK(states_text(analysis, 0, Side::kInitiator) == "SYN_SENT ESTABLISHED CLOSED");
}

TEST_CASE("two FINs that cross are a simultaneous close", "[analysis]") {
    Pair pair;
    pair.link.hold_ack(End::kServer, 0);
    pair.link.fin(End::kClient, us(200));
    pair.link.fin(End::kServer, us(201));
    pair.link.hold_ack(End::kServer, -1);
    pair.link.ack(End::kClient, us(210));
    pair.link.ack(End::kServer, us(211));
    const Analysis analysis = analyse(pair.builder.build());
    CHECK(states_text(analysis, 0, Side::kInitiator) == "SYN_SENT ESTABLISHED FIN_WAIT1 CLOSING TIME_WAIT");
    CHECK(states_text(analysis, 0, Side::kResponder) == "SYN_RECEIVED ESTABLISHED FIN_WAIT1 CLOSING TIME_WAIT");
}

TEST_CASE("a kernel sample that contradicts wins", "[analysis]") {
    Pair pair;
    pair.builder.tcp_sample(us(5000), pair.client, SampleTrigger::kTick, TcpState::kClosed);
    pair.builder.call(CallKind::kClose, pair.listener, {us(9000), us(9010)});
    const Analysis analysis = analyse(pair.builder.build());
    CHECK(states_text(analysis, 0, Side::kInitiator) == "SYN_SENT ESTABLISHED CLOSED");
    CHECK(analysis.states[2].evidence == Evidence::kMeasured);
    CHECK(analysis.states[2].cause.kind == EventKind::kSample);
    CHECK(analysis.states[1].evidence == Evidence::kInferred);
}

TEST_CASE("a peek takes nothing; partial reads follow one another", "[analysis]") {
    Pair pair;
    pair.builder.send(pair.client, "abcdef", {us(200), us(220)});
    pair.link.data(End::kClient, us(205), "abcdef");
    pair.builder.recv(pair.conn, 10, "abcdef", {us(300), us(305)}, "MSG_PEEK");
    pair.builder.recv(pair.conn, 4, "abcd", {us(310), us(315)});
    pair.builder.recv(pair.conn, 4, "ef", {us(320), us(325)});
    const Analysis analysis = analyse(pair.builder.build());
    const StreamLedger& ledger = *analysis.stream({0, Side::kInitiator});
    CHECK(receive_steps_text(ledger) == "205:0/6 315:4/6 325:6/6");
    REQUIRE(ledger.read.size() == 2);
    CHECK(reads_in(ledger, {3, 5}).size() == 2);
    CHECK(count_of(analysis, FindingKind::kStickyRead) == 0);
}

TEST_CASE("a send that slept fills the buffer as the kernel's samples say", "[analysis]") {
    Pair pair;
    Call& send = pair.builder.send(pair.client, std::string(100, 'x'), {us(200), us(900)});
    send.slept = true;
    pair.link.data(End::kClient, us(205), std::string(40, 'x'));
    pair.builder.tcp_sample(us(400), pair.client, SampleTrigger::kTick, TcpState::kEstablished, 70, 30);
    const Recording recording = pair.builder.build();
    const Analysis analysis = analyse(recording);
    CHECK(send_steps_text(*analysis.stream({0, Side::kInitiator})) == "205:0/40/40 400:0/40/70 900:0/40/100");
    CHECK(disagreements_text(recording, analysis).empty());
}

TEST_CASE("what the capture lost is proved by what follows", "[analysis]") {
    Pair pair;
    pair.builder.send(pair.client, "abcdef", {us(200), us(220)});
    pair.builder.recv(pair.conn, 10, "abcdef", {us(300), us(305)});  // its segment was not captured
    const Analysis analysis = analyse(pair.builder.build());
    CHECK(send_steps_text(*analysis.stream({0, Side::kInitiator})) == "200:0/0/6 305:0/6/6");
    CHECK(receive_steps_text(*analysis.stream({0, Side::kInitiator})) == "305:6/6");
    CHECK(broken_invariant(analysis).empty());
}

TEST_CASE("a kernel figure that differs is named", "[analysis]") {
    Pair pair;
    pair.builder.send(pair.client, "abc", {us(200), us(220)});
    pair.link.data(End::kClient, us(205), "abc");
    pair.builder.tcp_sample(us(5000), pair.client, SampleTrigger::kTick, TcpState::kEstablished, 4, 0, 0);
    pair.builder.tcp_sample(us(5001), pair.conn, SampleTrigger::kTick, TcpState::kEstablished, 0, 0, 3);
    pair.builder.tx_report(us(206), pair.client, TxReportKind::kSoftware, 2);
    pair.builder.tx_report(us(207), pair.client, TxReportKind::kSoftware, 1);
    const Recording recording = pair.builder.build();
    CHECK(disagreements_text(recording, analyse(recording)) ==
          "sample 0: SIOCOUTQ is 4, derived 3..3\nsend report 1: byte 1 is not the last of any send\n");
}

TEST_CASE("any order of sends, segments, ACKs and reads keeps the ledger's order", "[analysis][property]") {
    std::mt19937 random(20241120);
    for (int round = 0; round < 60; ++round) {
        Pair pair;
        StreamOffset written = 0;
        StreamOffset sent = 0;
        StreamOffset acknowledged = 0;
        StreamOffset read = 0;
        std::int64_t now = 200;
        const auto up_to = [&](StreamOffset most) {
            return std::uniform_int_distribution<StreamOffset>(1, most)(random);
        };
        for (int step = 0; step < 80; ++step) {
            now += std::uniform_int_distribution<int>(1, 30)(random);
            const auto what = std::uniform_int_distribution<int>(0, 4)(random);
            if (what == 0) {
                const StreamOffset bytes = up_to(50);
                pair.builder.send(pair.client, std::string(bytes, 'w'), {us(now), us(now + 1)});
                written += bytes;
            } else if (what == 1 && sent < written) {
                const StreamOffset bytes = up_to(written - sent);
                pair.link.data_at(End::kClient, us(now), sent, std::string(bytes, 'w'));
                sent += bytes;
            } else if (what == 2 && sent > 0) {
                const StreamOffset begin = up_to(sent) - 1;  // once more
                pair.link.data_at(End::kClient, us(now), begin, std::string(up_to(sent - begin), 'w'));
            } else if (what == 3 && acknowledged < sent) {
                acknowledged += up_to(sent - acknowledged);
                pair.link.hold_ack(End::kServer, static_cast<std::int64_t>(acknowledged));
                pair.link.ack(End::kServer, us(now));
            } else if (what == 4 && read < sent) {
                const StreamOffset bytes = up_to(sent - read);
                pair.builder.recv(pair.conn, 5000, std::string(bytes, 'w'), {us(now), us(now + 1)});
                read += bytes;
            }
        }
        const Recording recording = pair.builder.build();
        const Analysis analysis = analyse(recording);
        REQUIRE(broken_invariant(analysis).empty());
        const StreamLedger& ledger = *analysis.stream({0, Side::kInitiator});
        REQUIRE(ledger.total_bytes == written);
        if (!ledger.send_buffer.empty()) {
            REQUIRE(ledger.send_buffer.back().written == written);
            REQUIRE(ledger.send_buffer.back().sent == sent);
            REQUIRE(ledger.send_buffer.back().acknowledged == acknowledged);
        }
        if (!ledger.receive_buffer.empty()) {
            REQUIRE(ledger.receive_buffer.back().read == read);
            REQUIRE(ledger.receive_buffer.back().arrived == sent);
        }
        for (StreamOffset offset = 0; offset < sent; offset += 7) REQUIRE(first_carrier_of(ledger, offset) != nullptr);
        REQUIRE(first_carrier_of(ledger, sent) == nullptr);
    }
}

TEST_CASE("an urgent byte is passed over by the reads behind it, unless it is taken in line", "[analysis]") {
    for (const bool in_line : {false, true}) {
        Pair pair;
        if (in_line) pair.builder.call(CallKind::kSetsockopt, pair.conn, {us(180), us(182)}, "SO_OOBINLINE, 1");
        pair.builder.send(pair.client, "abc", {us(200), us(210)});
        pair.link.data(End::kClient, us(205), "abc");
        pair.builder.send(pair.client, "x!", {us(220), us(230)}).arguments += ", MSG_OOB";
        pair.link.data(End::kClient, us(225), "x!");
        pair.builder.send(pair.client, "de", {us(240), us(250)});
        pair.link.data(End::kClient, us(245), "de");
        pair.builder.recv(pair.conn, 9, "abcx", {us(300), us(310)});
        if (!in_line) pair.builder.recv(pair.conn, 1, "!", {us(320), us(330)}, "MSG_OOB");
        pair.builder.recv(pair.conn, 9, in_line ? "!de" : "de", {us(340), us(350)});
        const Recording recording = pair.builder.build();
        const Analysis analysis = analyse(recording);
        const StreamLedger& ledger = analysis.streams.front();
        REQUIRE(ledger.read.size() == 2);
        CHECK(ledger.read[0].range == ByteRange{0, 4});
        CHECK(ledger.read[1].range == ByteRange{in_line ? StreamOffset{4} : StreamOffset{5}, 7});
    }
}
