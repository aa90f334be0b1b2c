// Packets on a wire: slanted from departure to arrival, a cross where one died, a second arrival for a duplicate.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/over_wire.hpp"
#include "tests/support/recording_builder.hpp"
#include "tests/unit/layout/golden.hpp"
#include "viz/layout/ladder.hpp"
#include "viz/layout/ladder_plan.hpp"
#include "viz/layout/timeline.hpp"
#include "viz/paint_svg/paint_svg.hpp"
#include "viz/paint_text/paint_text.hpp"

namespace wirestory::viz {
namespace {

using namespace test;

constexpr TimeNs ms(std::int64_t milliseconds) { return us(1000 * milliseconds); }

// Four datagrams from client to server, sent a millisecond apart: one arrives, one is lost, one arrives twice, and one
// is overtaken by a fifth.
Recording five_datagrams() {
    RecordingBuilder builder;
    const Endpoint from = endpoint("10.0.0.1", 5000);
    const Endpoint to = endpoint("10.0.0.2", 9000);
    const SocketId client = builder.socket(builder.actor("client", "10.0.0.1"), SocketFamily::kUdp);
    const SocketId server = builder.socket(builder.actor("server", "10.0.0.2"), SocketFamily::kUdp);
    builder.set_endpoints(client, from);
    builder.set_endpoints(server, to);
    const char* texts[] = {"arrives", "lost", "twice", "overtaken", "overtakes"};
    for (int i = 0; i < 5; ++i) {
        builder.sendto(client, texts[i], to, {ms(i), ms(i) + 100'000});
        builder.datagram(ms(i) + 50'000, from, to, texts[i]);
    }
    const Recording flat = builder.build();
    return over_wire(flat, [](std::uint32_t packet, TimeNs left) -> Way {
        switch (packet) {
            case 1: return {{}, DropCause::kQueueFull};
            case 2: return {{left + 10 * kMillisecondNs, left + 11 * kMillisecondNs}, {}};
            case 3: return {{left + 15 * kMillisecondNs}, {}};
            default: return {{left + 10 * kMillisecondNs}, {}};
        }
    });
}

LadderOptions cells(float width) {
    LadderOptions options;
    options.width = width;
    options.text = cell_metrics();
    return options;
}

LadderOptions pixels() {
    LadderOptions options;
    options.width = 800;
    options.text = svg_metrics({});
    return options;
}

std::vector<Arrow> packet_arrows(const Scene& scene) {
    std::vector<Arrow> arrows;
    for (const Arrow& arrow : scene.arrows) {
        if (arrow.event.kind == EventKind::kPacket && arrow.role != Role::kQueued) arrows.push_back(arrow);
    }
    return arrows;
}

}  // namespace

TEST_CASE("Ladder in a terminal: each packet has a row where it leaves and one where it arrives") {
    const Recording recording = five_datagrams();
    const analysis::Analysis analysis = analysis::analyse(recording);
    const std::string text = paint_text(layout_ladder(recording, analysis, {}, cells(80)), {true, false});
    CHECK(golden_difference("ladder/wire.txt", text).empty());
    const auto rows_with = [&text](const std::string& what) {
        std::size_t count = 0;
        for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
        return count;
    };
    CHECK(rows_with("queue full") == 1);
    CHECK(rows_with("✗") == 1);
    CHECK(rows_with("UDP \"twice\" ─►") == 2);
    CHECK(rows_with("╲") == 4);
    // The one sent last but one arrives last.
    CHECK(text.rfind("UDP \"overtaken\"") > text.rfind("UDP \"overtakes\""));
}

TEST_CASE("Ladder as a picture: lines fall from departure to arrival and cross where packets overtake") {
    const Recording recording = five_datagrams();
    const analysis::Analysis analysis = analysis::analyse(recording);
    const Scene scene = layout_ladder(recording, analysis, {}, pixels());
    const std::vector<Arrow> arrows = packet_arrows(scene);
    REQUIRE(arrows.size() == 6);
    for (const Arrow& arrow : arrows) CHECK(arrow.to.y > arrow.from.y);
    CHECK(std::count_if(arrows.begin(), arrows.end(), [](const Arrow& a) { return a.cross; }) == 1);
    std::vector<Arrow> last;
    for (const Arrow& arrow : arrows) {
        if (analysis.packets.payload_bytes[arrow.event.index] == 9) last.push_back(arrow);
    }
    REQUIRE(last.size() == 2);
    CHECK(last[0].from.y < last[1].from.y);
    CHECK(last[0].to.y > last[1].to.y);
}

TEST_CASE("A ladder laid out in pieces shows the lines that begin above and end below") {
    const Recording recording = five_datagrams();
    const analysis::Analysis analysis = analysis::analyse(recording);
    LadderOptions options = pixels();
    const LadderPlan plan(recording, analysis, ladder_columns_for(options), true);
    options.plan = &plan;
    std::size_t first_arrival = 0;
    while (plan.rows()[first_arrival].kind != RowKind::kArrival) ++first_arrival;
    options.first_row = first_arrival - 1;
    options.row_count = 1;
    const Scene piece = layout_ladder(recording, analysis, {}, options);
    const std::vector<Arrow> arrows = packet_arrows(piece);
    CHECK(arrows.size() == 5);  // all but the lost one pass through
    for (const Arrow& arrow : arrows) CHECK(arrow.to.y > piece.height - 1);
}

TEST_CASE("Timeline: an arrow leans from when it left to when it arrived, also when neither is in view") {
    const Recording recording = five_datagrams();
    const analysis::Analysis analysis = analysis::analyse(recording);
    const TimeAxis axis = axis_for(recording, analysis, AxisMode::kRealTime);
    TimelineOptions options;
    options.width = 1000;
    options.text = svg_metrics({});
    ViewState view;
    const Scene whole = layout_timeline(recording, analysis, axis, view, options);
    std::vector<Arrow> arrows = packet_arrows(whole);
    REQUIRE(arrows.size() == 6);
    const auto cross = std::find_if(arrows.begin(), arrows.end(), [](const Arrow& a) { return a.cross; });
    REQUIRE(cross != arrows.end());
    CHECK(cross->role == Role::kSegmentLost);
    const float full = std::abs(arrows[0].to.y - arrows[0].from.y);
    CHECK(std::abs(std::abs(cross->to.y - cross->from.y) - full / 2) < 1);
    for (const Arrow& arrow : arrows) {
        if (!arrow.cross) CHECK(arrow.to.x > arrow.from.x + 100);
    }
    // Zoomed between the last departure (4 ms) and the first arrival (10 ms): all that fly are drawn, cut at the edges.
    view.zoom = 20;
    view.pan = static_cast<float>(axis.position(ms(7)));
    const Scene part = layout_timeline(recording, analysis, axis, view, options);
    arrows = packet_arrows(part);
    CHECK(arrows.size() == 5);
    for (const Arrow& arrow : arrows) {
        CHECK(arrow.to.x <= 1000);
        CHECK_FALSE(arrow.head);
    }
}

TEST_CASE("Nothing beyond the playhead: what has not arrived has come so far") {
    const Recording recording = five_datagrams();
    const analysis::Analysis analysis = analysis::analyse(recording);
    const TimeAxis axis = axis_for(recording, analysis, AxisMode::kRealTime);
    TimelineOptions options;
    options.width = 1000;
    options.text = svg_metrics({});
    ViewState view;
    view.playhead_active = true;
    view.playhead_ns = ms(5);
    const float edge = x_of(axis, view, timeline_frame(recording, options), ms(5));
    const Scene scene = layout_timeline(recording, analysis, axis, view, options);
    const std::vector<Arrow> arrows = packet_arrows(scene);
    REQUIRE(arrows.size() == 6);
    for (const Arrow& arrow : arrows) {
        CHECK(arrow.to.x <= edge + 1);
        CHECK((arrow.cross || !arrow.head));
    }
}

}  // namespace wirestory::viz
