// The latency ledger: parts add up to the whole, and each wait has its name.
#include <string>

#include "analysis/analysis.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/sample_recordings.hpp"
#include "tests/unit/analysis/support.hpp"

using namespace wirestory;
using namespace wirestory::analysis;
using namespace wirestory::test;

namespace {

// "sending 10 wake-up 5": parts in order, in microseconds. Throws out of the test when they do not add up.
std::string parts(const MessageLatency& latency) {
    std::string text;
    TimeNs now = latency.begin_ns;
    for (const LatencySlice& slice : latency.slices) {
        REQUIRE(slice.begin_ns == now);
        REQUIRE(slice.end_ns > slice.begin_ns);
        now = slice.end_ns;
        if (!text.empty()) text += " ";
        text +=
            std::string(to_string(slice.part)) + " " + std::to_string((slice.end_ns - slice.begin_ns) / kMicrosecondNs);
    }
    REQUIRE(now == latency.end_ns);
    return text;
}

std::string parts_of(Pair& pair, std::size_t message = 0) {
    const Analysis analysis = analyse(pair.builder.build());
    REQUIRE(analysis.latencies.size() > message);
    return parts(analysis.latencies[message]);
}

}  // namespace

TEST_CASE("latency: a reader that comes late, and one that sleeps", "[analysis]") {
    Pair late;
    late.builder.send(late.client, "hello", {us(200), us(220)});
    late.link.data(End::kClient, us(210), "hello");
    late.builder.call(CallKind::kGetsockname, late.conn, {us(300), us(310)});
    late.builder.recv(late.conn, 100, "hello", {us(400), us(405)});
    CHECK(parts_of(late) == "sending 10 not-reading 90 receiver-busy 10 not-reading 90 reading 5");

    Pair asleep;
    asleep.builder.recv(asleep.conn, 100, "hello", {us(150), us(260)}).slept = true;
    asleep.builder.send(asleep.client, "hello", {us(200), us(220)});
    asleep.link.data(End::kClient, us(210), "hello");
    CHECK(parts_of(asleep) == "sending 10 wake-up 50");
}

TEST_CASE("latency: Nagle's wait, and the delayed ACK in it", "[analysis]") {
    Pair pair;
    pair.builder.send(pair.client, "one", {us(200), us(220)});
    pair.link.data(End::kClient, us(205), "one");
    pair.builder.send(pair.client, "two", {us(230), us(235)});
    pair.link.ack(End::kServer, us(40'205));
    pair.link.data(End::kClient, us(40'215), "two");
    pair.builder.recv(pair.conn, 100, "onetwo", {us(41'215), us(41'220)});
    CHECK(parts_of(pair, 1) == "delayed-ack 39975 sending 10 not-reading 1000 reading 5");
}

TEST_CASE("latency: the cork, the closed window, the full send buffer", "[analysis]") {
    Pair corked;
    corked.builder.call(CallKind::kSetsockopt, corked.client, {us(180), us(182)}, "TCP_CORK, 1");
    corked.builder.send(corked.client, "head", {us(200), us(205)});
    corked.builder.call(CallKind::kSetsockopt, corked.client, {us(900), us(920)}, "TCP_CORK, 0");
    corked.link.data(End::kClient, us(910), "head");
    corked.builder.recv(corked.conn, 100, "head", {us(150), us(930)}).slept = true;
    CHECK(parts_of(corked) == "cork 700 sending 10 wake-up 20");

    Pair closed;
    TcpSegment zero = closed.link.next(End::kServer, capture::kAck);
    zero.window = 0;
    closed.builder.segment(us(180), zero);
    closed.builder.send(closed.client, "hello", {us(200), us(205)});
    closed.link.ack(End::kServer, us(5200));
    closed.link.data(End::kClient, us(5210), "hello");
    closed.builder.recv(closed.conn, 100, "hello", {us(5300), us(5302)});
    CHECK(parts_of(closed) == "receive-window 5000 sending 10 not-reading 90 reading 2");

    Pair full;
    full.builder.send(full.client, "hello", {us(200), us(5200)}).slept = true;
    full.link.data(End::kClient, us(5195), "hello");
    full.builder.recv(full.conn, 100, "hello", {us(5300), us(5302)});
    CHECK(parts_of(full).find("send-buffer-full 49") == 0);
}

TEST_CASE("latency: recv that waits for more, and a part that nothing explains", "[analysis]") {
    Pair all;
    all.builder.recv(all.conn, 6, "onetwo", {us(150), us(2020)}, "MSG_WAITALL").slept = true;
    all.builder.send(all.client, "one", {us(200), us(220)});
    all.link.data(End::kClient, us(210), "one");
    all.link.ack(End::kServer, us(215));
    all.builder.send(all.client, "two", {us(2000), us(2015)});
    all.link.data(End::kClient, us(2010), "two");
    const Analysis analysis = analyse(all.builder.build());
    REQUIRE(analysis.latencies.size() == 2);
    CHECK(parts(analysis.latencies[0]) == "sending 10 waits-for-more 1800 wake-up 10");
    CHECK(parts(analysis.latencies[1]) == "sending 10 wake-up 10");

    Pair strange;  // nothing held it, and yet it left 100 ms late
    strange.builder.send(strange.client, "hello", {us(200), us(205)});
    strange.link.data(End::kClient, us(100'200), "hello");
    strange.builder.recv(strange.conn, 100, "hello", {us(100'300), us(100'302)});
    CHECK(parts_of(strange) == "sending 5005 unexplained 94995 not-reading 100 reading 2");
}

TEST_CASE("latency: of every message of the built recordings the parts add up", "[analysis]") {
    for (const Recording& recording : {nagle_recording(), udp_loss_recording(), close_four_way_recording()}) {
        const Analysis analysis = analyse(recording);
        CHECK_FALSE(analysis.latencies.empty());
        for (const MessageLatency& latency : analysis.latencies) {
            CHECK_FALSE(parts(latency).empty());
            CHECK(latency_of(analysis, latency.stream, latency.number) == &latency);
        }
    }
}

TEST_CASE("every part of the latency has its words in both languages", "[analysis]") {
    for (std::size_t i = 0; i < kLatencyPartCount; ++i) {
        const auto part = static_cast<LatencyPart>(i);
        CHECK_FALSE(to_string(part).empty());
        CHECK(std::string(explain(part, Language::kEnglish)).back() == '.');
        CHECK(std::string(explain(part, Language::kChinese)).find("。") != std::string::npos);
        CHECK(std::string(name_of(part, Language::kChinese)) != name_of(part, Language::kEnglish));
    }
}
