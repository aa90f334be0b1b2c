// The TCP analysis in Wireshark's terms. What each test expects is what tshark 4.0 says of the same segments.
#include <string>

#include "analysis/analysis.hpp"
#include "analysis/tcp/segment_flags.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/analysis/support.hpp"

using namespace wirestory;
using namespace wirestory::analysis;
using namespace wirestory::test;
using capture::kAck;
using capture::kFin;
using capture::kPsh;
using capture::kRst;
using capture::kSyn;

namespace {

// The handshake is packets 0 to 2; the round trip is 20 us.
struct Capture : CaptureOfPair {
    Capture() { link.handshake(us(0)); }

    // A segment of the link's next numbers, changed by `change`.
    template <class Change>
    std::uint32_t changed(End from, TimeNs when, std::uint16_t flags, std::string_view payload, Change change) {
        TcpSegment segment = link.next(from, flags, payload);
        change(segment);
        return builder.segment(when, segment);
    }
    // "retransmission fast_retransmission", "" for none.
    [[nodiscard]] std::string flags_of(std::uint32_t packet) {
        const Recording recording = builder.recording();  // a copy: more may follow
        const std::uint16_t flags = analyse(recording).packets.segment_flags[packet];
        std::string text;
        for (const auto& [flag, name] : kSegmentFlagNames) {
            if ((flags & flag) != 0) text += (text.empty() ? "" : " ") + std::string(name);
        }
        return text;
    }
};

}  // namespace

TEST_CASE("a plain exchange has no flags", "[tcp]") {
    Capture capture;
    capture.link.data(End::kClient, us(100), "request");
    capture.link.data(End::kServer, us(200), "answer");
    capture.link.ack(End::kClient, us(220));
    capture.link.fin(End::kClient, us(300));
    capture.link.fin(End::kServer, us(320));
    capture.link.ack(End::kClient, us(340));
    for (std::uint32_t packet = 0; packet < 9; ++packet) CHECK(capture.flags_of(packet).empty());
}

TEST_CASE("bytes again, late: a retransmission; bytes that were acknowledged: a spurious one", "[tcp]") {
    Capture capture;
    capture.link.data(End::kClient, us(100), "abcdef");
    const std::uint32_t again = capture.link.data_at(End::kClient, us(300'000), 0, "abcdef");
    capture.link.ack(End::kServer, us(300'020));
    const std::uint32_t for_nothing = capture.link.data_at(End::kClient, us(600'000), 0, "abcdef");
    CHECK(capture.flags_of(again) == "retransmission");
    CHECK(capture.flags_of(for_nothing) == "retransmission spurious_retransmission");
}

TEST_CASE("three ACKs of the same: duplicates, and what follows soon is a fast retransmission", "[tcp]") {
    Capture capture;
    capture.link.data(End::kClient, us(100), "aaaa");
    capture.link.data(End::kClient, us(110), "bbbb");
    capture.link.data(End::kClient, us(120), "cccc");
    capture.link.hold_ack(End::kServer, 0);
    const std::uint32_t first = capture.link.ack(End::kServer, us(200));
    const std::uint32_t second = capture.link.ack(End::kServer, us(210));
    const std::uint32_t third = capture.link.ack(End::kServer, us(220));
    const std::uint32_t fast = capture.link.data_at(End::kClient, us(300), 0, "aaaa");
    CHECK(capture.flags_of(first) == "window_update");  // the window of the SYN ACK was another
    CHECK(capture.flags_of(second) == "duplicate_ack");
    CHECK(capture.flags_of(third) == "duplicate_ack");
    CHECK(capture.flags_of(fast) == "retransmission fast_retransmission");
}

TEST_CASE("one duplicate ACK alone, or one long ago, makes no fast retransmission", "[tcp]") {
    Capture capture;
    capture.link.data(End::kClient, us(100), "aaaa");
    capture.link.data(End::kClient, us(110), "bbbb");
    capture.link.hold_ack(End::kServer, 0);
    capture.link.ack(End::kServer, us(200));
    capture.link.ack(End::kServer, us(210));
    const std::uint32_t after_one = capture.link.data_at(End::kClient, us(300), 0, "aaaa");
    CHECK(capture.flags_of(after_one) == "retransmission");
    capture.link.ack(End::kServer, us(400));
    const std::uint32_t long_after = capture.link.data_at(End::kClient, us(40'000), 0, "aaaa");
    CHECK(capture.flags_of(long_after) == "retransmission");
}

TEST_CASE("a gap is a lost segment; what fills it within the round trip was overtaken", "[tcp]") {
    Capture capture;
    const std::uint32_t ahead = capture.link.data_at(End::kClient, us(100), 4, "bbbb");
    const std::uint32_t late = capture.link.data_at(End::kClient, us(110), 0, "aaaa");
    CHECK(capture.flags_of(ahead) == "lost_segment");
    CHECK(capture.flags_of(late) == "out_of_order");
}

TEST_CASE("an ACK of bytes that nobody saw is told once", "[tcp]") {
    Capture capture;
    const std::uint32_t first = capture.changed(End::kServer, us(100), kAck, "", [](auto& s) { s.ack += 100; });
    const std::uint32_t next = capture.changed(End::kServer, us(110), kAck, "", [](auto& s) { s.ack += 200; });
    CHECK(capture.flags_of(first) == "ack_lost_segment");
    CHECK(capture.flags_of(next).empty());
}

TEST_CASE("a closed window, its probe, the probe's answer and the update that opens it", "[tcp]") {
    Capture capture;
    capture.link.data(End::kClient, us(100), "data");
    const auto closed = [](auto& s) { s.window = 0; };
    const std::uint32_t zero = capture.changed(End::kServer, us(110), kAck, "", closed);
    const std::uint32_t probe = capture.changed(End::kClient, us(200), kAck, "x", [](auto&) {});
    const std::uint32_t answer = capture.changed(End::kServer, us(210), kAck, "", closed);
    const std::uint32_t opened = capture.changed(End::kServer, us(300), kAck, "", [](auto&) {});
    CHECK(capture.flags_of(zero) == "zero_window");
    CHECK(capture.flags_of(probe) == "zero_window_probe");
    CHECK(capture.flags_of(answer) == "zero_window zero_window_probe_ack");
    CHECK(capture.flags_of(opened) == "window_update");
}

TEST_CASE("a segment that reaches the end of the scaled window fills it", "[tcp]") {
    Capture capture;
    capture.link.data(End::kClient, us(100), "data");
    capture.changed(End::kServer, us(110), kAck, "", [](auto& s) { s.window = 1; });  // 128 bytes by the scale of 7
    const std::uint32_t near = capture.link.data(End::kClient, us(120), std::string(127, 'x'));
    const std::uint32_t full = capture.link.data(End::kClient, us(130), "y");
    CHECK(capture.flags_of(near).empty());
    CHECK(capture.flags_of(full) == "window_full");
}

TEST_CASE("a keep-alive repeats the last number, its ACK the last ACK", "[tcp]") {
    Capture capture;
    capture.link.data(End::kClient, us(100), "data");
    capture.link.ack(End::kServer, us(110));
    const std::uint32_t alive = capture.changed(End::kClient, us(900'000), kAck, "", [](auto& s) { --s.seq; });
    const std::uint32_t answer = capture.link.ack(End::kServer, us(900'020));
    CHECK(capture.flags_of(alive) == "keep_alive");
    CHECK(capture.flags_of(answer) == "keep_alive_ack");
}

TEST_CASE("a SYN with another number on the same ports begins another flow", "[tcp]") {
    Capture capture;
    TcpLink second(capture.builder, capture.client, capture.server, 9'000'000, 8'000'000);
    const std::uint32_t syn = second.syn(us(1'000'000));
    const TcpSegment copy{capture.client, capture.server, 9'000'000, 0, kSyn, 512, "", true};
    const std::uint32_t again = capture.builder.segment(us(2'000'000), copy);
    CHECK(capture.flags_of(syn) == "reused_ports");
    CHECK(capture.flags_of(again) == "retransmission");
    const Recording recording = capture.builder.build();
    const Analysis analysis = analyse(recording);
    CHECK(analysis.flows.size() == 2);
    CHECK(analysis.packets.flow[syn] == 1);
    CHECK(analysis.packets.flow[again] == 1);
}

TEST_CASE("one end's segments alone: another SYN ACK on the same ports begins another flow", "[tcp]") {
    RecordingBuilder builder;
    const Endpoint client = endpoint("10.0.0.1", 40001);
    const Endpoint server = endpoint("10.0.0.2", 80);
    builder.segment(us(0), {server, client, 5000, 1001, kSyn | kAck, 512, "", true});
    builder.segment(us(100), {server, client, 5001, 1001, kPsh | kAck, 512, "banner", true});
    builder.segment(us(900), {server, client, 7000, 3001, kSyn | kAck, 512, "", true});
    const Recording recording = builder.build();
    CHECK(analyse(recording).flows.size() == 2);
}

TEST_CASE("the numbers of a stream are counted on past 4 GiB, in the column as in the ledger", "[tcp]") {
    RecordingBuilder builder;
    const Endpoint client = endpoint("10.0.0.1", 40001);
    const Endpoint server = endpoint("10.0.0.2", 80);
    constexpr StreamOffset kStep = 1U << 30U;
    std::uint32_t packets = 0;
    for (StreamOffset offset = 0; offset < 20 * kStep; offset += kStep, ++packets) {
        const TcpSegment segment{client, server, static_cast<WireSeq>(1 + offset), 1, kAck, 512, "x", true};
        builder.segment(us(100 * packets), segment);
    }
    const Recording recording = builder.build();
    const Analysis analysis = analyse(recording);
    for (std::uint32_t packet = 0; packet < packets; ++packet) CHECK(analysis.packets.offset[packet] == packet * kStep);
    CHECK(analysis.stream({0, Side::kInitiator})->carried.back().range.begin == 19 * kStep);
}
