#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tests/support/catch.hpp"
#include "tests/support/recording_builder.hpp"
#include "tests/support/sample_recordings.hpp"
#include "tests/unit/layout/golden.hpp"
#include "viz/layout/timeline.hpp"
#include "viz/layout/timeline_index.hpp"
#include "viz/paint_svg/paint_svg.hpp"

namespace wirestory::viz {
namespace {

TimelineOptions pixels(float width, float height) {
    TimelineOptions options;
    options.width = width;
    options.height = height;
    options.text = svg_metrics({});
    return options;
}

struct Sample {
    std::string name;
    Recording recording;
    analysis::Analysis analysis;
};

std::vector<Sample> samples() {
    std::vector<Sample> all;
    const auto add = [&](std::string name, Recording recording) {
        all.push_back({std::move(name), std::move(recording), {}});
        all.back().analysis = analysis::analyse(all.back().recording);
    };
    add("handshake", test::handshake_recording());
    add("nagle", test::nagle_recording());
    add("close-four-way", test::close_four_way_recording());
    add("udp-loss", test::udp_loss_recording());
    return all;
}

Scene timeline(const Sample& sample, const ViewState& view, const TimelineOptions& options) {
    const TimeAxis axis = axis_for(sample.recording, sample.analysis, view.axis);
    return layout_timeline(sample.recording, sample.analysis, axis, view, options);
}

std::set<EventRef> drawn_events(const Scene& scene) {
    std::set<EventRef> events;
    for (const Box& box : scene.boxes) events.insert(box.event);
    for (const Arrow& arrow : scene.arrows) events.insert(arrow.event);
    return events;
}

// The scene as text: what stands where, rounded, so that a change of layout shows as a change of lines.
std::string dump(const Scene& scene) {
    std::string out = fmt::format("scene {:.0f} x {:.0f}\n", scene.width, scene.height);
    for (const Box& box : scene.boxes) {
        out +=
            fmt::format("box {} {:.0f},{:.0f} {:.0f}x{:.0f} event {}:{} message {} emphasis {}\n",
                        static_cast<int>(box.role), box.rect.x, box.rect.y, box.rect.width, box.rect.height,
                        static_cast<int>(box.event.kind), box.event.index, box.message, static_cast<int>(box.emphasis));
    }
    for (const Arrow& arrow : scene.arrows) {
        out += fmt::format("arrow {} {:.0f},{:.0f} to {:.0f},{:.0f} packet {} message {}{}\n",
                           static_cast<int>(arrow.role), arrow.from.x, arrow.from.y, arrow.to.x, arrow.to.y,
                           arrow.event.index, arrow.message, arrow.cross ? " lost" : "");
    }
    for (const Label& label : scene.labels) {
        out += fmt::format("label {} {:.0f},{:.0f} {}\n", static_cast<int>(label.role), label.at.x, label.at.y,
                           label.text);
    }
    return out;
}

TEST_CASE("golden scenes") {
    for (const Sample& sample : samples()) {
        const std::string difference =
            test::golden_difference("scene/" + sample.name + ".txt", dump(timeline(sample, {}, pixels(1000, 560))));
        INFO(difference);
        CHECK(difference.empty());
    }
}

TEST_CASE("labels of a timeline never overlap and stay inside, at any zoom and size") {
    for (const Sample& sample : samples()) {
        for (const auto& [width, height] : {std::pair{700.F, 450.F}, {1400.F, 900.F}}) {
            for (const auto& [zoom, pan] : {std::pair{1.F, 0.F}, {3.F, 0.3F}, {20.F, 0.5F}}) {
                ViewState view;
                view.zoom = zoom;
                view.pan = pan;
                const TimelineOptions options = pixels(width, height);
                const Scene scene = timeline(sample, view, options);
                std::vector<Rect> placed;
                for (const Label& label : scene.labels) {
                    const Rect rect = label_rect(options.text, label);
                    INFO(sample.name << " " << width << " zoom " << zoom << ": " << label.text);
                    CHECK(rect.x >= 0);
                    CHECK(rect.right() <= scene.width + 0.5F);
                    CHECK(rect.bottom() <= scene.height + 0.5F);
                    for (const Rect& other : placed) {
                        const bool apart = rect.x >= other.right() - 0.5F || rect.right() <= other.x + 0.5F ||
                                           rect.y >= other.bottom() - 0.5F || rect.bottom() <= other.y + 0.5F;
                        CHECK(apart);
                    }
                    placed.push_back(rect);
                }
            }
        }
    }
}

TEST_CASE("boxes and arrows stay inside the picture") {
    for (const Sample& sample : samples()) {
        for (const float zoom : {1.F, 7.F, 500.F}) {
            ViewState view;
            view.zoom = zoom;
            view.pan = zoom > 1 ? 0.4F : 0;
            const Scene scene = timeline(sample, view, pixels(900, 500));
            for (const Box& box : scene.boxes) {
                INFO(sample.name << " role " << static_cast<int>(box.role));
                CHECK(box.rect.x >= -0.5F);
                CHECK(box.rect.y >= -0.5F);
                CHECK(box.rect.right() <= scene.width + 0.5F);
                CHECK(box.rect.bottom() <= scene.height + 0.5F);
                CHECK(box.rect.width >= 0);
                CHECK(box.rect.height >= 0);
            }
            for (const Arrow& arrow : scene.arrows) {
                CHECK(arrow.from.x >= 0);
                CHECK(arrow.to.x <= scene.width);
            }
        }
    }
}

TEST_CASE("every call and packet of a sample is drawn, in every axis mode") {
    for (const Sample& sample : samples()) {
        for (const AxisMode mode : {AxisMode::kSqueezed, AxisMode::kEvenSteps}) {
            ViewState view;
            view.axis = mode;
            const std::set<EventRef> drawn = drawn_events(timeline(sample, view, pixels(1000, 600)));
            for (std::uint32_t i = 0; i < sample.recording.packets.size(); ++i) {
                CHECK(drawn.count({EventKind::kPacket, i}) == 1);
            }
            for (std::uint32_t i = 0; i < sample.recording.calls.size(); ++i) {
                CHECK(drawn.count({EventKind::kCall, i}) == 1);
            }
        }
    }
}

TEST_CASE("nothing after the playhead is drawn, and running calls end at it") {
    for (const Sample& sample : samples()) {
        for (const TimeNs playhead : event_times(sample.recording, sample.analysis)) {
            ViewState view;
            view.playhead_active = true;
            view.playhead_ns = playhead;
            const TimelineOptions options = pixels(1000, 560);
            const TimeAxis axis = axis_for(sample.recording, sample.analysis, view.axis);
            const Scene scene = layout_timeline(sample.recording, sample.analysis, axis, view, options);
            const float limit = x_of(axis, view, timeline_frame(sample.recording, options), playhead);
            for (const Arrow& arrow : scene.arrows) {
                CHECK(sample.recording.packets.time_ns(arrow.event.index) <= playhead);
            }
            for (const Box& box : scene.boxes) {
                if (box.event.kind != EventKind::kCall) continue;
                INFO(sample.name << " call " << box.event.index);
                CHECK(sample.recording.calls[box.event.index].enter_ns <= playhead);
                CHECK(box.rect.x <= limit + 4.5F);
                CHECK(box.rect.right() <= limit + 4.5F);  // a call's least width
            }
        }
    }
}

TEST_CASE("held bytes stand unsent in the send buffer until they leave") {
    const std::vector<Sample> all = samples();
    const Sample& nagle = all[1];
    const Scene scene = timeline(nagle, {}, pixels(1000, 560));
    const auto held = std::count_if(scene.boxes.begin(), scene.boxes.end(), [](const Box& box) {
        return box.role == Role::kUnsent && box.message == 1 && box.rect.width > 20;
    });
    CHECK(held >= 1);
    const auto marks = std::count_if(scene.labels.begin(), scene.labels.end(), [](const Label& label) {
        return label.role == Role::kFinding && label.text.find("Nagle") != std::string::npos;
    });
    CHECK(marks == 1);
}

TEST_CASE("a selected send lights up its segment and its recv, and arrows join them") {
    const std::vector<Sample> all = samples();
    const Sample& nagle = all[1];
    ViewState view;
    view.selected = {EventKind::kCall, 9};
    REQUIRE(nagle.recording.calls[9].payload == to_bytes("world"));
    const Scene scene = timeline(nagle, view, pixels(1000, 560));
    std::set<EventRef> selected;
    for (const Box& box : scene.boxes) {
        if (box.emphasis == Emphasis::kSelected) selected.insert(box.event);
    }
    std::size_t joins = 0;
    for (const Arrow& arrow : scene.arrows) {
        if (arrow.role == Role::kSelection) ++joins;
        if (arrow.emphasis == Emphasis::kSelected && arrow.event) selected.insert(arrow.event);
    }
    CHECK(joins == 2);
    CHECK(selected.count({EventKind::kCall, 9}) == 1);
    CHECK(selected.count({EventKind::kPacket, 5}) == 1);  // "world!"
    CHECK(selected.count({EventKind::kPacket, 3}) == 0);  // "hello"
}

TEST_CASE("a lost datagram's arrow ends in a cross") {
    const std::vector<Sample> all = samples();
    const Scene scene = timeline(all[3], {}, pixels(1000, 560));
    CHECK(std::count_if(scene.arrows.begin(), scene.arrows.end(), [](const Arrow& a) { return a.cross; }) == 4);
}

// One talk of `count` small datagrams and calls, 10 us apart.
Sample long_talk(std::uint32_t count) {
    using namespace test;
    RecordingBuilder builder;
    const SocketId from = builder.socket(builder.actor("client", "127.0.0.3"), SocketFamily::kTcp);
    builder.set_endpoints(from, endpoint("127.0.0.3", 40001), endpoint("127.0.0.2", 9000));
    builder.actor("server", "127.0.0.2");
    TcpLink link(builder, endpoint("127.0.0.3", 40001), endpoint("127.0.0.2", 9000));
    link.handshake(us(0));
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::int64_t start = 100 + 10 * static_cast<std::int64_t>(i);
        builder.send(from, "x", {us(start), us(start + 4)});
        link.data(End::kClient, us(start + 2), "x");
        link.ack(End::kServer, us(start + 3));
    }
    Sample sample{"long", builder.build(), {}};
    sample.analysis = analysis::analyse(sample.recording);
    return sample;
}

TEST_CASE(
    "a long recording folds what is narrower than a pixel, counts it, and zoomed in draws the visible part only") {
    const Sample sample = long_talk(50'000);
    const TimeAxis axis = axis_for(sample.recording, sample.analysis, AxisMode::kRealTime);
    const TimelineIndex index(sample.recording, sample.analysis);
    TimelineOptions options = pixels(1000, 560);
    options.index = &index;
    ViewState view;
    view.axis = AxisMode::kRealTime;
    const Scene far = layout_timeline(sample.recording, sample.analysis, axis, view, options);
    CHECK(far.arrows.size() < 4 * 1000);
    CHECK(far.boxes.size() < 20 * 1000);
    std::uint64_t packets = 0;
    for (const Arrow& arrow : far.arrows) packets += std::max(arrow.folded, 1U);
    CHECK(packets == sample.recording.packets.size());
    std::uint64_t calls = 0;
    for (const Box& box : far.boxes) {
        if (box.event.kind == EventKind::kCall && box.role == Role::kCall) calls += std::max(box.folded, 1U);
    }
    CHECK(calls == sample.recording.calls.size());

    view.zoom = 5000;
    view.pan = 0.5F;
    const Scene near = layout_timeline(sample.recording, sample.analysis, axis, view, options);
    CHECK(near.arrows.size() >= 2);
    CHECK(near.arrows.size() < 100);
    CHECK(near.boxes.size() < 500);
    CHECK(near.labels.size() < 200);
}

TEST_CASE("an empty recording has a timeline, too") {
    const Sample empty{"empty", {}, {}};
    const Scene scene = timeline(empty, {}, pixels(700, 450));
    CHECK(scene.width == 700);
    CHECK(paint_svg(scene, {}).find("</svg>") != std::string::npos);
}

}  // namespace
}  // namespace wirestory::viz
