#include <algorithm>

#include <GLFW/glfw3.h>

#include "tests/support/catch.hpp"
#include "tests/support/sample_recordings.hpp"
#include "viz/app/app_model.hpp"
#include "viz/app/commands.hpp"
#include "viz/app/key_bindings.hpp"

namespace wirestory::viz {
namespace {

AppModel model_of(Recording recording) {
    AppModel model;
    Document document;
    const auto shared = std::make_shared<const Recording>(std::move(recording));
    document.analysis = std::make_shared<const analysis::Analysis>(analysis::analyse(*shared));
    document.recording = shared;
    set_document(model, std::move(document));
    return model;
}

TEST_CASE("stepping goes through every event once and back again") {
    AppModel model = model_of(test::nagle_recording());
    REQUIRE(model.times.size() > 10);
    apply(model, Command::kFirst);
    CHECK(model.view.playhead_ns == model.times.front());
    for (std::size_t i = 1; i < model.times.size(); ++i) {
        apply(model, Command::kStepForward);
        REQUIRE(model.view.playhead_ns == model.times[i]);
    }
    apply(model, Command::kStepForward);
    CHECK(model.view.playhead_ns == model.times.back());
    apply(model, Command::kStepBack);
    CHECK(model.view.playhead_ns == model.times[model.times.size() - 2]);
}

TEST_CASE("stepping back with everything shown starts at the end") {
    AppModel model = model_of(test::handshake_recording());
    CHECK_FALSE(model.view.playhead_active);
    apply(model, Command::kStepBack);
    CHECK(model.view.playhead_active);
    CHECK(model.view.playhead_ns == model.times.back());
}

TEST_CASE("playing runs to the last event, stops, and starts over") {
    AppModel model = model_of(test::handshake_recording());
    apply(model, Command::kPlayPause);
    CHECK(model.playback.playing);
    CHECK(model.view.playhead_ns == model.times.front());
    tick(model, 1e6);
    CHECK_FALSE(model.playback.playing);
    CHECK(model.view.playhead_ns == model.times.back());
    apply(model, Command::kPlayPause);
    CHECK(model.view.playhead_ns == model.times.front());
    apply(model, Command::kShowAll);
    CHECK_FALSE(model.view.playhead_active);
    CHECK_FALSE(model.playback.playing);
}

TEST_CASE("speed stays within its table") {
    AppModel model = model_of(test::handshake_recording());
    for (int i = 0; i < 40; ++i) apply(model, Command::kSlower);
    CHECK(model.playback.speed() == 1e-4);
    for (int i = 0; i < 40; ++i) apply(model, Command::kFaster);
    CHECK(model.playback.speed() == 1);
}

TEST_CASE("zoom keeps what is under the pointer, and the view stays on the axis") {
    AppModel model = model_of(test::handshake_recording());
    const float anchor = 0.25F;
    const auto under = [&] { return model.view.pan + anchor / model.view.zoom; };
    const float before = under();
    zoom_around(model, 4, anchor);
    CHECK(model.view.zoom == Approx(4));
    CHECK(under() == Approx(before));
    pan_by(model, -100);
    CHECK(model.view.pan == 0);
    pan_by(model, 100);
    CHECK(model.view.pan == Approx(0.75));
    apply(model, Command::kFit);
    CHECK(model.view.zoom == 1);
    CHECK(model.view.pan == 0);
    apply(model, Command::kZoomOut);
    CHECK(model.view.zoom == 1);
}

TEST_CASE("selection walks calls and packets in time order and lights up the same bytes") {
    AppModel model = model_of(test::nagle_recording());
    TimeNs last = 0;
    for (std::size_t i = 0; i < model.events.size(); ++i) {
        apply(model, Command::kSelectNext);
        REQUIRE(model.view.selected == model.events[i]);
        REQUIRE(time_of(model, model.view.selected) >= last);
        last = time_of(model, model.view.selected);
    }
    REQUIRE(search_next(model, "send(\"world\")"));
    const auto packets = std::count_if(model.selection.events.begin(), model.selection.events.end(),
                                       [](EventRef event) { return event.kind == EventKind::kPacket; });
    CHECK(packets >= 1);
    CHECK(is_selected(model, model.selection.events.front()));
    apply(model, Command::kClearSelection);
    CHECK_FALSE(model.view.selected);
    CHECK(model.selection.events.empty());
}

TEST_CASE("search ignores case, goes round and says when nothing is found") {
    AppModel model = model_of(test::nagle_recording());
    model.search = "SEND(";
    apply(model, Command::kSearchNext);
    REQUIRE(model.search_found == true);
    const EventRef first = model.view.selected;
    CHECK(first.kind == EventKind::kCall);
    int hits = 1;
    for (; hits < 50; ++hits) {
        apply(model, Command::kSearchNext);
        if (model.view.selected == first) break;
    }
    CHECK(hits == 3);  // three sends
    model.search = "no such text anywhere";
    apply(model, Command::kSearchNext);
    CHECK(model.search_found == false);
}

TEST_CASE("a filter counts when it is applied, a wrong one changes nothing, and an empty one shows everything") {
    AppModel model = model_of(test::nagle_recording());
    type_filter(model, "tcp.len > 0");
    CHECK_FALSE(model.view.filter);
    CHECK_FALSE(model.filter_error);
    REQUIRE(apply_filter(model));
    REQUIRE(model.view.filter);
    CHECK(model.view.filter->packet_list == std::vector<std::uint32_t>{3, 5});
    CHECK(model.applied_filter == "tcp.len > 0");

    type_filter(model, "tcp.len >");
    REQUIRE(model.filter_error);
    CHECK_FALSE(apply_filter(model));
    CHECK(model.view.filter->packet_list.size() == 2);
    CHECK(model.applied_filter == "tcp.len > 0");

    apply(model, Command::kSelectNext);
    CHECK(model.view.selected == EventRef{EventKind::kPacket, 3});
    apply(model, Command::kSelectNext);
    CHECK(model.view.selected == EventRef{EventKind::kPacket, 5});
    apply(model, Command::kSelectNext);
    CHECK(model.view.selected == EventRef{EventKind::kPacket, 5});

    apply(model, Command::kClearFilter);
    CHECK_FALSE(model.view.filter);
    CHECK(model.filter.empty());
    type_filter(model, "call == send");
    apply_filter(model);
    set_document(model, Document{model.document});
    CHECK_FALSE(model.view.filter);
    CHECK(model.applied_filter.empty());
}

TEST_CASE("mistakes of a filter are told in the window's language") {
    AppModel model = model_of(test::nagle_recording());
    model.view.language = Language::kChinese;
    type_filter(model, "tcp.prt == 80");
    REQUIRE(model.filter_error);
    CHECK(model.filter_error->message.find("没有字段") != std::string::npos);
}

TEST_CASE("the axis has three modes and changing it shows everything again") {
    AppModel model = model_of(test::nagle_recording());
    apply(model, Command::kZoomIn);
    apply(model, Command::kNextAxis);
    CHECK(model.view.axis == AxisMode::kRealTime);
    CHECK(model.view.zoom == 1);
    CHECK(model.axis.gaps().empty());
    apply(model, Command::kNextAxis);
    apply(model, Command::kNextAxis);
    CHECK(model.view.axis == AxisMode::kSqueezed);
}

TEST_CASE("commands without a document do nothing and do not crash") {
    AppModel model;
    for (int i = 0; i < static_cast<int>(Command::kCommandCount); ++i) apply(model, static_cast<Command>(i));
    CHECK_FALSE(model.has_document());
    CHECK(model.view.zoom >= 1);
}

TEST_CASE("no two bindings share a key, and every command that needs one has one") {
    const auto bindings = key_bindings();
    for (std::size_t i = 0; i < bindings.size(); ++i) {
        for (std::size_t k = i + 1; k < bindings.size(); ++k) {
            CHECK_FALSE((bindings[i].key == bindings[k].key && bindings[i].modifiers == bindings[k].modifiers));
        }
    }
    for (int i = 1; i < static_cast<int>(Command::kCommandCount); ++i) {
        const auto command = static_cast<Command>(i);
        CHECK(std::any_of(bindings.begin(), bindings.end(),
                          [command](const KeyBinding& binding) { return binding.command == command; }));
    }
}

TEST_CASE("typing into a field keeps letters from being commands") {
    CHECK(command_for_key(GLFW_KEY_T, kNoModifier, false) == Command::kToggleTheme);
    CHECK(command_for_key(GLFW_KEY_T, kNoModifier, true) == Command::kNone);
    CHECK(command_for_key(GLFW_KEY_ESCAPE, kNoModifier, true) == Command::kClearSelection);
    CHECK(command_for_key(GLFW_KEY_EQUAL, kControl, false) == Command::kLargerText);
}

}  // namespace
}  // namespace wirestory::viz
