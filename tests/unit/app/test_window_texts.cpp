#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/sample_recordings.hpp"
#include "viz/app/event_text.hpp"
#include "viz/app/finding_text.hpp"
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
        recording.samples.push_back(sample);
    }
    CHECK(nearest_sample(recording, 0, 19) == 0U);
    CHECK(nearest_sample(recording, 0, 24) == 2U);
    CHECK(nearest_sample(recording, 1, 1000) == 1U);
    CHECK(nearest_sample(recording, 0, 1000) == 3U);
    CHECK_FALSE(nearest_sample(recording, 7, 20).has_value());
}

TEST_CASE("findings are told in both languages") {
    const Recording recording = test::nagle_recording();
    const analysis::Analysis analysis = analysis::analyse(recording);
    REQUIRE_FALSE(analysis.findings.empty());
    for (const analysis::Finding& finding : analysis.findings) {
        CHECK_FALSE(finding_sentence(recording, finding, Language::kEnglish).empty());
        const std::string chinese = finding_sentence(recording, finding, Language::kChinese);
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
