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
#include "viz/layout/ladder_columns.hpp"
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

// One datagram of the teacher's to three hosts: bob gets it, on the way to alice and to carol it is lost.
Recording to_three_hosts() {
    RecordingBuilder builder;
    const Endpoint from = endpoint("10.0.0.4", 5000);
    const Endpoint to = endpoint("10.0.0.2", 9000);
    const SocketId teacher = builder.socket(builder.actor("teacher", "10.0.0.4"), SocketFamily::kUdp);
    const ActorId alice = builder.actor("alice", "10.0.0.1");
    const ActorId bob = builder.actor("bob", "10.0.0.2");
    const ActorId carol = builder.actor("carol", "10.0.0.3");
    for (const ActorId actor : {alice, bob, carol}) {
        builder.call(CallKind::kBind, builder.socket(actor, SocketFamily::kUdp), {us(1), us(2)}, "*:9000");
    }
    builder.set_endpoints(teacher, from);
    builder.sendto(teacher, "good morning", to, {ms(1), ms(1) + 100'000});
    builder.datagram(ms(1) + 50'000, from, to, "good morning");
    Recording recording = over_wire(builder.build(), [](std::uint32_t, TimeNs left) -> Way {
        return {{left + 10 * kMillisecondNs}, {}};
    });
    for (const ActorId actor : {alice, carol}) {
        WireFate lost = recording.fates.front();
        lost.to = actor;
        lost.cause = DropCause::kLoss;
        lost.sent_ns = lost.due_ns = lost.left_ns = 0;
        recording.fates.push_back(lost);
    }
    return recording;
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

TEST_CASE("A packet to several hosts: named once, a cross on each way on which it was lost, clear of the name") {
    const Recording recording = to_three_hosts();
    const analysis::Analysis analysis = analysis::analyse(recording);
    const TimeAxis axis = axis_for(recording, analysis, AxisMode::kRealTime);
    TimelineOptions options;
    options.width = 1000;
    options.height = 800;
    options.text = svg_metrics({});
    const Scene scene = layout_timeline(recording, analysis, axis, {}, options);
    std::vector<Point> crosses;
    for (const Arrow& arrow : packet_arrows(scene)) {
        if (!arrow.cross) continue;
        CHECK(arrow.role == Role::kSegmentLost);
        crosses.push_back(arrow.to);
    }
    REQUIRE(crosses.size() == 2);
    CHECK(std::abs(crosses[0].y - crosses[1].y) > 50);
    std::size_t names = 0;
    for (const Label& label : scene.labels) {
        if (label.event != EventRef{EventKind::kPacket, 0}) continue;
        ++names;
        for (const Point cross : crosses) CHECK_FALSE(label_rect(options.text, label).contains(cross));
    }
    CHECK(names == 1);
    // In the terminal as well: before each lifeline that it does not reach.
    const std::string text = paint_text(layout_ladder(recording, analysis, {}, cells(120)), {true, false});
    std::size_t shown = 0;
    for (std::size_t at = text.find("✗"); at != std::string::npos; at = text.find("✗", at + 1)) ++shown;
    CHECK(shown == 2);
}

TEST_CASE("Forty segments within a millisecond: no label covers another, or more than one strange arrow") {
    RecordingBuilder builder;
    const Endpoint from = endpoint("10.0.0.1", 5000);
    const Endpoint to = endpoint("10.0.0.2", 9000);
    builder.set_endpoints(builder.socket(builder.actor("client", "10.0.0.1"), SocketFamily::kUdp), from);
    builder.set_endpoints(builder.socket(builder.actor("server", "10.0.0.2"), SocketFamily::kUdp), to);
    for (int i = 0; i < 40; ++i) builder.datagram(us(25 * i), from, to, "datagram " + std::to_string(i));
    const Recording recording = over_wire(builder.build(), [](std::uint32_t, TimeNs left) -> Way {
        return {{left + 10 * kMillisecondNs}, {}};
    });
    const analysis::Analysis analysis = analysis::analyse(recording);
    TimelineOptions options;
    options.width = 1280;
    options.height = 800;
    options.text = svg_metrics({});
    const Scene scene =
        layout_timeline(recording, analysis, axis_for(recording, analysis, AxisMode::kRealTime), {}, options);
    std::vector<Rect> places;
    for (const Label& label : scene.labels) {
        if (label.event.kind != EventKind::kPacket) continue;
        const Rect place = label_rect(options.text, label);
        for (const Rect& other : places) {
            const bool apart = place.right() <= other.x || other.right() <= place.x || place.bottom() <= other.y ||
                               other.bottom() <= place.y;
            CHECK(apart);
        }
        const float y = place.y + place.height / 2;
        std::size_t covered = 0;
        for (const Arrow& arrow : packet_arrows(scene)) {
            const float x =
                arrow.from.x + (arrow.to.x - arrow.from.x) * (y - arrow.from.y) / (arrow.to.y - arrow.from.y);
            if (arrow.event != label.event && x > place.x && x < place.right()) ++covered;
        }
        CHECK(covered <= 1);
        places.push_back(place);
    }
    CHECK(places.size() > 1);
    CHECK(places.size() < 40);
}

TEST_CASE("The names of all states have their room beside a ladder of any width") {
    const Recording recording = five_datagrams();
    const analysis::Analysis analysis = analysis::analyse(recording);
    for (const float width : {800.0F, 976.0F, 2000.0F}) {
        LadderOptions options = pixels();
        options.width = width;
        const LadderPlan plan(recording, analysis, ladder_columns_for(options), true);
        CHECK(place_ladder_columns(plan, options).state_width >= options.text.width("SYN_RECEIVED"));
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
