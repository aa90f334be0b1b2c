// The window's frame without a window: ImGui runs headless, the mouse is set by hand.
#include <algorithm>

#include <imgui.h>

#include "tests/support/catch.hpp"
#include "tests/support/sample_recordings.hpp"
#include "tests/unit/app/foreign_leaks.hpp"
#include "viz/app/commands.hpp"
#include "viz/app/style.hpp"
#include "viz/app/ui.hpp"

namespace wirestory::viz {
namespace {

class Headless {
public:
    explicit Headless(Recording recording) : Headless() {
        Document document;
        const auto shared = std::make_shared<const Recording>(std::move(recording));
        document.analysis = std::make_shared<const analysis::Analysis>(analysis::analyse(*shared));
        document.recording = shared;
        set_document(model, std::move(document));
    }
    Headless() {
        ImGui::CreateContext();
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.DisplaySize = {1280, 800};
        io.DeltaTime = 1.0F / 60;
        [[maybe_unused]] const test::IgnoreForeignLeaks ignore;
        ui.fonts = build_fonts(*io.Fonts, 15, characters_in_use(nullptr, Language::kChinese, ""));
        unsigned char* pixels = nullptr;
        int width = 0;
        int height = 0;
        io.Fonts->GetTexDataAsRGBA32(&pixels, &width, &height);
        move_mouse({-1, -1});
    }
    ~Headless() { ImGui::DestroyContext(); }
    Headless(const Headless&) = delete;
    Headless& operator=(const Headless&) = delete;

    int frame() {
        apply_style(ImGui::GetStyle(), model.theme(), 1);
        ImGui::NewFrame();
        draw_frame(model, ui);
        ImGui::Render();
        return ImGui::GetDrawData()->TotalVtxCount;
    }
    void frames(int count) {
        for (int i = 0; i < count; ++i) frame();
    }
    static void move_mouse(ImVec2 at) {
#if IMGUI_VERSION_NUM >= 18700
        ImGui::GetIO().AddMousePosEvent(at.x, at.y);
#else
        ImGui::GetIO().MousePos = at;
#endif
    }
    static void press_mouse(bool down) {
#if IMGUI_VERSION_NUM >= 18700
        ImGui::GetIO().AddMouseButtonEvent(0, down);
#else
        ImGui::GetIO().MouseDown[0] = down;
#endif
    }
    void click(ImVec2 at) {
        move_mouse(at);
        frames(2);
        press_mouse(true);
        frames(2);
        press_mouse(false);
        frames(2);
    }
    [[nodiscard]] ImVec2 on_screen(Point p) const { return {ui.timeline_area.x + p.x, ui.timeline_area.y + p.y}; }

    AppModel model;
    Ui ui;
};

TEST_CASE("every tab draws, in both themes and languages, for every sample") {
    for (int sample = 0; sample < 4; ++sample) {
        Headless window(sample == 0   ? test::handshake_recording()
                        : sample == 1 ? test::nagle_recording()
                        : sample == 2 ? test::close_four_way_recording()
                                      : test::udp_loss_recording());
        for (std::size_t tab = 0; tab < kTabCount; ++tab) {
            window.model.tab = static_cast<Tab>(tab);
            window.model.tab_changed = true;
            for (int look = 0; look < 2; ++look) {
                apply(window.model, look % 2 == 0 ? Command::kToggleTheme : Command::kToggleLanguage);
                apply(window.model, Command::kSelectNext);
                window.frame();
                CHECK(window.frame() > 2000);
                CHECK(window.model.tab == static_cast<Tab>(tab));
            }
        }
    }
}

TEST_CASE("an empty window says what to do and stays usable") {
    Headless window;
    window.model.can_open = true;
    window.model.notice = "open nothing.pcapng: No such file or directory";
    window.model.scenarios = {{"scenarios/tcp/handshake.yaml", "tcp/handshake", {"Handshake", "握手"}}};
    window.frames(3);
    CHECK(window.frame() > 500);
    window.model.help_open = true;
    const int without_help = window.frame();
    window.frames(2);
    CHECK(window.frame() > without_help);
}

TEST_CASE("a filter takes rows from the packets and dims the timeline; its mistakes are drawn") {
    Headless window(test::nagle_recording());
    window.model.tab = Tab::kPackets;
    window.model.tab_changed = true;
    window.frames(3);
    const int everything = window.frame();
    const auto made = window.ui.timeline.made;
    type_filter(window.model, "tcp.len > 0");
    apply_filter(window.model);
    window.frames(2);
    CHECK(window.ui.timeline.made == made + 1);
    const auto dimmed = std::count_if(window.ui.timeline.scene.arrows.begin(), window.ui.timeline.scene.arrows.end(),
                                      [](const Arrow& arrow) { return arrow.emphasis == Emphasis::kDimmed; });
    CHECK(dimmed == 8);
    const int filtered = window.frame();
    CHECK(filtered < everything);
    type_filter(window.model, "tcp.len >");
    window.frames(2);
    CHECK(window.frame() > filtered);
    type_filter(window.model, "udp");
    apply_filter(window.model);
    window.frames(2);
    CHECK(window.frame() > 1000);
}

TEST_CASE("the scene is made again only when something it rests on has changed") {
    Headless window(test::nagle_recording());
    window.frames(5);
    const auto made = window.ui.timeline.made;
    window.frames(20);
    CHECK(window.ui.timeline.made == made);
    apply(window.model, Command::kZoomIn);
    window.frame();
    CHECK(window.ui.timeline.made == made + 1);
}

TEST_CASE("a click in the timeline selects what the scene says lies there") {
    Headless window(test::nagle_recording());
    window.frames(3);
    const Scene scene = window.ui.timeline.scene;
    int clicked = 0;
    for (const Box& box : scene.boxes) {
        if (box.event.kind != EventKind::kCall || box.rect.width < 4 || !box.range.empty()) continue;
        const Point middle{box.rect.x + box.rect.width / 2, box.rect.y + box.rect.height / 2};
        if (scene.arrow_at(middle, 5) != nullptr || scene.box_at(middle) != &box) continue;
        clear_selection(window.model);
        window.click(window.on_screen(middle));
        REQUIRE(window.model.view.selected == box.event);
        ++clicked;
    }
    CHECK(clicked > 0);
}

TEST_CASE("a click on bytes in a buffer selects the bytes") {
    Headless window(test::nagle_recording());
    window.frames(3);
    const Scene scene = window.ui.timeline.scene;
    const auto box = std::find_if(scene.boxes.begin(), scene.boxes.end(), [&scene](const Box& candidate) {
        const Point middle{candidate.rect.x + candidate.rect.width / 2, candidate.rect.y + candidate.rect.height / 2};
        return candidate.role == Role::kUnsent && !candidate.range.empty() && scene.box_at(middle) == &candidate &&
               scene.arrow_at(middle, 5) == nullptr;
    });
    REQUIRE(box != scene.boxes.end());
    window.click(window.on_screen({box->rect.x + box->rect.width / 2, box->rect.y + box->rect.height / 2}));
    REQUIRE(window.model.view.bytes.has_value());
    CHECK(window.model.view.bytes->range == box->range);
    CHECK_FALSE(window.model.selection.events.empty());
}

TEST_CASE("dragging pans and never selects; the wheel zooms around the pointer") {
    Headless window(test::nagle_recording());
    window.frames(3);
    zoom_around(window.model, 8, 0.5F);
    window.frames(2);
    const float pan = window.model.view.pan;
    const Rect area = window.ui.timeline_area;
    const ImVec2 start{area.x + area.width * 0.6F, area.y + area.height * 0.6F};
    Headless::move_mouse(start);
    window.frames(2);
    Headless::press_mouse(true);
    window.frames(2);
    for (float dx = 10; dx <= 100; dx += 10) {
        Headless::move_mouse({start.x + dx, start.y});
        window.frame();
    }
    Headless::press_mouse(false);
    window.frames(2);
    CHECK(window.model.view.pan < pan);
    CHECK_FALSE(window.model.view.selected);
    const float zoom = window.model.view.zoom;
#if IMGUI_VERSION_NUM >= 18700
    ImGui::GetIO().AddMouseWheelEvent(0, 1);
#else
    ImGui::GetIO().MouseWheel = 1;
#endif
    window.frame();
    CHECK(window.model.view.zoom > zoom);
}

}  // namespace
}  // namespace wirestory::viz
