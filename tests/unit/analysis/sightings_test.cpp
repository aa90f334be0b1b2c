// On a wire: a packet is analysed once; what leaves counts for its sender then, what arrives for its receiver then.
#include "analysis/analysis.hpp"
#include "analysis/fate_words.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/over_wire.hpp"
#include "tests/support/recording_builder.hpp"

using namespace wirestory;
using namespace wirestory::analysis;
using namespace wirestory::test;

namespace {

constexpr DurationNs kDelay = 10 * kMillisecondNs;
TimeNs ms(std::int64_t milliseconds) { return us(1000 * milliseconds); }

const Endpoint kClient = endpoint("10.0.0.1", 40000);
const Endpoint kServer = endpoint("10.0.0.2", 9000);

Way after_delay(std::uint32_t, TimeNs left) { return {{left + kDelay}, {}}; }

// Handshake, "hello" from the client, its ACK; each side answers when the packet has come.
struct Talk {
    RecordingBuilder builder;
    SocketId client, server;
    std::uint32_t hello, ack;
    Talk() {
        const ActorId a = builder.actor("client", "10.0.0.1");
        const ActorId b = builder.actor("server", "10.0.0.2");
        client = builder.socket(a, SocketFamily::kTcp);
        server = builder.socket(b, SocketFamily::kTcp, "conn");
        builder.set_endpoints(client, kClient, kServer);
        builder.set_endpoints(server, kServer, kClient);
        builder.call(CallKind::kConnect, client, {ms(0), ms(21)}, "server:9000");
        builder.accept(builder.socket(b, SocketFamily::kTcp), server, {ms(0), ms(31)});
        TcpLink link(builder, kClient, kServer);
        link.syn(ms(1));
        link.syn_ack(ms(11));
        link.ack(End::kClient, ms(21));
        builder.send(client, "hello", {ms(25), ms(26)});
        hello = link.data(End::kClient, ms(26), "hello");
        ack = link.ack(End::kServer, ms(36));
        builder.recv(server, 100, "hello", {ms(40), ms(41)});
    }
};

}  // namespace

TEST_CASE("Two sightings are one packet of one flow, with a departure and an arrival") {
    Talk talk;
    const Recording recording = over_wire(talk.builder.build(), after_delay);
    const Analysis analysis = analyse(recording);
    REQUIRE(analysis.flows.size() == 1);
    CHECK(recording.packets.size() == 10);
    CHECK(analysis.flows[0].packets.size() == 5);
    for (const std::uint32_t packet : analysis.flows[0].packets) {
        CHECK(analysis.sightings.is_logical(packet));
        CHECK(analysis.sightings.arrival_ns(packet) - analysis.sightings.departure_ns(packet) == kDelay);
        REQUIRE(analysis.sightings.arrivals(packet).size() == 1);
        const Arrival& arrival = analysis.sightings.arrivals(packet)[0];
        CHECK(analysis.sightings.logical(arrival.packet) == packet);
        CHECK(analysis.packets.flow[arrival.packet] == kNoFlow);
        CHECK(analysis.sightings.loss(packet) == nullptr);
        CHECK(describe_fate(recording, analysis.sightings, packet).empty());
    }
}

TEST_CASE("Bytes arrive when their segment does, and are acknowledged when the ACK does") {
    Talk talk;
    const Recording recording = over_wire(talk.builder.build(), after_delay);
    const Analysis analysis = analyse(recording);
    const StreamLedger* stream = analysis.stream({0, Side::kInitiator});
    REQUIRE(stream != nullptr);
    REQUIRE(stream->carried.size() == 1);
    CHECK(stream->carried[0].time_ns == ms(26));
    REQUIRE(stream->acknowledged.size() == 1);
    CHECK(stream->acknowledged[0].time_ns == ms(46));
    REQUIRE(stream->receive_buffer.size() == 2);
    CHECK(stream->receive_buffer[0].time_ns == ms(36));
    CHECK(stream->receive_buffer[0].arrived == 5);
    CHECK(stream->receive_buffer[1].read == 5);
    REQUIRE(stream->send_buffer.size() == 3);
    CHECK(stream->send_buffer[1].sent == 5);
    CHECK(stream->send_buffer[1].time_ns == ms(26));
    CHECK(stream->send_buffer[2].acknowledged == 5);
    CHECK(stream->send_buffer[2].time_ns == ms(46));
}

TEST_CASE("Each end's state changes when the packet is there") {
    Talk talk;
    const Recording recording = over_wire(talk.builder.build(), after_delay);
    const Analysis analysis = analyse(recording);
    std::vector<std::pair<TcpState, TimeNs>> client, server;
    for (const StateSpan& span : analysis.states)
        (span.side == Side::kInitiator ? client : server).push_back({span.state, span.begin_ns});
    CHECK(client ==
          std::vector<std::pair<TcpState, TimeNs>>{{TcpState::kSynSent, ms(1)}, {TcpState::kEstablished, ms(21)}});
    CHECK(server ==
          std::vector<std::pair<TcpState, TimeNs>>{{TcpState::kSynReceived, ms(11)}, {TcpState::kEstablished, ms(31)}});
}

TEST_CASE("What the wire lost never arrives, and says why") {
    Talk talk;
    Recording flat = talk.builder.build();
    const std::uint32_t hello = talk.hello;
    Recording recording = over_wire(flat, [hello](std::uint32_t packet, TimeNs left) {
        return packet == hello ? Way{{}, DropCause::kRule} : after_delay(packet, left);
    });
    recording.wire_rules = {"drop client > server: PSH ACK"};
    for (WireFate& fate : recording.fates) {
        if (fate.cause == DropCause::kRule) fate.rule = 0;
    }
    const Analysis analysis = analyse(recording);
    std::uint32_t lost = kNoIndex;
    for (const std::uint32_t packet : analysis.flows[0].packets) {
        if (analysis.packets.payload_bytes[packet] > 0) lost = packet;
    }
    REQUIRE(lost != kNoIndex);
    CHECK(analysis.sightings.arrivals(lost).empty());
    CHECK(analysis.sightings.arrival_ns(lost) == kNeverArrives);
    REQUIRE(analysis.sightings.loss(lost) != nullptr);
    CHECK(describe_fate(recording, analysis.sightings, lost) ==
          "lost on the wire: rule 1 (drop client > server: PSH ACK)");
    CHECK(describe_fate(recording, analysis.sightings, lost, Language::kChinese).find("丢失") != std::string::npos);
}

TEST_CASE("A FIN that overtakes data counts when the hole is filled") {
    RecordingBuilder builder;
    builder.actor("client", "10.0.0.1");
    builder.actor("server", "10.0.0.2");
    TcpLink link(builder, kClient, kServer);
    link.handshake(ms(0));
    const std::uint32_t data = link.data(End::kClient, ms(100), "late");
    link.fin(End::kClient, ms(101));
    const Recording recording = over_wire(builder.build(), [data](std::uint32_t packet, TimeNs left) {
        return Way{{left + (packet == data ? 50 : 1) * kMillisecondNs}, {}};
    });
    const Analysis analysis = analyse(recording);
    TimeNs close_wait = 0;
    for (const StateSpan& span : analysis.states) {
        if (span.side == Side::kResponder && span.state == TcpState::kCloseWait) close_wait = span.begin_ns;
    }
    CHECK(close_wait == ms(150));
}

TEST_CASE("A datagram is lost, doubled, or taken in the order of arrival") {
    RecordingBuilder builder;
    const ActorId a = builder.actor("client", "10.0.0.1");
    const ActorId b = builder.actor("server", "10.0.0.2");
    const SocketId client = builder.socket(a, SocketFamily::kUdp);
    const SocketId server = builder.socket(b, SocketFamily::kUdp);
    builder.set_endpoints(client, kClient);
    builder.set_endpoints(server, kServer);
    builder.call(CallKind::kBind, server, {us(-20), us(-10)}, "9000");
    const char* texts[] = {"one", "two", "three"};
    for (int i = 0; i < 3; ++i) {
        builder.sendto(client, texts[i], kServer, {ms(i), ms(i) + 100'000});
        builder.datagram(ms(i) + 50'000, kClient, kServer, texts[i]);
    }
    // "one" comes last, "two" never, "three" twice
    builder.recvfrom(server, 100, "three", kClient, {ms(30), ms(31)});
    builder.recvfrom(server, 100, "three", kClient, {ms(32), ms(33)});
    builder.recvfrom(server, 100, "one", kClient, {ms(34), ms(35)});
    const Recording recording = over_wire(builder.build(), [](std::uint32_t packet, TimeNs) -> Way {
        if (packet == 0) return {{ms(20)}, {}};
        if (packet == 1) return {};
        return {{ms(12), ms(13)}, {}};
    });
    const Analysis analysis = analyse(recording);
    REQUIRE(analysis.datagrams.size() == 4);
    CHECK(analysis.datagrams[0].fate == DatagramFate::kRead);
    CHECK(recording.calls[analysis.datagrams[0].recv_call].enter_ns == ms(34));
    CHECK(analysis.datagrams[1].fate == DatagramFate::kLostOnWire);
    CHECK(analysis.datagrams[1].fate_evidence == Evidence::kMeasured);
    CHECK(analysis.datagrams[2].number == 3);
    CHECK_FALSE(analysis.datagrams[2].duplicate);
    CHECK(analysis.datagrams[3].number == 3);
    CHECK(analysis.datagrams[3].duplicate);
    CHECK(recording.calls[analysis.datagrams[3].recv_call].enter_ns == ms(32));
    REQUIRE(!analysis.datagram_queues.empty());
    CHECK(analysis.datagram_queues.front().time_ns == ms(12));
}
