#include <cerrno>

#include "recording/recording_writer.hpp"
#include "recording/sample_rows.hpp"
#include "tests/support/sample_recordings.hpp"
#include "tests/unit/recording/files.hpp"

using namespace wirestory;
using namespace wirestory::test;

namespace {

Story told() {
    Story story;
    story.name = "tcp/nagle";
    story.file_name = "scenarios/tcp/nagle.yaml";
    story.yaml = "title: x\n# 中文\n";
    story.title = {"Title", "标题"};
    story.lesson = {"# Lesson\ntext", ""};
    story.topics = {"tcp", "nagle"};
    story.steps = {{3, 0, "socket(tcp)"}, {4, kNoActor, "wait: 5ms"}};
    story.tour = {{"client.send", {EventKind::kCall, 1}, {"look", "看"}}, {"never", {}, {"x", ""}}};
    story.verdicts = {{true, "segments", "a", "a", 12, {}},
                      {false, "step 2", "= 5", "= 4", 4, EventRef{EventKind::kCall, 1}}};
    return story;
}

// A recording in which every field of every kind differs from its default.
Recording everything() {
    Recording r;
    r.taps = {{"lo", 1, 262144, 1234, 5, true}, {"tun0", 101, 96, 0, 0, false}};
    r.actors = {{"client", *IpAddress::parse("127.0.0.3")}, {"服务器", *IpAddress::parse("fd00::2")}};
    r.sockets = {{0, "", SocketFamily::kTcp}, {1, "conn", SocketFamily::kUdp6}};
    r.packets.append_copy({1'000'000'001, 0, 1500, 2, 0xABCDEF0123456789, as_bytes("frame one")});
    r.packets.append_copy({1'000'000'500, 1, 7, 0, 0, as_bytes("frame 2")});
    r.packets.append_copy({3'000'000'000, 0, 0, 1, 0, {}});
    Call call;
    call.kind = CallKind::kAccept;
    call.actor = 1;
    call.thread = 2;
    call.step = 1;
    call.socket = 0;
    call.accepted = 1;
    call.enter_ns = 999'999'999;
    call.exit_ns = 2'999'999'999;
    call.slept = true;
    call.arguments = "line one\nline two";
    call.requested_bytes = 12;
    call.returned = 9;
    call.returned_text = "[fd00::2]:9000";
    call.local = {*IpAddress::parse("fd00::2"), 9000};
    call.peer = {*IpAddress::parse("10.1.2.3"), 40000};
    r.calls.push_back(call);
    Call send;
    send.kind = CallKind::kSend;
    send.actor = 0;
    send.enter_ns = 1'000'000'400;
    send.exit_ns = 1'000'000'450;
    send.arguments = R"("a" + "b")";
    send.returned = -1;
    send.error_number = EPIPE;
    send.payload = {std::byte{0}, std::byte{10}, std::byte{255}};
    r.calls.push_back(send);
    Call open = send;
    open.enter_ns = 2'000'000'000;
    open.exit_ns = kNeverReturned;
    open.error_number = 0;
    open.slept = true;
    r.calls.push_back(open);
    Sample sample;
    sample.time_ns = 1'500'000'000;
    sample.socket = 1;
    sample.trigger = SampleTrigger::kPacket;
    sample.has = Sample::kOutq | Sample::kTcpInfo;
    sample.unacked_and_unsent_bytes = 11;
    sample.memory.drops = 4;
    sample.tcp.state = TcpState::kFinWait2;
    sample.tcp.sndbuf_limited_us = 1ULL << 40U;
    sample.tcp.rcv_wnd_bytes = 65536;
    r.samples = {sample};
    r.tx_reports = {{1'600'000'000, 0, TxReportKind::kAcknowledged, 60}};
    r.facts = {{"kernel", "Linux 6.18"}, {"tcp_wmem", "4096 16384"}};
    r.story = told();
    r.complete = true;
    return r;
}

bool same(const Call& a, const Call& b) {
    return a.kind == b.kind && a.actor == b.actor && a.thread == b.thread && a.step == b.step && a.socket == b.socket &&
           a.accepted == b.accepted && a.enter_ns == b.enter_ns && a.exit_ns == b.exit_ns && a.slept == b.slept &&
           a.arguments == b.arguments && a.requested_bytes == b.requested_bytes && a.returned == b.returned &&
           a.error_number == b.error_number && a.payload == b.payload && a.returned_text == b.returned_text &&
           a.local == b.local && a.peer == b.peer;
}

void check_packets(const Recording& seen, const Recording& wanted) {
    REQUIRE(seen.packets.size() == wanted.packets.size());
    for (std::size_t i = 0; i < wanted.packets.size(); ++i) {
        INFO("packet " << i);
        const PacketRecord a = seen.packets.record(i);
        const PacketRecord b = wanted.packets.record(i);
        CHECK(a.time_ns == b.time_ns);
        CHECK(a.tap == b.tap);
        CHECK(a.original_bytes == b.original_bytes);
        CHECK(a.flags == b.flags);
        CHECK(a.packet_id == b.packet_id);
        CHECK(as_text(a.frame) == as_text(b.frame));
    }
}

void check_story(const Story& seen, const Story& wanted) {
    CHECK(seen.name == wanted.name);
    CHECK(seen.file_name == wanted.file_name);
    CHECK(seen.yaml == wanted.yaml);
    CHECK(seen.title == wanted.title);
    CHECK(seen.lesson == wanted.lesson);
    CHECK(seen.topics == wanted.topics);
    REQUIRE(seen.steps.size() == wanted.steps.size());
    for (std::size_t i = 0; i < wanted.steps.size(); ++i) {
        CHECK(seen.steps[i].line == wanted.steps[i].line);
        CHECK(seen.steps[i].actor == wanted.steps[i].actor);
        CHECK(seen.steps[i].text == wanted.steps[i].text);
    }
    REQUIRE(seen.tour.size() == wanted.tour.size());
    for (std::size_t i = 0; i < wanted.tour.size(); ++i) {
        CHECK(seen.tour[i].at == wanted.tour[i].at);
        CHECK(seen.tour[i].event == wanted.tour[i].event);
        CHECK(seen.tour[i].say == wanted.tour[i].say);
    }
    REQUIRE(seen.verdicts.size() == wanted.verdicts.size());
    for (std::size_t i = 0; i < wanted.verdicts.size(); ++i) {
        CHECK(seen.verdicts[i].passed == wanted.verdicts[i].passed);
        CHECK(seen.verdicts[i].name == wanted.verdicts[i].name);
        CHECK(seen.verdicts[i].expected == wanted.verdicts[i].expected);
        CHECK(seen.verdicts[i].seen == wanted.verdicts[i].seen);
        CHECK(seen.verdicts[i].line == wanted.verdicts[i].line);
        CHECK(seen.verdicts[i].event == wanted.verdicts[i].event);
    }
}

void check_rest(const Recording& seen, const Recording& wanted) {
    REQUIRE(seen.actors.size() == wanted.actors.size());
    for (std::size_t i = 0; i < wanted.actors.size(); ++i) {
        CHECK(seen.actors[i].name == wanted.actors[i].name);
        CHECK(seen.actors[i].address == wanted.actors[i].address);
    }
    REQUIRE(seen.sockets.size() == wanted.sockets.size());
    for (std::size_t i = 0; i < wanted.sockets.size(); ++i) {
        CHECK(seen.sockets[i].actor == wanted.sockets[i].actor);
        CHECK(seen.sockets[i].name == wanted.sockets[i].name);
        CHECK(seen.sockets[i].family == wanted.sockets[i].family);
    }
    REQUIRE(seen.taps.size() == wanted.taps.size());
    for (std::size_t i = 0; i < wanted.taps.size(); ++i) {
        CHECK(seen.taps[i].name == wanted.taps[i].name);
        CHECK(seen.taps[i].link_type == wanted.taps[i].link_type);
        CHECK(seen.taps[i].snap_bytes == wanted.taps[i].snap_bytes);
        CHECK(seen.taps[i].received == wanted.taps[i].received);
        CHECK(seen.taps[i].dropped == wanted.taps[i].dropped);
        CHECK(seen.taps[i].has_statistics == wanted.taps[i].has_statistics);
    }
    REQUIRE(seen.facts.size() == wanted.facts.size());
    for (std::size_t i = 0; i < wanted.facts.size(); ++i) {
        CHECK(seen.facts[i].name == wanted.facts[i].name);
        CHECK(seen.facts[i].value == wanted.facts[i].value);
    }
    // Packed rows hold every field, so equal rows are equal samples.
    CHECK(pack_samples(seen.samples) == pack_samples(wanted.samples));
    CHECK(pack_tx_reports(seen.tx_reports) == pack_tx_reports(wanted.tx_reports));
}

void check_same(const Recording& seen, const Recording& wanted) {
    check_packets(seen, wanted);
    REQUIRE(seen.calls.size() == wanted.calls.size());
    for (std::size_t i = 0; i < wanted.calls.size(); ++i) {
        INFO("call " << i << ": " << format_call(wanted, wanted.calls[i]));
        CHECK(same(seen.calls[i], wanted.calls[i]));
    }
    check_rest(seen, wanted);
    check_story(seen.story, wanted.story);
    CHECK(seen.complete == wanted.complete);
    for (const Damage& damage : seen.damages) FAIL_CHECK(damage.what);
}

}  // namespace

TEST_CASE("everything of a recording survives being written and read") {
    const TemporaryFolder folder;
    const Recording wanted = everything();
    REQUIRE(write_recording(folder.file("a.pcapng"), wanted, {{1, "why\nit waited"}}));
    const Recording seen = read_file(folder.file("a.pcapng"));
    check_same(seen, wanted);
    CHECK(seen.packets.comments() == std::map<std::uint32_t, std::string>{{1, "why\nit waited"}});
    CHECK(folder.count() == 1);  // no temporary file stays behind

    // Once more over itself, while it is open: comments stay, and nothing changes.
    REQUIRE(write_recording(folder.file("a.pcapng"), seen, {}));
    const Recording again = read_file(folder.file("a.pcapng"));
    check_same(again, wanted);
    CHECK(again.packets.comments() == seen.packets.comments());
}

TEST_CASE("recordings of the four scenarios survive too") {
    const TemporaryFolder folder;
    for (const Recording& wanted :
         {handshake_recording(), nagle_recording(), close_four_way_recording(), udp_loss_recording()}) {
        INFO(wanted.story.name);
        REQUIRE(write_recording(folder.file("a.pcapng"), wanted, {}));
        check_same(read_file(folder.file("a.pcapng")), wanted);
    }
}

TEST_CASE("what is written as it happens reads as one recording in order of time") {
    const TemporaryFolder folder;
    Recording wanted = everything();
    Recording header = wanted;
    header.sockets.clear();
    header.story.verdicts.clear();
    header.calls.clear();
    auto writer = RecordingWriter::create(folder.file("live.pcapng"), header);
    REQUIRE(writer);

    Call asleep = wanted.calls[0];
    asleep.exit_ns = kNeverReturned;
    REQUIRE(writer->write_socket(wanted, 0));
    REQUIRE(writer->write_call(wanted, asleep, 17));
    REQUIRE(writer->write_packet(wanted.packets.record(1)));
    REQUIRE(writer->write_packet(wanted.packets.record(0)));  // another tap was read later
    REQUIRE(writer->write_socket(wanted, 1));
    REQUIRE(writer->write_samples(wanted.samples));
    REQUIRE(writer->flush());

    const Recording half = read_file(folder.file("live.pcapng"));
    CHECK_FALSE(half.complete);
    REQUIRE(half.calls.size() == 1);
    CHECK_FALSE(half.calls[0].returned_at_all());
    CHECK(half.packets.size() == 2);

    REQUIRE(writer->write_call(wanted, wanted.calls[2], 19));
    REQUIRE(writer->write_call(wanted, wanted.calls[1], 18));
    REQUIRE(writer->write_call(wanted, wanted.calls[0], 17));
    REQUIRE(writer->write_tx_reports(wanted.tx_reports));
    REQUIRE(writer->write_packet(wanted.packets.record(2)));
    REQUIRE(writer->finish(wanted));
    check_same(read_file(folder.file("live.pcapng")), wanted);
}

TEST_CASE("values longer than an entry may be are split and joined") {
    const TemporaryFolder folder;
    Recording wanted = everything();
    wanted.calls[1].payload.assign(700'001, std::byte{'x'});
    wanted.calls[1].payload.back() = std::byte{'y'};
    wanted.calls[1].returned = 700'001;
    wanted.story.yaml.assign(300'000, 'z');
    for (int i = 0; i < 2000; ++i) wanted.samples.push_back(wanted.samples[0]);
    REQUIRE(write_recording(folder.file("a.pcapng"), wanted, {}));
    check_same(read_file(folder.file("a.pcapng")), wanted);

    // No block above the 256 KiB that editcap takes.
    const Bytes bytes = file_bytes(folder.file("a.pcapng"));
    ByteReader in(bytes);
    while (in.remaining() > 0) {
        in.skip(4);
        const std::uint32_t length = in.le32();
        in.skip(length - 8);
        REQUIRE_FALSE(in.failed());
        CHECK(length < 262'144);
    }
}

TEST_CASE("text that is not UTF-8 does not stop the writing") {
    const TemporaryFolder folder;
    Recording wanted = everything();
    wanted.story.yaml = "title: \xFF\xFE";
    wanted.calls[0].arguments = "\xC3\x28";
    REQUIRE(write_recording(folder.file("a.pcapng"), wanted, {}));
    const Recording seen = read_file(folder.file("a.pcapng"));
    CHECK(seen.story.present());
    CHECK(seen.calls[0].arguments == wanted.calls[0].arguments);
}

TEST_CASE("a write error is kept and told again") {
    Recording header = everything();
    auto writer = RecordingWriter::create("/dev/full", header);
    REQUIRE_FALSE(writer);
    CHECK(writer.error().error_number == ENOSPC);
    CHECK(writer.error().message == "write /dev/full: No space left on device");
    CHECK(RecordingWriter::create("/nowhere/at/all.pcapng", header).error().error_number == ENOENT);
    const Status written = write_recording("/nowhere/at/all.pcapng", header, {});
    REQUIRE_FALSE(written);
    CHECK(written.error().error_number == ENOENT);
}

TEST_CASE("a packet of an unknown tap is refused") {
    const TemporaryFolder folder;
    auto writer = RecordingWriter::create(folder.file("a.pcapng"), everything());
    REQUIRE(writer);
    PacketRecord packet;
    packet.tap = 2;
    CHECK_FALSE(writer->write_packet(packet));
}
