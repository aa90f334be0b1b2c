#include "viz/app/app.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "base/messages.hpp"
#include "viz/app/app_model.hpp"
#include "viz/app/commands.hpp"
#include "viz/app/document_loader.hpp"
#include "viz/app/model_work.hpp"
#include "viz/app/style.hpp"
#include "viz/app/ui.hpp"
#include "viz/app/ui_strings.hpp"
#include "viz/app/window.hpp"

namespace wirestory::viz {

namespace {

// Said when the Chinese one cannot be drawn.
constexpr const char* kNoChineseFont = "No Chinese font was found: install fonts-noto-cjk.";
constexpr double kIdleWaitSeconds = 0.25;  // how often an idle window looks whether anything is to be done ...
constexpr double kBusyWaitSeconds = 0.05;  // ... and one that waits for its own threads
constexpr double kDrawingShare = 0.2;      // of the time, at most, for pictures that show nothing but progress
constexpr int kSettlingFrames = 3;         // ImGui learns sizes of some widgets by drawing them

AppModel first_model(PreparedDocument document, const ViewerOptions& options) {
    AppModel model;
    model.dark = options.dark;
    model.view.language = options.language;
    model.can_open = static_cast<bool>(options.open);
    if (document.document) set_document(model, std::move(document));
    model.beginning_only = !options.rest_of.empty();
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

    // Starts what goes on while the window is shown.
    void begin_work() {
        if (options_.find_scenarios) {
            scenarios_.start([find = options_.find_scenarios](WorkMeter&) { return find(); });
        }
        if (!options_.rest_of.empty()) open(options_.rest_of, false);
    }

    Status take_picture(const ScreenshotOptions& shot) {
        // The pointer is nowhere, so that the picture does not depend on it.
        for (int i = 0; i <= kSettlingFrames; ++i) {
            ImGui::GetIO().DeltaTime = 1.0F / 60;
            draw_one_frame();
            work_.finish(model_);
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
        auto drawn = last;
        double frame_seconds = 0;
        int frames_wanted = kSettlingFrames;
        bool first = true;
        while (!window_->should_close() && !model_.quit) {
            const bool moving = model_.playback.playing || frames_wanted > 0;
            const bool busy = loader_.running() || work_.running() || scenarios_.running();
            // While playing, the swap waits for the display; else nothing is drawn until something happens.
            if (window_->wait(moving ? 0 : busy ? kBusyWaitSeconds : kIdleWaitSeconds)) frames_wanted = kSettlingFrames;
            const auto now = std::chrono::steady_clock::now();
            tick(model_, std::chrono::duration<double>(now - last).count());
            last = now;
            const bool rested = std::chrono::duration<double>(now - drawn).count() > frame_seconds / kDrawingShare;
            switch (take_what_came()) {
                case News::kAnswer: frames_wanted = kSettlingFrames; break;
                case News::kProgress: frames_wanted = std::max(frames_wanted, rested ? 1 : 0); break;
                case News::kNone: break;
            }
            if (!model_.playback.playing && frames_wanted == 0) continue;
            if (frames_wanted > 0) --frames_wanted;
            draw_one_frame();
            window_->swap();
            drawn = std::chrono::steady_clock::now();
            frame_seconds = std::chrono::duration<double>(drawn - now).count();
            // Not before: the first picture shall not share the machine with them.
            if (std::exchange(first, false)) begin_work();
        }
    }

private:
    void update_fonts() {
        // The window may have been made larger meanwhile.
        model_.scale = options_.scale > 0 ? options_.scale : default_scale(content_scale_, window_->width_px());
        const float size = std::floor(model_.font_px * model_.scale);
        const Language language = model_.view.language;
        const bool same = characters_revision_ == model_.revision && characters_notice_ == model_.notice &&
                          characters_scenarios_ == model_.scenarios.size() && characters_language_ == language;
        if (same && ui_.fonts.regular != nullptr && ui_.fonts.size_px == size) return;
        characters_revision_ = model_.revision;
        characters_notice_ = model_.notice;
        characters_scenarios_ = model_.scenarios.size();
        characters_language_ = language;
        std::string further = model_.notice;
        for (const ScenarioEntry& scenario : model_.scenarios) further += scenario.title.in(language);
        const Recording* recording = model_.has_document() ? model_.document.recording.get() : nullptr;
        window_->set_title(recording != nullptr ? "wirestory - " + recording->path : "wirestory");
        std::string characters = characters_in_use(recording, language, further);
        if (characters == characters_ && ui_.fonts.regular != nullptr && ui_.fonts.size_px == size) return;
        characters_ = std::move(characters);
        ui_.fonts = build_fonts(*ImGui::GetIO().Fonts, size, characters_);
        model_.font_notice = ui_.fonts.chinese ? "" : kNoChineseFont;
        window_->fonts_changed();
    }

    void open(const std::string& path, bool wants_first) {
        continues_ = !wants_first;
        loader_.start(options_.open, path, model_.view.axis, wants_first);
    }

    // What the threads have made since the last frame.
    News take_what_came() {
        News news = take_loaded();
        if (auto scenarios = scenarios_.take()) {
            model_.scenarios = std::move(*scenarios);
            news = News::kAnswer;
        }
        if (!model_.open_request.empty() && options_.open) {
            const std::string path = std::exchange(model_.open_request, {});
            const bool scenario = path.ends_with(".yaml") || path.ends_with(".yml");
            model_.busy =
                std::string(text(scenario ? Text::kRunning : Text::kOpening, model_.view.language)) + " " + path;
            model_.notice.clear();
            open(path, true);
            news = News::kAnswer;
        }
        return std::max(work_.poll(model_), news);
    }

    News take_loaded() {
        if (std::exchange(model_.stop_loading, false)) {
            loader_.cancel();
            model_.loading.reset();
            model_.busy.clear();
            return News::kAnswer;
        }
        if (!loader_.running()) return News::kNone;
        if (auto first = loader_.take_first()) {
            set_document(model_, std::move(*first));
            model_.beginning_only = true;
            continues_ = true;
            return News::kAnswer;
        }
        auto whole = loader_.take_whole();
        if (!whole) {
            model_.loading = loader_.progress();
            return News::kProgress;
        }
        model_.loading.reset();
        model_.busy.clear();
        if (!*whole) {
            model_.notice = whole->error().message;
        } else if (continues_) {
            continue_document(model_, std::move(**whole));
        } else {
            set_document(model_, std::move(**whole));
        }
        return News::kAnswer;
    }

    const ViewerOptions& options_;
    AppModel model_;
    Ui ui_;
    std::unique_ptr<Window> window_;
    float content_scale_ = 1;
    // What the fonts were last made for.
    std::uint64_t characters_revision_ = 0;
    std::string characters_notice_;
    std::size_t characters_scenarios_ = 0;
    Language characters_language_ = Language::kEnglish;
    std::string characters_;
    bool continues_ = false;  // what is being loaded begins with what is shown
    BackgroundWork<std::vector<ScenarioEntry>> scenarios_;
    ModelWork work_;
    DocumentLoader loader_;
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
    AppModel model = first_model(prepare(std::move(document), AxisMode::kSqueezed), options);
    if (options.screenshot && options.find_scenarios) model.scenarios = options.find_scenarios();
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
