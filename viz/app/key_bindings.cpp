#include "viz/app/key_bindings.hpp"

#include <array>

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace wirestory::viz {

namespace {

constexpr std::array kBindings = {
    KeyBinding{GLFW_KEY_SPACE, kNoModifier, Command::kPlayPause},
    KeyBinding{GLFW_KEY_LEFT, kNoModifier, Command::kStepBack},
    KeyBinding{GLFW_KEY_RIGHT, kNoModifier, Command::kStepForward},
    KeyBinding{GLFW_KEY_HOME, kNoModifier, Command::kFirst},
    KeyBinding{GLFW_KEY_END, kNoModifier, Command::kLast},
    KeyBinding{GLFW_KEY_LEFT_BRACKET, kNoModifier, Command::kSlower},
    KeyBinding{GLFW_KEY_RIGHT_BRACKET, kNoModifier, Command::kFaster},
    KeyBinding{GLFW_KEY_A, kNoModifier, Command::kShowAll},
    KeyBinding{GLFW_KEY_EQUAL, kNoModifier, Command::kZoomIn},
    KeyBinding{GLFW_KEY_EQUAL, kShift, Command::kZoomIn},
    KeyBinding{GLFW_KEY_KP_ADD, kNoModifier, Command::kZoomIn},
    KeyBinding{GLFW_KEY_MINUS, kNoModifier, Command::kZoomOut},
    KeyBinding{GLFW_KEY_KP_SUBTRACT, kNoModifier, Command::kZoomOut},
    KeyBinding{GLFW_KEY_F, kNoModifier, Command::kFit},
    KeyBinding{GLFW_KEY_LEFT, kShift, Command::kPanLeft},
    KeyBinding{GLFW_KEY_RIGHT, kShift, Command::kPanRight},
    KeyBinding{GLFW_KEY_X, kNoModifier, Command::kNextAxis},
    KeyBinding{GLFW_KEY_UP, kNoModifier, Command::kSelectPrevious},
    KeyBinding{GLFW_KEY_DOWN, kNoModifier, Command::kSelectNext},
    KeyBinding{GLFW_KEY_ESCAPE, kNoModifier, Command::kClearSelection},
    KeyBinding{GLFW_KEY_SLASH, kNoModifier, Command::kFocusSearch},
    KeyBinding{GLFW_KEY_F, kControl, Command::kFocusSearch},
    KeyBinding{GLFW_KEY_SLASH, kControl, Command::kFocusFilter},  // as in Wireshark
    KeyBinding{GLFW_KEY_Y, kNoModifier, Command::kFocusFilter},
    KeyBinding{GLFW_KEY_Y, kShift, Command::kClearFilter},
    KeyBinding{GLFW_KEY_N, kNoModifier, Command::kSearchNext},
    KeyBinding{GLFW_KEY_F3, kNoModifier, Command::kSearchNext},
    KeyBinding{GLFW_KEY_PAGE_DOWN, kNoModifier, Command::kTourNext},
    KeyBinding{GLFW_KEY_PAGE_UP, kNoModifier, Command::kTourPrevious},
    KeyBinding{GLFW_KEY_1, kNoModifier, Command::kTab1},
    KeyBinding{GLFW_KEY_2, kNoModifier, Command::kTab2},
    KeyBinding{GLFW_KEY_3, kNoModifier, Command::kTab3},
    KeyBinding{GLFW_KEY_4, kNoModifier, Command::kTab4},
    KeyBinding{GLFW_KEY_5, kNoModifier, Command::kTab5},
    KeyBinding{GLFW_KEY_6, kNoModifier, Command::kTab6},
    KeyBinding{GLFW_KEY_7, kNoModifier, Command::kTab7},
    KeyBinding{GLFW_KEY_8, kNoModifier, Command::kTab8},
    KeyBinding{GLFW_KEY_T, kNoModifier, Command::kToggleTheme},
    KeyBinding{GLFW_KEY_L, kNoModifier, Command::kToggleLanguage},
    KeyBinding{GLFW_KEY_H, kNoModifier, Command::kToggleHelp},
    KeyBinding{GLFW_KEY_F1, kNoModifier, Command::kToggleHelp},
    KeyBinding{GLFW_KEY_SLASH, kShift, Command::kToggleHelp},
    KeyBinding{GLFW_KEY_EQUAL, kControl, Command::kLargerText},
    KeyBinding{GLFW_KEY_EQUAL, kControl | kShift, Command::kLargerText},
    KeyBinding{GLFW_KEY_KP_ADD, kControl, Command::kLargerText},
    KeyBinding{GLFW_KEY_MINUS, kControl, Command::kSmallerText},
    KeyBinding{GLFW_KEY_KP_SUBTRACT, kControl, Command::kSmallerText},
    KeyBinding{GLFW_KEY_0, kControl, Command::kNormalText},
    KeyBinding{GLFW_KEY_Q, kControl, Command::kQuit},
};

constexpr std::array kHelp = {
    KeyHelp{"Space", Text::kKeyPlay},
    KeyHelp{"←  →", Text::kKeyStep},
    KeyHelp{"Home  End", Text::kKeyEnds},
    KeyHelp{"[  ]", Text::kKeySpeed},
    KeyHelp{"A", Text::kKeyShowAll},
    KeyHelp{"+  -", Text::kKeyZoom},
    KeyHelp{"F", Text::kKeyFit},
    KeyHelp{"Shift ←  →", Text::kKeyPan},
    KeyHelp{"X", Text::kKeyAxis},
    KeyHelp{"↑  ↓", Text::kKeySelect},
    KeyHelp{"Esc", Text::kKeyClear},
    KeyHelp{"/  N", Text::kKeySearch},
    KeyHelp{"Y  Ctrl /", Text::kKeyFilter},
    KeyHelp{"Shift Y", Text::kKeyClearFilter},
    KeyHelp{"PgDn  PgUp", Text::kKeyTour},
    KeyHelp{"1 ... 8", Text::kKeyTabs},
    KeyHelp{"T", Text::kKeyTheme},
    KeyHelp{"L", Text::kKeyLanguage},
    KeyHelp{"Ctrl +  -  0", Text::kKeyText},
    KeyHelp{"H  F1  ?", Text::kKeyHelp},
    KeyHelp{"Ctrl Q", Text::kKeyQuit},
};

}  // namespace

std::span<const KeyBinding> key_bindings() { return kBindings; }
std::span<const KeyHelp> key_help() { return kHelp; }

Command command_for_key(int key, std::uint8_t modifiers, bool typing) {
    if (typing && key != GLFW_KEY_ESCAPE) return Command::kNone;
    for (const KeyBinding& binding : kBindings) {
        if (binding.key == key && binding.modifiers == modifiers) return binding.command;
    }
    return Command::kNone;
}

}  // namespace wirestory::viz
