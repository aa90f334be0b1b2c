#include "viz/app/png_file.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>

#include <png.h>

namespace wirestory::viz {

namespace {

struct FileCloser {
    void operator()(std::FILE* file) const {
        if (file != nullptr) std::fclose(file);
    }
};

}  // namespace

// libpng's simplified interface (png.h, "Simplified API") reports through png_image instead of longjmp.
Status write_png(const std::string& path, const Picture& picture) {
    std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "wb"));
    if (!file) return fail_errno("write picture " + path, errno);
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(picture.width_px);
    image.height = static_cast<png_uint_32>(picture.height_px);
    image.format = PNG_FORMAT_RGB;
    if (png_image_write_to_stdio(&image, file.get(), 0, picture.rgb.data(), 0, nullptr) == 0) {
        return fail("write picture " + path + ": " + image.message);
    }
    // A full disk may show only when the buffers are written out.
    if (std::fclose(file.release()) != 0) return fail_errno("write picture " + path, errno);
    return {};
}

Result<Picture> read_png(const std::string& path) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_file(&image, path.c_str()) == 0) {
        return fail("read picture " + path + ": " + image.message);
    }
    image.format = PNG_FORMAT_RGB;
    Picture picture{static_cast<int>(image.width), static_cast<int>(image.height), {}};
    picture.rgb.resize(PNG_IMAGE_SIZE(image));
    if (png_image_finish_read(&image, nullptr, picture.rgb.data(), 0, nullptr) == 0) {
        return fail("read picture " + path + ": " + image.message);
    }
    return picture;
}

}  // namespace wirestory::viz
