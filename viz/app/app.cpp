#include "viz/app/app.hpp"

#include <chrono>
#include <cmath>
#include <future>
#include <utility>

#include "base/messages.hpp"
#include "viz/app/app_model.hpp"
#include "viz/app/commands.hpp"
#include "viz/app/style.hpp"
#include "viz/app/ui.hpp"
#include "viz/app/ui_strings.hpp"
#include "viz/app/window.hpp"

namespace wirestory::viz {

namespace {

// Said when the Chinese one cannot be drawn.
constexpr const char* kNoChineseFont = "No Chinese font was found: install fonts-noto-cjk.";
constexpr double kIdleWaitSeconds = 0.25;  // how often an idle window looks whether anything is to be done
constexpr int kSettlingFrames = 3;         // ImGui learns sizes of some widgets by drawing them

AppModel first_model(Document document, const ViewerOptions& options) {
    AppModel model;
    model.dark = options.dark;
    model.view.language = options.language;
    model.scenarios = options.scenarios;
    model.can_open = static_cast<bool>(options.open);
    if (document) set_document(model, std::move(document));
    model.notice = options.opening_error;
    return model;
}

// What the command line asked to see first. Fails when it names something that is not there.
Status show_first(AppModel& model, const ViewerOptions& options) {
    const auto names = tab_names();
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == options.tab) model.tab = static_cast<Tab>(i);
    }
    if (!model.has_document()) return {};
    if (options.playhead_ms >= 0) {
        const auto offset = static_cast<DurationNs>(options.playhead_ms * static_cast<double>(kMillisecondNs));
        set_playhead(model, model.recording().first_time_ns() + offset);
    }
    if (!options.filter.empty()) {
        type_filter(model, options.filter);
        apply_filter(model);
    }
    if (!options.select.empty()) {
        model.search = options.select;
        model.search_found = search_next(model, options.select);
        if (!*model.search_found)
            return fail(tr_format("select \"{}\": no call or packet has this text", options.select));
    }
    if (options.zoom > 1) {
        const float anchor =
            model.view.selected ? static_cast<float>(model.axis.position(time_of(model, model.view.selected))) : 0.0F;
        zoom_around(model, static_cast<float>(options.zoom), anchor);
    }
    return {};
}

// The window, the model and what keeps them in step from frame to frame.
class Viewer {
public:
    Viewer(AppModel model, const ViewerOptions& options) : options_(options), model_(std::move(model)) {}

    Status open_window(bool visible, int width, int height) {
        WindowEvents events;
        events.on_command = [this](Command command) { apply(model_, command); };
        events.on_drop = [this](const std::string& path) { model_.open_request = path; };
        auto window = Window::open(width, height, visible, std::move(events));
        if (!window) return tl::unexpected<Error>(window.error());
        window_ = std::move(*window);
        // A picture must not depend on the display it was made on.
        content_scale_ = visible ? window_->content_scale() : 1;
        return {};
    }

    void draw_one_frame() {
        update_fonts();
        apply_style(ImGui::GetStyle(), model_.theme(), model_.scale * model_.font_px / kDefaultFontPx);
        window_->frame([this] { draw_frame(model_, ui_); }, panel_colours(model_.theme()).window);
    }

    Status take_picture(const ScreenshotOptions& shot) {
        // The pointer is nowhere, so that the picture does not depend on it.
        for (int i = 0; i <= kSettlingFrames; ++i) {
            ImGui::GetIO().DeltaTime = 1.0F / 60;
            draw_one_frame();
            if (i < kSettlingFrames) window_->swap();
        }
        const auto picture = window_->read_pixels();
        if (!picture) return tl::unexpected<Error>(picture.error());
        if (picture->width_px != shot.width_px || picture->height_px != shot.height_px) {
            return fail("take a picture: the display gave a window of " + std::to_string(picture->width_px) + "x" +
                        std::to_string(picture->height_px) + " pixels");
        }
        return write_png(shot.path, *picture);
    }

    void run() {
        auto last = std::chrono::steady_clock::now();
        int frames_wanted = kSettlingFrames;
        while (!window_->should_close() && !model_.quit) {
            const bool moving = model_.playback.playing || frames_wanted > 0;
            // While playing, the swap waits for the display; else nothing is drawn until something happens.
            if (window_->wait(moving ? 0 : kIdleWaitSeconds)) frames_wanted = kSettlingFrames;
            const auto now = std::chrono::steady_clock::now();
            tick(model_, std::chrono::duration<double>(now - last).count());
            last = now;
            if (open_what_was_asked()) frames_wanted = kSettlingFrames;
            if (!model_.playback.playing && frames_wanted == 0) continue;
            if (frames_wanted > 0) --frames_wanted;
            draw_one_frame();
            window_->swap();
        }
    }

private:
    void update_fonts() {
        // The window may have been made larger meanwhile.
        model_.scale = options_.scale > 0 ? options_.scale : default_scale(content_scale_, window_->width_px());
        const float size = std::floor(model_.font_px * model_.scale);
        if (fonts_revision_ == model_.revision && ui_.fonts.regular != nullptr && ui_.fonts.size_px == size) return;
        fonts_revision_ = model_.revision;
        std::string further = model_.notice;
        for (const ScenarioEntry& scenario : model_.scenarios) further += scenario.title.en + scenario.title.zh;
        const Recording* recording = model_.has_document() ? model_.document.recording.get() : nullptr;
        ui_.fonts = build_fonts(*ImGui::GetIO().Fonts, size, characters_in_use(recording, further));
        model_.font_notice = ui_.fonts.chinese ? "" : kNoChineseFont;
        window_->fonts_changed();
        window_->set_title(recording != nullptr ? "wirestory - " + recording->path : "wirestory");
    }

    // Starts opening, or takes what was opened. True when the window has something new to show.
    bool open_what_was_asked() {
        if (opening_.valid()) {
            if (opening_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
            Result<Document> opened = opening_.get();
            model_.busy.clear();
            if (opened) {
                set_document(model_, std::move(*opened));
            } else {
                model_.notice = opened.error().message;
            }
            return true;
        }
        if (model_.open_request.empty() || !options_.open) return false;
        const std::string path = std::exchange(model_.open_request, {});
        const bool scenario = path.ends_with(".yaml") || path.ends_with(".yml");
        model_.busy = std::string(text(scenario ? Text::kRunning : Text::kOpening, model_.view.language)) + " " + path;
        model_.notice.clear();
        opening_ = std::async(std::launch::async, options_.open, path);
        return true;
    }

    const ViewerOptions& options_;
    AppModel model_;
    Ui ui_;
    std::unique_ptr<Window> window_;
    float content_scale_ = 1;
    std::uint64_t fonts_revision_ = 0;
    std::future<Result<Document>> opening_;
};

}  // namespace

float default_scale(float content_scale, int width_px) {
    constexpr int kWidePx = 2200;
    constexpr float kStandardWidthPx = 1600;
    if (content_scale != 1 || width_px <= kWidePx) return content_scale;
    // In quarters, for fonts look best at sizes they were hinted for.
    return std::floor(4 * static_cast<float>(width_px) / kStandardWidthPx) / 4;
}

Status run_viewer(Document document, const ViewerOptions& options) {
    AppModel model = first_model(std::move(document), options);
    if (const Status shown = show_first(model, options); !shown) return shown;
    Viewer viewer(std::move(model), options);
    if (options.screenshot) {
        const ScreenshotOptions& shot = *options.screenshot;
        const Status opened = viewer.open_window(false, shot.width_px, shot.height_px);
        return opened ? viewer.take_picture(shot) : opened;
    }
    constexpr int kWidthPx = 1440;
    constexpr int kHeightPx = 900;
    if (const Status opened = viewer.open_window(true, kWidthPx, kHeightPx); !opened) return opened;
    viewer.run();
    return {};
}

}  // namespace wirestory::viz
