// `wirestory view` of a build without GLFW and ImGui: says what is missing instead of not existing.
#ifndef WIRESTORY_HAVE_VIEWER

#include <fmt/core.h>

#include "base/messages.hpp"
#include "cli/commands.hpp"

namespace wirestory::cli {

void add_view_command(CLI::App& app, int& status) {
    CLI::App* view = app.add_subcommand("view", tr("Open the timeline window (not in this build)"));
    view->allow_extras();
    view->callback([&status] {
        fmt::print(stderr, "wirestory view: {}\n",
                   tr("this build has no viewer; install libimgui-dev, libglfw3-dev, libgl-dev, libpng-dev "
                      "and libfontconfig-dev and build again. `wirestory show` prints the same exchange as text."));
        status = kMachineCannot;
    });
}

}  // namespace wirestory::cli

#endif
