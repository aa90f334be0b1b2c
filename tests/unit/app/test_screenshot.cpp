// The real window, hidden, under whatever display there is (the test's command brings Xvfb).
#include <cstdlib>
#include <set>

#include <unistd.h>

#include "tests/support/catch.hpp"
#include "tests/support/sample_recordings.hpp"
#include "tests/unit/app/foreign_leaks.hpp"
#include "viz/app/app.hpp"
#include "viz/app/png_file.hpp"

namespace wirestory::viz {
namespace {

Document nagle() {
    Document document;
    const auto shared = std::make_shared<const Recording>(test::nagle_recording());
    document.analysis = std::make_shared<const analysis::Analysis>(analysis::analyse(*shared));
    document.recording = shared;
    return document;
}

class PictureFile {
public:
    PictureFile() {
        std::string pattern = "/tmp/wirestory-test-XXXXXX";
        const int fd = ::mkstemp(pattern.data());
        REQUIRE(fd >= 0);
        ::close(fd);
        path = pattern;
    }
    ~PictureFile() { ::unlink(path.c_str()); }
    PictureFile(const PictureFile&) = delete;
    PictureFile& operator=(const PictureFile&) = delete;
    std::string path;
};

Picture take(const ViewerOptions& base) {
    const PictureFile file;
    ViewerOptions options = base;
    options.screenshot = ScreenshotOptions{file.path, 1280, 800};
    [[maybe_unused]] const test::IgnoreForeignLeaks ignore;
    const Status taken = run_viewer(nagle(), options);
    INFO((taken ? std::string() : taken.error().message));
    REQUIRE(taken);
    const auto picture = read_png(file.path);
    REQUIRE(picture);
    return *picture;
}

std::size_t colours(const Picture& picture) {
    std::set<std::uint32_t> seen;
    for (std::size_t i = 0; i + 2 < picture.rgb.size(); i += 3) {
        seen.insert(static_cast<std::uint32_t>(picture.rgb[i] << 16U | picture.rgb[i + 1] << 8U | picture.rgb[i + 2]));
    }
    return seen.size();
}

TEST_CASE("pictures: right size, full of content, equal for equal input, changed by a selection", "[window]") {
    if (std::getenv("DISPLAY") == nullptr && std::getenv("WAYLAND_DISPLAY") == nullptr) {
        // Without a display the promise is a sentence, not a crash.
        ViewerOptions options;
        options.screenshot = ScreenshotOptions{"/dev/null", 1280, 800};
        const Status taken = run_viewer(nagle(), options);
        REQUIRE_FALSE(taken);
        CHECK(taken.error().message.find("DISPLAY") != std::string::npos);
        return;
    }
    const Picture plain = take({});
    CHECK(plain.width_px == 1280);
    CHECK(plain.height_px == 800);
    CHECK(colours(plain) > 200);
    CHECK(take({}).rgb == plain.rgb);
    ViewerOptions selected;
    selected.select = "world";
    CHECK(take(selected).rgb != plain.rgb);
    ViewerOptions light;
    light.dark = false;
    const Picture bright = take(light);
    CHECK(bright.rgb != plain.rgb);
    CHECK(bright.rgb[0] > plain.rgb[0]);
}

TEST_CASE("a selection that is nowhere fails with a sentence before any window opens") {
    ViewerOptions options;
    options.select = "no such text";
    options.screenshot = ScreenshotOptions{"/nonexistent/shot.png", 1280, 800};
    const Status taken = run_viewer(nagle(), options);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().message.find("no such text") != std::string::npos);
}

TEST_CASE("PNG files that cannot be written are named") {
    const Status written = write_png("/nonexistent/shot.png", Picture{1, 1, {1, 2, 3}});
    REQUIRE_FALSE(written);
    CHECK(written.error().message.find("/nonexistent/shot.png") != std::string::npos);
}

}  // namespace
}  // namespace wirestory::viz
