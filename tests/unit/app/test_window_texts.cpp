#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/sample_recordings.hpp"
#include "viz/app/event_text.hpp"
#include "viz/app/inspect.hpp"
#include "viz/app/ui_strings.hpp"

namespace wirestory::viz {
namespace {

std::uint32_t packet_with(const Recording& recording, const analysis::Analysis& analysis, const std::string& words) {
    for (std::uint32_t i = 0; i < recording.packets.size(); ++i) {
        if (packet_info(recording, analysis, i).find(words) != std::string::npos) return i;
    }
    return static_cast<std::uint32_t>(recording.packets.size());
}

const Field* field_named(const FieldGroup& group, const std::string& name) {
    for (const Field& field : group.fields) {
        if (field.name == name) return &field;
    }
    return nullptr;
}

TEST_CASE("every text of the window is there in both languages") {
    for (int id = 0; id < static_cast<int>(Text::kTextCount); ++id) {
        INFO("text " << id);
        CHECK(std::string(text(static_cast<Text>(id), Language::kEnglish)).size() > 1);
        CHECK(std::string(text(static_cast<Text>(id), Language::kChinese)).size() > 1);
    }
}

TEST_CASE("a packet's layers cover its frame without overlap") {
    const Recording recording = test::nagle_recording();
    const analysis::Analysis analysis = analysis::analyse(recording);
    const std::uint32_t packet = packet_with(recording, analysis, "\"world!\"");
    REQUIRE(packet < recording.packets.size());
    const auto layers = packet_layers(recording, analysis, packet, Language::kEnglish);
    REQUIRE(layers.size() == 5);
    CHECK(layers[0].end == recording.packets.frame(packet).size());
    CHECK(layers[1].begin == 0);
    for (std::size_t i = 2; i < layers.size(); ++i) CHECK(layers[i].begin == layers[i - 1].end);
    CHECK(layers.back().end == layers[0].end);
    REQUIRE(field_named(layers[3], "flags") != nullptr);
    CHECK(field_named(layers[3], "flags")->value == "PSH ACK");
    CHECK(field_named(layers[3], "sequence number")->value.find("(6)") != std::string::npos);
}

TEST_CASE("packet lines use names and relative numbers") {
    const Recording recording = test::nagle_recording();
    const analysis::Analysis analysis = analysis::analyse(recording);
    CHECK(packet_info(recording, analysis, 0).find("SYN  seq 0") == 0);
    CHECK(event_text(recording, analysis, {EventKind::kPacket, 0}).find("client → server: SYN") == 0);
    CHECK(event_text(recording, analysis, {EventKind::kPacket, 9999}).empty());
    CHECK(event_text(recording, analysis, {}).empty());
}

TEST_CASE("a stream's bytes are those that were written") {
    const Recording recording = test::nagle_recording();
    const analysis::Analysis analysis = analysis::analyse(recording);
    const Bytes bytes = stream_bytes(recording, analysis, {0, analysis::Side::kInitiator}, 1000);
    CHECK(as_text(bytes) == "helloworld!");
    CHECK(as_text(stream_bytes(recording, analysis, {0, analysis::Side::kInitiator}, 7)) == "hellowo");
}

TEST_CASE("the nearest sample is the nearest of that socket") {
    Recording recording;
    for (const TimeNs time : {10, 20, 30, 40}) {
        Sample sample;
        sample.time_ns = time;
        sample.socket = time == 20 ? 1 : 0;
        sample.trigger = time == 30 ? SampleTrigger::kPacket : SampleTrigger::kTick;
        recording.samples.push_back(sample);
    }
    CHECK(nearest_sample(recording, 0, 19) == 0U);
    CHECK(nearest_sample(recording, 0, 24) == 2U);
    CHECK(nearest_sample(recording, 1, 1000) == 1U);
    CHECK(nearest_sample(recording, 0, 1000) == 3U);
    CHECK_FALSE(nearest_sample(recording, 7, 20).has_value());
}

TEST_CASE("a call shows the kernel's figures at its entry, at its return, and the nearest full ones") {
    Recording recording;
    recording.actors.push_back({"client", {}});
    recording.sockets.push_back({0, "conn", SocketFamily::kTcp});
    Call call;
    call.kind = CallKind::kSend;
    call.actor = 0;
    call.socket = 0;
    call.enter_ns = 1000;
    call.exit_ns = 2000;
    call.returned = 5;
    recording.calls.push_back(call);
    const auto add = [&](TimeNs time, SampleTrigger trigger, unsigned has, std::uint32_t queued) {
        Sample sample;
        sample.time_ns = time;
        sample.socket = 0;
        sample.trigger = trigger;
        sample.has = static_cast<std::uint8_t>(has);
        sample.unacked_and_unsent_bytes = queued;
        sample.unsent_bytes = queued / 2;
        recording.samples.push_back(sample);
    };
    add(900, SampleTrigger::kTick, Sample::kOutq | Sample::kOutqNsd | Sample::kInq, 4);
    add(1000, SampleTrigger::kCallEnter, Sample::kOutq, 5);
    add(2010, SampleTrigger::kCallExit, Sample::kOutq | Sample::kOutqNsd, 10);
    add(2500, SampleTrigger::kPacket, Sample::kOutq | Sample::kOutqNsd | Sample::kInq, 10);
    const auto views = kernel_views(recording, {}, {EventKind::kCall, 0});
    REQUIRE(views.size() == 3);
    CHECK(views[0].sample == 1);
    CHECK(views[1].sample == 2);
    CHECK(views[2].sample == 3);
    const FieldGroup entry = sample_fields(recording, recording.samples[1], 1000, Language::kEnglish);
    CHECK(entry.title == "client  conn");
    REQUIRE(entry.fields.size() == 2);
    CHECK(entry.fields[0].name == "on entry");
    CHECK(entry.fields[1].name == "in the send buffer");
    CHECK(entry.fields[1].value == "5 B");
    const FieldGroup exit = sample_fields(recording, recording.samples[2], 2000, Language::kEnglish);
    REQUIRE(exit.fields.size() == 3);
    CHECK(exit.fields[0].value.find("(10 ns after it)") != std::string::npos);
    CHECK(exit.fields[1].value == "5 B");
    CHECK(exit.fields[2].name == "unacknowledged");
    CHECK(exit.fields[2].value == "5 B");
}

TEST_CASE("findings are told in both languages") {
    const Recording recording = test::nagle_recording();
    const analysis::Analysis analysis = analysis::analyse(recording);
    REQUIRE_FALSE(analysis.findings.empty());
    for (const analysis::Finding& finding : analysis.findings) {
        CHECK_FALSE(analysis::describe(recording, finding, Language::kEnglish).empty());
        const std::string chinese = analysis::describe(recording, finding, Language::kChinese);
        CHECK(chinese.find("。") != std::string::npos);
    }
}

TEST_CASE("hex lines") {
    const auto lines = hex_lines(as_bytes("AB\n"), 16, 4);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0] == "0010  41 42 0a     AB.");
}

}  // namespace
}  // namespace wirestory::viz
