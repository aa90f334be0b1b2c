// Sightings of one packet find one another by what the wire told, and by content where it told nothing.
#include "recording/pair_sightings.hpp"

#include "recording/recording_writer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/over_wire.hpp"
#include "tests/support/recording_builder.hpp"
#include "tests/unit/recording/files.hpp"

using namespace wirestory;
using namespace wirestory::test;

namespace {

Recording three_datagrams(bool equal) {
    RecordingBuilder builder;
    builder.actor("alice", "10.0.0.1");
    builder.actor("bob", "10.0.0.2");
    for (int i = 0; i < 3; ++i) {
        if (equal && i > 0) {
            PacketRecord again = builder.recording().packets.record(0);
            const Bytes bytes(again.frame.begin(), again.frame.end());
            again.frame = bytes;
            again.time_ns = us(100 * i);
            builder.recording().packets.append_copy(again);
        } else {
            builder.datagram(us(100 * i), endpoint("10.0.0.1", 5000), endpoint("10.0.0.2", 9000),
                             "number " + std::to_string(i));
        }
    }
    return builder.build();
}

// Ids by time of packet.
std::vector<std::uint64_t> ids_of(const Recording& recording) {
    std::vector<std::uint64_t> ids;
    for (std::size_t i = 0; i < recording.packets.size(); ++i) ids.push_back(recording.packets.packet_id(i));
    return ids;
}

}  // namespace

TEST_CASE("Each packet and its arrival get one id, also when they overtake one another") {
    const auto slower_first = [](std::uint32_t packet, TimeNs left) {
        return Way{{left + (packet == 0 ? 1000 : 350) * kMicrosecondNs}, {}};
    };
    Recording recording = over_wire(three_datagrams(false), slower_first, false);
    pair_sightings(recording);
    // left 0, 1, 2 at 0, 100, 200 us; arrived 1, 2, 0 at 450, 550, 1000 us
    CHECK(ids_of(recording) == std::vector<std::uint64_t>{1, 2, 3, 2, 3, 1});
    for (std::size_t i = 0; i < 3; ++i) CHECK(recording.fates[i].packet_id == i + 1);
}

TEST_CASE("Equal frames are told apart by their number on the path") {
    const auto second_lost = [](std::uint32_t packet, TimeNs left) {
        return packet == 1 ? Way{} : Way{{left + 150 * kMicrosecondNs}, {}};
    };
    Recording recording = over_wire(three_datagrams(true), second_lost, false);
    pair_sightings(recording);
    // left at 0, 100, arrival of the first at 150, left at 200, arrival of the third at 350
    CHECK(ids_of(recording) == std::vector<std::uint64_t>{1, 2, 1, 3, 3});
    CHECK(recording.fates[1].cause == DropCause::kLoss);
    CHECK(recording.fates[1].packet_id == 2);
}

TEST_CASE("A duplicate's arrivals share their packet's id") {
    const auto twice = [](std::uint32_t packet, TimeNs left) {
        return packet == 2 ? Way{{left + 50 * kMicrosecondNs, left + 60 * kMicrosecondNs}, {}}
                           : Way{{left + 10 * kMicrosecondNs}, {}};
    };
    Recording recording = over_wire(three_datagrams(false), twice, false);
    pair_sightings(recording);
    CHECK(ids_of(recording) == std::vector<std::uint64_t>{1, 1, 2, 2, 3, 3, 3});
    CHECK(recording.fates.back().packet_id == 3);
}

TEST_CASE("Without a word from the wire the same bytes elsewhere are the same packet") {
    const auto quick = [](std::uint32_t, TimeNs left) { return Way{{left + 10 * kMicrosecondNs}, {}}; };
    Recording recording = over_wire(three_datagrams(false), quick, false);
    recording.fates.clear();
    pair_sightings(recording);
    CHECK(ids_of(recording) == std::vector<std::uint64_t>{1, 1, 2, 2, 3, 3});
}

TEST_CASE("Loopback recordings and packets that have ids are left alone") {
    Recording flat = three_datagrams(false);
    pair_sightings(flat);
    CHECK_FALSE(flat.packets.has_packet_ids());
    const auto quick = [](std::uint32_t, TimeNs left) { return Way{{left + 10 * kMicrosecondNs}, {}}; };
    Recording recording = over_wire(three_datagrams(false), quick);
    recording.packets.set_packet_id(1, 77);
    pair_sightings(recording);
    CHECK(recording.packets.packet_id(1) == 77);
}

TEST_CASE("What the wire told comes back from the file") {
    const auto half_lost = [](std::uint32_t packet, TimeNs left) {
        return packet == 1 ? Way{{}, DropCause::kQueueFull} : Way{{left + 10 * kMicrosecondNs}, {}};
    };
    Recording recording = over_wire(three_datagrams(false), half_lost);
    WireFate& lost = recording.fates[1];
    lost.rule = 1;
    lost.corrupted = lost.marked_ce = lost.reordered = true;
    lost.queue_packets = 7;
    lost.queue_bytes = 5'000'000'000;
    recording.wire_rules = {"drop \"x\"", "drop 报文 #2"};
    recording.wire_changes = {{us(150), kNoStep, "down"}};
    const TemporaryFolder folder;
    REQUIRE(write_recording(folder.file("wire.pcapng"), recording, {}));
    const Recording back = read_file(folder.file("wire.pcapng"));
    CHECK(back.wire_rules == recording.wire_rules);
    REQUIRE(back.wire_changes.size() == 1);
    CHECK(back.wire_changes[0].time_ns == us(150));
    CHECK(back.wire_changes[0].text == "down");
    REQUIRE(back.taps.size() == 2);
    CHECK(back.taps[0].actor == 0);
    CHECK(back.taps[1].actor == 1);
    REQUIRE(back.fates.size() == 3);
    const WireFate& fate = back.fates[1];
    CHECK(fate.cause == DropCause::kQueueFull);
    CHECK(fate.rule == 1);
    CHECK((fate.corrupted && fate.marked_ce && fate.reordered));
    CHECK(fate.queue_packets == 7);
    CHECK(fate.queue_bytes == 5'000'000'000);
    CHECK(fate.entered_ns == lost.entered_ns);
    CHECK(fate.fingerprint == lost.fingerprint);
    CHECK(back.fates[2].left_ns == recording.fates[2].left_ns);
    CHECK(ids_of(back) == ids_of(recording));
}
