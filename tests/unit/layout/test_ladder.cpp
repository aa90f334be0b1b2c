#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/recording_builder.hpp"
#include "tests/support/sample_recordings.hpp"
#include "tests/unit/layout/golden.hpp"
#include "viz/layout/ladder.hpp"
#include "viz/layout/ladder_plan.hpp"
#include "viz/layout/timeline.hpp"
#include "viz/paint_svg/paint_svg.hpp"
#include "viz/paint_text/paint_text.hpp"

namespace wirestory::viz {
namespace {

LadderOptions cells(float width) {
    LadderOptions options;
    options.width = width;
    options.text = cell_metrics();
    return options;
}

std::string ladder_text(const Recording& recording, float width, const TextStyle& style) {
    const analysis::Analysis analysis = analysis::analyse(recording);
    return paint_text(layout_ladder(recording, analysis, {}, cells(width)), style);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

std::map<std::string, Recording> samples() {
    std::map<std::string, Recording> all;
    all.emplace("handshake", test::handshake_recording());
    all.emplace("nagle", test::nagle_recording());
    all.emplace("close-four-way", test::close_four_way_recording());
    all.emplace("udp-loss", test::udp_loss_recording());
    return all;
}

// Two clients of one server; the first sleeps in recv while the second talks.
Recording two_clients() {
    using namespace test;
    RecordingBuilder builder;
    const Endpoint server = endpoint("127.0.0.2", 9000);
    const SocketId conn = builder.socket(builder.actor("server", "127.0.0.2"), SocketFamily::kTcp, "conn");
    const SocketId alice = builder.socket(builder.actor("alice", "127.0.0.3"), SocketFamily::kTcp);
    const SocketId bob = builder.socket(builder.actor("bob", "127.0.0.4"), SocketFamily::kTcp);
    builder.set_endpoints(conn, server, endpoint("127.0.0.3", 40001));
    builder.set_endpoints(alice, endpoint("127.0.0.3", 40001), server);
    builder.set_endpoints(bob, endpoint("127.0.0.4", 40002), server);
    builder.call(CallKind::kConnect, alice, {us(0), us(40)}, "server:9000").slept = true;
    TcpLink first(builder, endpoint("127.0.0.3", 40001), server);
    first.handshake(us(10));
    builder.recv(alice, 10, "hi", {us(50), us(300)}).slept = true;
    builder.call(CallKind::kConnect, bob, {us(100), us(160)}, "server:9000");
    TcpLink second(builder, endpoint("127.0.0.4", 40002), server, 7, 9);
    second.handshake(us(110));
    builder.send(conn, "hi", {us(270), us(290)});
    first.data(End::kServer, us(280), "hi");
    builder.call(CallKind::kRecv, bob, {us(310), kNeverReturned}, "10").slept = true;
    return builder.build();
}

TEST_CASE("Chinese notes leave every lifeline where it is") {
    const Recording recording = test::nagle_recording();
    const analysis::Analysis analysis = analysis::analyse(recording);
    ViewState view;
    view.language = Language::kChinese;
    const std::string text = paint_text(layout_ladder(recording, analysis, view, cells(80)), {true, false});
    CHECK(text.find("一次 recv 取走 3 条消息") != std::string::npos);
    const std::string english = ladder_text(recording, 80, {true, false});
    const std::vector<std::string> lines = lines_of(text);
    const std::vector<std::string> wanted = lines_of(english);
    REQUIRE(lines.size() == wanted.size());
    // Where the last line of a row stands, in columns.
    const auto last_line = [](const std::string& line) {
        const std::size_t at = std::max(line.rfind("│") + 1, line.rfind("┊") + 1);
        return at == 0 ? -1 : display_width(line.substr(0, at - 1));
    };
    for (std::size_t i = 0; i < lines.size(); ++i) {
        INFO(lines[i]);
        CHECK(last_line(lines[i]) == last_line(wanted[i]));
    }
}

TEST_CASE("a finding is told in few words only once it has happened") {
    // The wait of 40 ms is under way: its end is not known yet.
    const Recording recording = test::nagle_recording();
    const analysis::Analysis analysis = analysis::analyse(recording);
    const auto hold = std::find_if(analysis.findings.begin(), analysis.findings.end(), [](const analysis::Finding& f) {
        return f.kind == analysis::FindingKind::kNagleHold;
    });
    REQUIRE(hold != analysis.findings.end());
    ViewState view;
    view.playhead_active = true;
    TimelineOptions options;
    options.width = 1400;
    options.height = 800;
    options.text = svg_metrics({});
    const TimeAxis axis = axis_for(recording, analysis, view.axis);
    const auto told = [&](TimeNs playhead) {
        view.playhead_ns = playhead;
        const Scene scene = layout_timeline(recording, analysis, axis, view, options);
        return std::any_of(scene.labels.begin(), scene.labels.end(),
                           [](const Label& label) { return label.text.find("Nagle") != std::string::npos; });
    };
    CHECK_FALSE(told(hold->end_ns - 1));
    CHECK(told(hold->end_ns));
}

TEST_CASE("golden ladders") {
    for (const auto& [name, recording] : samples()) {
        for (const int width : {80, 120}) {
            const auto columns = static_cast<float>(width);
            const std::string stem = "ladder/" + name + "-" + std::to_string(width);
            CHECK(test::golden_difference(stem + ".txt", ladder_text(recording, columns, {true, false})).empty());
            CHECK(
                test::golden_difference(stem + "-ascii.txt", ladder_text(recording, columns, {false, false})).empty());
        }
    }
    const std::string three =
        test::golden_difference("ladder/two-clients-100.txt", ladder_text(two_clients(), 100, {true, false}));
    INFO(three);
    CHECK(three.empty());
}

TEST_CASE("no ladder is wider than asked for, has trailing blanks, or other than ASCII where only that is wanted") {
    for (const auto& [name, recording] : samples()) {
        for (const int width : {60, 72, 80, 97, 120, 200}) {
            for (const bool unicode : {true, false}) {
                for (const std::string& line : lines_of(ladder_text(recording, static_cast<float>(width), {unicode}))) {
                    INFO(name << " " << width << ": " << line);
                    CHECK(display_width(line) <= width);
                    CHECK((line.empty() || line.back() != ' '));
                    if (unicode) continue;
                    for (const char c : line) CHECK(static_cast<unsigned char>(c) < 0x80);
                }
            }
        }
    }
}

TEST_CASE("labels of a ladder never overlap") {
    for (const auto& [name, recording] : samples()) {
        const analysis::Analysis analysis = analysis::analyse(recording);
        for (const float width : {60.F, 80.F, 120.F}) {
            const Scene scene = layout_ladder(recording, analysis, {}, cells(width));
            std::map<float, std::vector<Rect>> rows;
            for (const Label& label : scene.labels) {
                const Rect rect = label_rect(cell_metrics(), label);
                for (const Rect& other : rows[rect.y]) {
                    INFO(name << " " << width << ": " << label.text);
                    CHECK((rect.x >= other.right() || rect.right() <= other.x));
                }
                rows[rect.y].push_back(rect);
            }
        }
    }
}

TEST_CASE("a ladder in pieces is the ladder in one piece") {
    const Recording recording = test::nagle_recording();
    const analysis::Analysis analysis = analysis::analyse(recording);
    LadderOptions options = cells(80);
    const std::string whole = paint_text(layout_ladder(recording, analysis, {}, options), {});
    const LadderPlan plan(recording, analysis, ladder_columns_for(options), true);
    options.plan = &plan;
    options.row_count = 3;
    std::string pieces;
    for (; options.first_row < plan.rows().size(); options.first_row += 3) {
        pieces += paint_text(layout_ladder(recording, analysis, {}, options), {});
    }
    CHECK(pieces == whole);
}

TEST_CASE("nothing after the playhead stands in the ladder") {
    const Recording recording = test::nagle_recording();
    const analysis::Analysis analysis = analysis::analyse(recording);
    ViewState view;
    view.playhead_active = true;
    view.playhead_ns = test::us(390);
    const std::string text = paint_text(layout_ladder(recording, analysis, view, cells(80)), {});
    CHECK(text.find("send(\"!\")") != std::string::npos);
    CHECK(text.find("world!") == std::string::npos);
    CHECK(text.find("close") == std::string::npos);
}

TEST_CASE("every call and every packet has its row") {
    const Recording recording = two_clients();
    const analysis::Analysis analysis = analysis::analyse(recording);
    const LadderPlan plan(recording, analysis, 8, true);
    std::size_t packets = 0;
    std::vector<int> calls(recording.calls.size());
    TimeNs last = 0;
    for (const LadderRow& row : plan.rows()) {
        CHECK(row.time_ns >= last);
        last = row.time_ns;
        if (row.kind == RowKind::kPacket) ++packets;
        if (row.kind == RowKind::kCall || row.kind == RowKind::kCallEnter) ++calls[row.index];
    }
    CHECK(packets == recording.packets.size());
    for (const int rows : calls) CHECK(rows == 1);
    REQUIRE(plan.parties().size() == 3);
    CHECK(plan.parties().all()[1].name == "server");
}

TEST_CASE("an empty recording and one of junk frames have a ladder, too") {
    const Recording empty;
    CHECK(ladder_text(empty, 80, {}).find("ms") != std::string::npos);
    test::RecordingBuilder builder;
    builder.frame(test::us(0), "junk");
    builder.frame(test::us(1), std::string(60, '\xFF'));
    const Recording junk = builder.build();
    CHECK_FALSE(ladder_text(junk, 80, {}).empty());
}

TEST_CASE("a selection stands out and dims the rest") {
    const Recording recording = test::nagle_recording();
    const analysis::Analysis analysis = analysis::analyse(recording);
    ViewState view;
    view.selected = {EventKind::kCall, 9};  // send("world")
    REQUIRE(recording.calls[9].kind == CallKind::kSend);
    const Scene scene = layout_ladder(recording, analysis, view, cells(80));
    int selected = 0;
    int dimmed = 0;
    for (const Arrow& arrow : scene.arrows) (arrow.emphasis == Emphasis::kSelected ? selected : dimmed) += 1;
    CHECK(selected >= 1);
    CHECK(dimmed >= 6);
}

}  // namespace
}  // namespace wirestory::viz
