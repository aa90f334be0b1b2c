// The GLFW window with its OpenGL context and ImGui's backends; owns all three. Keys come in through our own callback
// and leave as commands, for ImGui's key API changed in 1.87. Main thread only, one at a time.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "viz/app/commands.hpp"
#include "viz/app/png_file.hpp"
#include "viz/app/ui.hpp"

struct GLFWwindow;

namespace wirestory::viz {

struct WindowEvents {
    std::function<void(Command)> on_command;
    std::function<void(const std::string& path)> on_drop;
};

class Window {
public:
    // Fails with a sentence when there is no display or no OpenGL.
    static Result<std::unique_ptr<Window>> open(int width_px, int height_px, bool visible, WindowEvents events);
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;
    ~Window();

    [[nodiscard]] bool should_close() const;
    [[nodiscard]] float content_scale() const;
    [[nodiscard]] int width_px() const;
    void set_title(const std::string& title);
    // Waits for input for at most `seconds` (0: only takes what is there) and remembers whether there was any.
    bool wait(double seconds);
    // One frame: `draw` is called between NewFrame and Render.
    void frame(const std::function<void()>& draw, ImU32 ground);
    // The last frame's pixels; call before swap().
    [[nodiscard]] Result<Picture> read_pixels() const;
    void swap();
    // To be called between frames after the atlas was built anew.
    void fonts_changed();
    // Used by GLFW's callbacks.
    void key_pressed(int key, int modifiers);
    void dropped(const char* path);
    void input_seen() { input_seen_ = true; }

private:
    Window() = default;
    GLFWwindow* window_ = nullptr;
    WindowEvents events_;
    bool imgui_ready_ = false;
    bool input_seen_ = false;
};

}  // namespace wirestory::viz
