#include "viz/app/window.hpp"

#include <cstdlib>

#include <GLFW/glfw3.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>

#include "base/messages.hpp"
#include "viz/app/key_bindings.hpp"

namespace wirestory::viz {

namespace {

Window* self(GLFWwindow* window) { return static_cast<Window*>(glfwGetWindowUserPointer(window)); }

void on_key(GLFWwindow* window, int key, int /*scancode*/, int action, int modifiers) {
    self(window)->input_seen();
    if (action != GLFW_RELEASE) self(window)->key_pressed(key, modifiers);
}

void on_drop(GLFWwindow* window, int count, const char** paths) {
    self(window)->input_seen();
    if (count > 0) self(window)->dropped(paths[0]);
}

// ImGui's backend calls these before its own, for they stand first (imgui_impl_glfw.h, "install_callbacks").
void install_callbacks(GLFWwindow* window) {
    glfwSetKeyCallback(window, on_key);
    glfwSetDropCallback(window, on_drop);
    glfwSetCursorPosCallback(window, [](GLFWwindow* w, double, double) { self(w)->input_seen(); });
    glfwSetMouseButtonCallback(window, [](GLFWwindow* w, int, int, int) { self(w)->input_seen(); });
    glfwSetScrollCallback(window, [](GLFWwindow* w, double, double) { self(w)->input_seen(); });
    glfwSetCharCallback(window, [](GLFWwindow* w, unsigned) { self(w)->input_seen(); });
    glfwSetFramebufferSizeCallback(window, [](GLFWwindow* w, int, int) { self(w)->input_seen(); });
    glfwSetWindowRefreshCallback(window, [](GLFWwindow* w) { self(w)->input_seen(); });
}

tl::unexpected<Error> no_window(const char* attempt) {
    const char* why = nullptr;
    glfwGetError(&why);
    std::string message = std::string(tr(attempt)) + ": " + (why != nullptr ? why : tr("no reason given"));
    if (std::getenv("DISPLAY") == nullptr && std::getenv("WAYLAND_DISPLAY") == nullptr) {
        message += tr(" (neither DISPLAY nor WAYLAND_DISPLAY is set; without a desktop, run it under xvfb-run)");
    }
    return fail(message);
}

}  // namespace

Result<std::unique_ptr<Window>> Window::open(int width_px, int height_px, bool visible, WindowEvents events) {
    glfwSetErrorCallback(nullptr);
    if (glfwInit() != GLFW_TRUE) return no_window(tr_later("open a window"));
    std::unique_ptr<Window> window(new Window());
    window->events_ = std::move(events);
    glfwWindowHint(GLFW_VISIBLE, visible ? GLFW_TRUE : GLFW_FALSE);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 0);
    window->window_ = glfwCreateWindow(width_px, height_px, "wirestory", nullptr, nullptr);
    if (window->window_ == nullptr) return no_window(tr_later("open a window with OpenGL 3.0"));
    glfwMakeContextCurrent(window->window_);
    glfwSwapInterval(visible ? 1 : 0);
    glfwSetWindowUserPointer(window->window_, window.get());
    install_callbacks(window->window_);
    IMGUI_CHECKVERSION();
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;  // leaves no file behind
    ImGui::GetIO().LogFilename = nullptr;
    window->imgui_ready_ = true;
    ImGui_ImplGlfw_InitForOpenGL(window->window_, true);
    if (!ImGui_ImplOpenGL3_Init("#version 130"))
        return fail(tr("open a window: OpenGL 3.0 with GLSL 1.30 is not there"));
    return window;
}

Window::~Window() {
    if (imgui_ready_) {
        if (ImGui::GetIO().BackendRendererUserData != nullptr) ImGui_ImplOpenGL3_Shutdown();
        ImGui_ImplGlfw_Shutdown();
        ImGui::DestroyContext();
    }
    if (window_ != nullptr) glfwDestroyWindow(window_);
    glfwTerminate();
}

bool Window::should_close() const { return glfwWindowShouldClose(window_) != 0; }

float Window::content_scale() const {
    float x = 1;
    float y = 1;
    glfwGetWindowContentScale(window_, &x, &y);
    return x > 0 ? x : 1;
}

int Window::width_px() const {
    int width = 0;
    int height = 0;
    glfwGetWindowSize(window_, &width, &height);
    return width;
}

void Window::set_title(const std::string& title) { glfwSetWindowTitle(window_, title.c_str()); }

bool Window::wait(double seconds) {
    input_seen_ = false;
    if (seconds > 0) {
        glfwWaitEventsTimeout(seconds);
    } else {
        glfwPollEvents();
    }
    return input_seen_;
}

void Window::frame(const std::function<void()>& draw, ImU32 ground) {
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    ImGui::NewFrame();
    draw();
    ImGui::Render();
    int width = 0;
    int height = 0;
    glfwGetFramebufferSize(window_, &width, &height);
    glViewport(0, 0, width, height);
    const ImVec4 colour = ImGui::ColorConvertU32ToFloat4(ground);
    glClearColor(colour.x, colour.y, colour.z, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

Result<Picture> Window::read_pixels() const {
    Picture picture;
    glfwGetFramebufferSize(window_, &picture.width_px, &picture.height_px);
    const auto row_bytes = static_cast<std::size_t>(picture.width_px) * 3;
    const auto rows = static_cast<std::size_t>(picture.height_px);
    std::vector<std::uint8_t> upside_down(row_bytes * rows);
    glFinish();
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, picture.width_px, picture.height_px, GL_RGB, GL_UNSIGNED_BYTE, upside_down.data());
    if (glGetError() != GL_NO_ERROR) return fail("take a picture: OpenGL refused to read the pixels");
    picture.rgb.reserve(upside_down.size());
    for (std::size_t row = rows; row-- > 0;) {
        const auto begin = upside_down.begin() + static_cast<std::ptrdiff_t>(row * row_bytes);
        picture.rgb.insert(picture.rgb.end(), begin, begin + static_cast<std::ptrdiff_t>(row_bytes));
    }
    return picture;
}

void Window::swap() { glfwSwapBuffers(window_); }

void Window::fonts_changed() {
    ImGui_ImplOpenGL3_DestroyFontsTexture();
    ImGui_ImplOpenGL3_CreateFontsTexture();
}

void Window::key_pressed(int key, int modifiers) {
    std::uint8_t held = kNoModifier;
    if ((modifiers & GLFW_MOD_SHIFT) != 0) held |= kShift;
    if ((modifiers & (GLFW_MOD_CONTROL | GLFW_MOD_SUPER)) != 0) held |= kControl;
    const Command command = command_for_key(key, held, ImGui::GetIO().WantTextInput);
    if (command != Command::kNone) events_.on_command(command);
}

void Window::dropped(const char* path) { events_.on_drop(path); }

}  // namespace wirestory::viz
