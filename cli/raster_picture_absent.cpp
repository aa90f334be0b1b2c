#include "base/messages.hpp"
#include "cli/raster_picture.hpp"

namespace wirestory::cli {

namespace {

Status refuse(const std::string& path) {
    return fail(
        tr_format("write {}: this wirestory was built without librsvg (package librsvg2-dev); write .svg", path));
}

}  // namespace

Status write_png(const std::string& /*svg*/, const std::string& path) { return refuse(path); }
Status write_pdf(const std::string& /*svg*/, const std::string& path) { return refuse(path); }

}  // namespace wirestory::cli
