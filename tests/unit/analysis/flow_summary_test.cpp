// How a connection began and ended, and its figures: on segments made by hand.
#include "analysis/flow_summary.hpp"

#include <string>

#include "analysis/flow_words.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/analysis/support.hpp"

using namespace wirestory;
using namespace wirestory::analysis;
using namespace wirestory::test;
using capture::kAck;
using capture::kRst;
using capture::kSyn;

namespace {

struct Capture : CaptureOfPair {
    FlowSummary summary() {
        const Recording recording = builder.build();
        const Analysis analysis = analyse(recording);
        REQUIRE(analysis.flows.size() == 1);
        return summarise(recording, analysis, 0);
    }
    // "handshake closed 31"
    std::string course() {
        const FlowSummary made = summary();
        return std::string(to_string(made.beginning)) + " " + std::string(to_string(made.ending)) + " " +
               std::to_string(made.completeness);
    }
};

}  // namespace

TEST_CASE("summary: handshake, data, an ordinary close", "[summary]") {
    Capture capture;
    capture.link.handshake(us(0));
    capture.link.data(End::kClient, us(100), "question");
    capture.link.ack(End::kServer, us(130));
    capture.link.data(End::kServer, us(200), "answer");
    capture.link.ack(End::kClient, us(210));
    capture.link.fin(End::kServer, us(300));
    capture.link.fin(End::kClient, us(310));
    capture.link.ack(End::kServer, us(320));
    const FlowSummary summary = capture.summary();
    CHECK(summary.beginning == FlowBeginning::kHandshake);
    CHECK(summary.handshake_rtt_ns == 20 * kMicrosecondNs);
    CHECK(summary.ending == FlowEnding::kClosed);
    CHECK(summary.ended_by == Side::kResponder);
    CHECK(summary.completeness == (kHasSyn | kHasSynAck | kHasAck | kHasData | kHasFin));
    CHECK(summary.window_scaling);
    CHECK(summary.sack);
    const EndSummary& client = summary.end(Side::kInitiator);
    CHECK(client.packets == 5);
    CHECK(client.payload_bytes == 8);
    CHECK(client.most_in_flight_bytes == 8);
    CHECK(client.in_flight_bytes == 0);
    CHECK(client.round_trips.count == 1);
    CHECK(client.round_trips.mean_ns == 30 * kMicrosecondNs);
    CHECK(client.window_scale == 7);
    CHECK(client.state == TcpState::kClosed);
    CHECK(summary.end(Side::kResponder).state == TcpState::kTimeWait);
}

TEST_CASE("summary: how connections begin", "[summary]") {
    Capture unanswered;
    const TcpSegment again = unanswered.link.next(End::kClient, kSyn);
    unanswered.link.syn(us(0));
    unanswered.builder.segment(us(1'000'000), again);
    CHECK(unanswered.course() == "unanswered none 1");

    Capture refused;
    refused.link.syn(us(0));
    refused.builder.segment(us(10), refused.link.next(End::kServer, kRst | kAck));
    CHECK(refused.course() == "refused none 37");

    Capture unacknowledged;
    unacknowledged.link.syn(us(0));
    unacknowledged.link.syn_ack(us(10));
    CHECK(unacknowledged.course() == "unacknowledged open 3");

    Capture from_syn_ack;
    from_syn_ack.link.syn_ack(us(10));
    from_syn_ack.link.ack(End::kClient, us(20));
    CHECK(from_syn_ack.course() == "half-captured open 6");

    Capture one_way;
    one_way.link.syn(us(0));
    one_way.link.data(End::kClient, us(100), "only this direction was captured");
    CHECK(one_way.course() == "half-captured open 9");

    Capture middle;
    middle.link.data(End::kClient, us(0), "in the middle");
    middle.link.ack(End::kServer, us(10));
    CHECK(middle.course() == "before-capture open 12");

    Capture both;
    both.link.syn(us(0));
    both.builder.segment(us(5), both.link.next(End::kServer, kSyn));
    CHECK(both.course().starts_with("simultaneous-open"));
}

TEST_CASE("summary: data in the SYN that the SYN ACK takes is TCP Fast Open", "[summary]") {
    const auto opened = [](WireSeq taken) {
        RecordingBuilder builder;
        const TcpSegment syn{endpoint("10.0.0.1", 40001), endpoint("10.0.0.2", 80), 100, 0, kSyn, 512, "GET /"};
        const TcpSegment answer{syn.to, syn.from, 900, 101 + taken, kSyn | kAck, 512, ""};
        const TcpSegment last{syn.from, syn.to, 101 + taken, 901, kAck, 512, ""};
        builder.segment(us(0), syn);
        builder.segment(us(10), answer);
        builder.segment(us(20), last);
        const Recording recording = builder.build();
        const Analysis analysis = analyse(recording);
        return summarise(recording, analysis, 0).beginning;
    };
    CHECK(opened(5) == FlowBeginning::kFastOpen);
    CHECK(opened(0) == FlowBeginning::kHandshake);  // the server took the SYN, not its data
}

TEST_CASE("summary: how connections end", "[summary]") {
    Capture half;
    half.link.handshake(us(0));
    half.link.fin(End::kClient, us(100));
    half.link.ack(End::kServer, us(110));
    CHECK(half.course() == "handshake half-closed 23");

    Capture crossed;
    crossed.link.handshake(us(0));
    const TcpSegment theirs = crossed.link.next(End::kServer, capture::kFin | kAck);
    crossed.link.fin(End::kClient, us(100));
    crossed.builder.segment(us(101), theirs);
    TcpSegment last = theirs;
    last.seq += 1;
    last.flags = kAck;
    last.ack += 1;
    crossed.builder.segment(us(110), last);
    CHECK(crossed.course() == "handshake simultaneous-close 23");
}

TEST_CASE("summary: a RST, by whom and after what", "[summary]") {
    Capture early;
    early.link.handshake(us(0));
    early.link.rst(End::kServer, us(100));
    FlowSummary summary = early.summary();
    CHECK(summary.ending == FlowEnding::kReset);
    CHECK(summary.ended_by == Side::kResponder);
    CHECK(summary.reset_after == ResetAfter::kHandshake);

    Capture probe;
    probe.link.syn(us(0));
    probe.link.syn_ack(us(10));
    probe.link.rst(End::kClient, us(20));
    summary = probe.summary();
    CHECK(summary.beginning == FlowBeginning::kUnacknowledged);
    CHECK(summary.reset_after == ResetAfter::kSyn);

    Capture late;
    late.link.handshake(us(0));
    late.link.data(End::kClient, us(50), "data");
    late.link.rst(End::kClient, us(100));
    summary = late.summary();
    CHECK(summary.reset_after == ResetAfter::kData);
    CHECK(summary.end(Side::kInitiator).in_flight_bytes == 4);

    Capture over;
    over.link.handshake(us(0));
    over.link.fin(End::kClient, us(100));
    over.link.fin(End::kServer, us(110));
    over.link.ack(End::kClient, us(120));
    over.link.rst(End::kServer, us(130));
    CHECK(over.course() == "handshake closed 55");  // it was over before
}

TEST_CASE("summary: no round trip is measured with bytes that were sent twice", "[summary]") {
    Capture capture;
    capture.link.handshake(us(0));
    capture.link.data(End::kClient, us(100), "lost");
    capture.link.data_at(End::kClient, us(300'000), 0, "lost");
    capture.link.ack(End::kServer, us(300'020));
    capture.link.data(End::kClient, us(400'000), "then");
    capture.link.ack(End::kServer, us(400'050));
    const FlowSummary summary = capture.summary();
    const EndSummary& client = summary.end(Side::kInitiator);
    CHECK(client.resent == 1);
    CHECK(client.round_trips.count == 1);
    CHECK(client.round_trips.most_ns == 50 * kMicrosecondNs);
}

TEST_CASE("summary: every course has words in both languages", "[summary]") {
    const EndNames names{"client", "server"};
    for (const Language language : {Language::kEnglish, Language::kChinese}) {
        for (int beginning = 0; beginning <= static_cast<int>(FlowBeginning::kSimultaneousOpen); ++beginning) {
            FlowSummary summary;
            summary.beginning = static_cast<FlowBeginning>(beginning);
            CHECK_FALSE(beginning_words(summary, language).empty());
            CHECK_FALSE(to_string(summary.beginning).empty());
        }
        for (int after = 1; after <= static_cast<int>(ResetAfter::kFin); ++after) {
            FlowSummary summary;
            summary.ending = FlowEnding::kReset;
            summary.reset_after = static_cast<ResetAfter>(after);
            CHECK(ending_words(summary, names, language).find("client") != std::string::npos);
        }
        for (int ending = 0; ending < static_cast<int>(FlowEnding::kReset); ++ending) {
            FlowSummary summary;
            summary.ending = static_cast<FlowEnding>(ending);
            CHECK_FALSE(ending_words(summary, names, language).empty());
        }
    }
}

TEST_CASE("summary: nothing in it that could overflow or divide by zero on an empty flow", "[summary]") {
    RecordingBuilder builder;
    builder.datagram(us(0), endpoint("10.0.0.1", 5000), endpoint("10.0.0.2", 53), "question");
    const Recording recording = builder.build();
    const Analysis analysis = analyse(recording);
    CHECK(summarise(recording, analysis, 0).end(Side::kInitiator).payload_bytes == 8);
    CHECK(summarise(recording, analysis, 7).completeness == 0);  // there is no such flow
}
