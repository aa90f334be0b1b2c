// The viewer's front door: opens the window (or renders one picture) over a recording and its analysis. It does not
// know how recordings are opened or scenarios run: cli hands in a callback. Fails with a sentence when there is no
// display or no OpenGL (exit status 3 is cli's business). Runs on the main thread, as GLFW demands; `open` is called on
// a thread of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/analysis.hpp"
#include "base/locale.hpp"
#include "base/result.hpp"
#include "recording/recording.hpp"

namespace wirestory::viz {

// What is looked at. The analysis holds indices into the recording, so they travel together.
struct Document {
    std::shared_ptr<const Recording> recording;
    std::shared_ptr<const analysis::Analysis> analysis;

    explicit operator bool() const { return recording != nullptr && analysis != nullptr; }
};

// The way of a file into the window, as the thread that opens it tells it. Functions that return false say that nobody
// waits for it any more.
class OpeningSteps {
public:
    virtual ~OpeningSteps() = default;
    // May the beginning of a large file be handed over before the rest is read?
    [[nodiscard]] virtual bool wants_first() const = 0;
    virtual void hand_over_first(Document document) = 0;
    virtual bool reading(std::uint64_t packets, std::uint64_t bytes, std::uint64_t of_bytes) = 0;
    virtual bool indexing(std::uint64_t packets, std::uint64_t of_packets) = 0;
};

// Opens a capture, or runs a scenario (.yaml) and opens what it recorded. Called on any thread.
using OpenDocument = std::function<Result<Document>(const std::string& path, OpeningSteps& steps)>;

struct LoadProgress {
    std::uint64_t packets = 0;  // so far
    float share = 0;            // of the whole work, 0 to 1
};

// A scenario that the side panel offers.
struct ScenarioEntry {
    std::string path;
    std::string name;  // "tcp/handshake"
    Localized title;
};

struct ScreenshotOptions {
    std::string path;  // a PNG file
    int width_px = 1280;
    int height_px = 800;
};

struct ViewerOptions {
    bool dark = true;
    Language language = Language::kEnglish;
    float scale = 0;            // 0: as the display says, see default_scale()
    std::string select;         // selects the first event whose text contains this
    double playhead_ms = -1;    // since the first event; negative: everything is drawn
    std::string filter;         // a display filter; a wrong one stands in its box with its error
    std::string tab;            // "ladder", "bytes" ... ; empty: as the document suggests
    double zoom = 1;            // 1: everything fits
    std::string opening_error;  // shown in the window when the file asked for could not be opened
    // The document is only the beginning of this file: the rest is read while it is shown. Empty: it is the whole.
    std::string rest_of;
    // What the side panel offers; asked on a thread of its own.
    std::function<std::vector<ScenarioEntry>()> find_scenarios;
    OpenDocument open;
    std::optional<ScreenshotOptions> screenshot;
};

// The size of everything when nobody chose one: the display's own scale; where that is 1 although the window is very
// wide (a projector or large screen without HiDPI settings), larger, so that the text stays readable from the last row.
float default_scale(float content_scale, int width_px);

// The names `tab` may have, in the order of the tabs.
std::vector<std::string> tab_names();

Status run_viewer(Document document, const ViewerOptions& options);

}  // namespace wirestory::viz
