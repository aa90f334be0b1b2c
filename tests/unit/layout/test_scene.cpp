#include <set>
#include <string>
#include <tuple>

#include "tests/support/catch.hpp"
#include "viz/layout/palette.hpp"
#include "viz/layout/scene.hpp"
#include "viz/paint_svg/paint_svg.hpp"
#include "viz/paint_text/paint_text.hpp"

namespace wirestory::viz {
namespace {

Box box_of(Rect rect, std::uint32_t call) {
    Box box;
    box.rect = rect;
    box.role = Role::kCall;
    box.event = {EventKind::kCall, call};
    return box;
}

TEST_CASE("the topmost box with an event is under the pointer") {
    Scene scene;
    scene.boxes = {box_of({0, 0, 100, 100}, 1), box_of({10, 10, 20, 20}, 2)};
    Box lane;
    lane.rect = {0, 0, 100, 100};
    lane.role = Role::kLaneEven;
    scene.boxes.push_back(lane);
    REQUIRE(scene.box_at({15, 15}) != nullptr);
    CHECK(scene.box_at({15, 15})->event.index == 2);
    CHECK(scene.box_at({50, 50})->event.index == 1);
    CHECK(scene.box_at({100, 50}) == nullptr);
}

TEST_CASE("the nearest arrow within the tolerance is under the pointer") {
    Scene scene;
    Arrow arrow;
    arrow.from = {10, 0};
    arrow.to = {10, 50};
    arrow.event = {EventKind::kPacket, 1};
    scene.arrows.push_back(arrow);
    arrow.from.x = arrow.to.x = 14;
    arrow.event.index = 2;
    scene.arrows.push_back(arrow);
    REQUIRE(scene.arrow_at({11, 25}, 4) != nullptr);
    CHECK(scene.arrow_at({11, 25}, 4)->event.index == 1);
    CHECK(scene.arrow_at({13, 25}, 4)->event.index == 2);
    CHECK(scene.arrow_at({13, 60}, 4) == nullptr);
    CHECK(scene.arrow_at({30, 25}, 4) == nullptr);
}

TEST_CASE("texts are cut to fit, never inside a character") {
    const TextMetrics cells = cell_metrics();
    CHECK(fit_text(cells, "hello", 0) == "hello");
    CHECK(fit_text(cells, "hello", 5) == "hello");
    CHECK(fit_text(cells, "hello world", 8) == "hello...");
    CHECK(fit_text(cells, "hello", 2).empty());
    CHECK(fit_text(cells, "握手握手握手", 7) == "握手...");
    CHECK(fit_text(cells, "握手握手握手", 8) == "握手...");
    Label label;
    label.at = {20, 3};
    label.text = "hello";
    label.align = Align::kRight;
    CHECK(label_rect(cells, label).x == 15);
}

TEST_CASE("text inside every filled box is readable in both themes") {
    for (const Theme theme : {Theme::kDark, Theme::kLight}) {
        for (int role = 0; role <= static_cast<int>(Role::kTextStrong); ++role) {
            const auto r = static_cast<Role>(role);
            const bool mark = r == Role::kFinding || r == Role::kPlayhead || r == Role::kSelection ||
                              r == Role::kBufferLimit || r == Role::kAxis || r == Role::kAxisTick;
            if (mark) continue;  // thin marks that carry no text
            for (std::int16_t message = -1; message < kMessageColours; ++message) {
                const Rgba ground = blend(fill_colour(r, message, theme, Emphasis::kNormal), background_colour(theme));
                INFO("role " << role << " message " << message << " theme " << static_cast<int>(theme));
                CHECK(contrast_ratio(text_colour(Role::kText, theme, Emphasis::kNormal), ground) >= 4.5);
            }
        }
        for (const Role role : {Role::kFinding, Role::kTextDim, Role::kCallFailed, Role::kSegmentLost, Role::kPlayhead,
                                Role::kAxisText, Role::kLaneTitle}) {
            const Rgba lane = fill_colour(Role::kLaneOdd, kNoMessage, theme, Emphasis::kNormal);
            CHECK(contrast_ratio(text_colour(role, theme, Emphasis::kNormal), lane) >= 4.5);
        }
    }
}

TEST_CASE("messages have colours of their own, and arrows stand out from the ground") {
    for (const Theme theme : {Theme::kDark, Theme::kLight}) {
        std::set<std::tuple<int, int, int>> fills;
        for (std::int16_t message = 0; message < kMessageColours; ++message) {
            const Rgba fill = fill_colour(Role::kInFlight, message, theme, Emphasis::kNormal);
            fills.emplace(fill.r, fill.g, fill.b);
            const Rgba line = line_colour(Role::kSegment, message, theme, Emphasis::kNormal);
            CHECK(contrast_ratio(line, background_colour(theme)) >= 2.0);
            CHECK(fill_colour(Role::kUnsent, message, theme, Emphasis::kNormal) != fill);
        }
        CHECK(fills.size() == kMessageColours);
    }
}

TEST_CASE("the SVG of any text is valid XML") {
    Scene scene;
    scene.width = 100;
    scene.height = 20;
    Label label;
    label.text = "<a & \"b\"> \x01 \xFF 握";
    scene.labels.push_back(label);
    const std::string svg = paint_svg(scene, {});
    CHECK(svg.find("&lt;a &amp; &quot;b&quot;&gt; \xEF\xBF\xBD \xEF\xBF\xBD 握</text>") != std::string::npos);
    CHECK(svg.find('\x01') == std::string::npos);
    CHECK(svg.find("</svg>") != std::string::npos);
}

TEST_CASE("wide characters stay aligned in a terminal, and lines have no trailing blanks") {
    Scene scene;
    scene.width = 12;
    scene.height = 2;
    Box line;
    line.rect = {8, 0, 1, 2};
    line.role = Role::kAxis;
    scene.boxes.push_back(line);
    Label label;
    label.text = "握手";
    scene.labels.push_back(label);
    CHECK(paint_text(scene, {true, false}) == "握手    │\n        │\n");
    CHECK(paint_text(scene, {false, false}) == "????    |\n        |\n");
    scene.labels[0].role = Role::kFinding;
    CHECK(paint_text(scene, {true, true}).find("\x1b[") != std::string::npos);
}

}  // namespace
}  // namespace wirestory::viz
