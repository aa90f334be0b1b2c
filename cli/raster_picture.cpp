#include "cli/raster_picture.hpp"

#include <cmath>
#include <memory>

#include <cairo-pdf.h>
#include <cairo.h>
#include <librsvg/rsvg.h>

#include "base/messages.hpp"

namespace wirestory::cli {

namespace {

constexpr double kPointsPerUnit = 72.0 / 96.0;
constexpr double kLargestSide = 32'000;  // cairo's image surfaces end at 32,767

struct Release {
    void operator()(RsvgHandle* handle) const { g_object_unref(handle); }
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
    void operator()(cairo_t* context) const { cairo_destroy(context); }
    void operator()(GError* error) const { g_error_free(error); }
};
using Handle = std::unique_ptr<RsvgHandle, Release>;
using Surface = std::unique_ptr<cairo_surface_t, Release>;
using Context = std::unique_ptr<cairo_t, Release>;

tl::unexpected<Error> fail_with(const std::string& path, GError* error) {
    const std::unique_ptr<GError, Release> owned(error);
    const bool said = owned && owned->message != nullptr;
    return fail(tr_format("draw {}: {}", path, said ? owned->message : tr("librsvg gave no reason")));
}

struct Picture {
    Handle handle;
    double width = 0;
    double height = 0;
};

Result<Picture> load(const std::string& svg, const std::string& path) {
    GError* error = nullptr;
    Picture picture;
    picture.handle.reset(rsvg_handle_new_from_data(reinterpret_cast<const guint8*>(svg.data()), svg.size(), &error));
    if (!picture.handle) return fail_with(path, error);
    rsvg_handle_set_dpi(picture.handle.get(), 96);
    if (rsvg_handle_get_intrinsic_size_in_pixels(picture.handle.get(), &picture.width, &picture.height) == FALSE ||
        !(picture.width >= 1) || !(picture.height >= 1)) {
        return fail(tr_format("draw {}: the picture has no size", path));
    }
    if (picture.width > kLargestSide || picture.height > kLargestSide) {
        return fail(tr_format(
            "draw {}: the picture is more than 32,000 pixels long; write .svg, or choose with --filter", path));
    }
    return picture;
}

Status render(const Picture& picture, cairo_surface_t* surface, double scale, const std::string& path) {
    const Context context(cairo_create(surface));
    cairo_scale(context.get(), scale, scale);
    const RsvgRectangle viewport{0, 0, picture.width, picture.height};
    GError* error = nullptr;
    if (rsvg_handle_render_document(picture.handle.get(), context.get(), &viewport, &error) == FALSE) {
        return fail_with(path, error);
    }
    const cairo_status_t status = cairo_status(context.get());
    if (status != CAIRO_STATUS_SUCCESS) return fail(tr_format("draw {}: {}", path, cairo_status_to_string(status)));
    return {};
}

Status written(cairo_status_t status, const std::string& path) {
    if (status == CAIRO_STATUS_SUCCESS) return {};
    return fail(tr_format("write {}: {}", path, cairo_status_to_string(status)));
}

}  // namespace

Status write_png(const std::string& svg, const std::string& path) {
    const auto picture = load(svg, path);
    if (!picture) return tl::unexpected<Error>(picture.error());
    const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(std::ceil(picture->width)),
                                                     static_cast<int>(std::ceil(picture->height))));
    if (const Status drawn = render(*picture, surface.get(), 1, path); !drawn) return drawn;
    return written(cairo_surface_write_to_png(surface.get(), path.c_str()), path);
}

Status write_pdf(const std::string& svg, const std::string& path) {
    const auto picture = load(svg, path);
    if (!picture) return tl::unexpected<Error>(picture.error());
    const Surface surface(
        cairo_pdf_surface_create(path.c_str(), picture->width * kPointsPerUnit, picture->height * kPointsPerUnit));
    if (const Status drawn = render(*picture, surface.get(), kPointsPerUnit, path); !drawn) return drawn;
    cairo_surface_finish(surface.get());
    return written(cairo_surface_status(surface.get()), path);
}

}  // namespace wirestory::cli
