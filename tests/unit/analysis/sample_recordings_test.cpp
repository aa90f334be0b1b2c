// The four sample recordings through the whole analysis: what a reader of the ladder is told.
#include "tests/support/sample_recordings.hpp"

#include <algorithm>

#include "analysis/analysis.hpp"
#include "analysis/kernel_agreement.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/recording_builder.hpp"
#include "tests/unit/analysis/support.hpp"

using namespace wirestory;
using namespace wirestory::analysis;
using namespace wirestory::test;

TEST_CASE("the handshake recording is one flow between named ends", "[analysis]") {
    const Recording recording = handshake_recording();
    const Analysis analysis = analyse(recording);
    REQUIRE(analysis.flows.size() == 1);
    const Flow& flow = analysis.flows[0];
    CHECK(flow.end(Side::kInitiator).actor == kClientActor);
    CHECK(flow.end(Side::kInitiator).socket == kClientSocket);
    CHECK(flow.end(Side::kResponder).actor == kServerActor);
    CHECK(flow.end(Side::kResponder).socket == kConnSocket);
    CHECK(flow.end(Side::kInitiator).mss_bytes == 65495);
    CHECK(flow.end(Side::kInitiator).window_scale == 7);
    CHECK(flow.packets.size() == 6);
    CHECK(analysis.packets.window_bytes[0] == 65495);  // a SYN's window is never scaled
    CHECK(analysis.packets.window_bytes[2] == 512 * 128);
    CHECK(findings_text(recording, analysis).empty());
    CHECK(states_text(analysis, 0, Side::kInitiator) == "SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT");
    CHECK(states_text(analysis, 0, Side::kResponder) == "SYN_RECEIVED ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED");
    REQUIRE(analysis.listens.size() == 1);
    CHECK(analysis.listens[0].begin_ns == us(45));
    CHECK(analysis.listens[0].end_ns == us(410));
    CHECK(disagreements_text(recording, analysis).empty());
}

TEST_CASE("the Nagle recording tells of hold, delayed ACK, glued write and sticky read", "[analysis]") {
    const Recording recording = nagle_recording();
    const Analysis analysis = analyse(recording);
    REQUIRE(analysis.findings.size() == 4);

    const Finding& ack = find_one(analysis, FindingKind::kDelayedAck);
    CHECK(ack.actor == kServerActor);
    CHECK(ack.range == ByteRange{0, 5});
    CHECK(ack.end_ns - ack.begin_ns == 40'200 * kMicrosecondNs);
    CHECK(ack.events == std::vector<EventRef>{{EventKind::kPacket, 3}, {EventKind::kPacket, 4}});
    CHECK(describe(recording, ack).find("server acknowledged 5 B from client only after 40.2 ms") == 0);

    const Finding& hold = find_one(analysis, FindingKind::kNagleHold);
    CHECK(hold.actor == kClientActor);
    CHECK(hold.range == ByteRange{5, 11});
    CHECK(hold.count == 2);
    CHECK(hold.evidence == Evidence::kMeasured);
    CHECK(hold.begin_ns == us(360));
    CHECK(hold.end_ns == us(40'537));
    CHECK(hold.events.front() == EventRef{EventKind::kCall, call_index(recording, CallKind::kSend, 1)});
    CHECK(std::count(hold.events.begin(), hold.events.end(), EventRef{EventKind::kPacket, 4}) == 1);
    CHECK(hold.events.back() == EventRef{EventKind::kPacket, 5});
    CHECK(describe(recording, hold).find("client's 2 sends (6 B) waited 40.2 ms in the send buffer: Nagle") == 0);

    const Finding& glued = find_one(analysis, FindingKind::kCoalescedWrite);
    CHECK(glued.range == ByteRange{5, 11});
    CHECK(glued.count == 2);
    CHECK(glued.evidence == Evidence::kMeasured);  // the id of "world" never came back
    CHECK(glued.events.front() == EventRef{EventKind::kPacket, 5});

    const Finding& sticky = find_one(analysis, FindingKind::kStickyRead);
    CHECK(sticky.actor == kServerActor);
    CHECK(sticky.range == ByteRange{0, 11});
    CHECK(sticky.count == 3);
    CHECK(sticky.events.size() == 4);
    CHECK(disagreements_text(recording, analysis).empty());
}

TEST_CASE("the Nagle recording's send buffer shows the held bytes", "[analysis]") {
    const Recording recording = nagle_recording();
    const Analysis analysis = analyse(recording);
    const StreamLedger& ledger = *analysis.stream({0, Side::kInitiator});
    CHECK(send_steps_text(ledger) ==
          "300:0/0/5 313:0/5/5 360:0/5/10 390:0/5/11 40513:5/5/11 40537:5/11/11 40541:11/11/11");
    CHECK(receive_steps_text(ledger) == "313:0/5 40537:0/11 40612:11/11");
    CHECK(ledger.total_bytes == 11);
    REQUIRE(ledger.messages.size() == 3);
    CHECK(ledger.messages_in({4, 6}).size() == 2);
    CHECK(ledger.messages_in({5, 5}).empty());
    CHECK(ledger.messages_in({10, 11})[0].number == 3);
}

TEST_CASE("the four-way close is a half close with data, and its FIN waits for its ACK", "[analysis]") {
    const Recording recording = close_four_way_recording();
    const Analysis analysis = analyse(recording);
    CHECK(states_text(analysis, 0, Side::kInitiator) == "SYN_SENT ESTABLISHED FIN_WAIT1 FIN_WAIT2 TIME_WAIT");
    CHECK(states_text(analysis, 0, Side::kResponder) == "SYN_RECEIVED ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED");
    const Finding& half = find_one(analysis, FindingKind::kHalfClose);
    CHECK(half.actor == kClientActor);
    CHECK(half.from == Side::kResponder);
    CHECK(half.range == ByteRange{0, 7});
    CHECK(half.begin_ns == us(415));
    CHECK(half.end_ns == us(40'815));
    CHECK(describe(recording, half).find("client closed its direction with a FIN, yet server went on sending: 7 B") ==
          0);
    const Finding& ack = find_one(analysis, FindingKind::kDelayedAck);
    CHECK(ack.range.empty());
    CHECK(describe(recording, ack).find("server acknowledged client's FIN only after 40.2 ms") == 0);
    CHECK(disagreements_text(recording, analysis).empty());

    const auto measured = std::count_if(analysis.states.begin(), analysis.states.end(),
                                        [](const StateSpan& s) { return s.evidence == Evidence::kMeasured; });
    CHECK(measured == 5);  // client: ESTABLISHED, FIN_WAIT1, FIN_WAIT2; server: ESTABLISHED, CLOSE_WAIT
}

TEST_CASE("the UDP recording tells which datagrams the kernel dropped", "[analysis]") {
    const Recording recording = udp_loss_recording();
    const Analysis analysis = analyse(recording);
    REQUIRE(analysis.datagrams.size() == 10);
    CHECK(fates_text(analysis) == "read read read read read read dropped dropped dropped dropped");
    for (std::uint32_t i = 0; i < 10; ++i) {
        CHECK(analysis.datagrams[i].number == i + 1);
        CHECK(analysis.datagrams[i].packet == i);
        CHECK(analysis.datagrams[i].send_call == call_index(recording, CallKind::kSendto, i));
        CHECK(analysis.datagrams[i].fate_evidence == Evidence::kMeasured);
    }
    const Finding& dropped = find_one(analysis, FindingKind::kDatagramDroppedInReceiveBuffer);
    CHECK(dropped.count == 4);
    CHECK(dropped.actor == kServerActor);
    CHECK(dropped.evidence == Evidence::kMeasured);
    CHECK(dropped.events.front() == EventRef{EventKind::kPacket, 6});
    CHECK(describe(recording, dropped).find("4 datagrams from client reached server and were dropped") == 0);
    CHECK(describe(recording, dropped).find("8.0 KiB") != std::string::npos);
    REQUIRE(analysis.datagram_queues.size() == 12);
    CHECK(analysis.datagram_queues[5].waiting == std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5});
    CHECK(analysis.datagram_queues[6].waiting == std::vector<std::uint32_t>{1, 2, 3, 4, 5});
    CHECK(analysis.datagram_queues[11].waiting.empty());
}
