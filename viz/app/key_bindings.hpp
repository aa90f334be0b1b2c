// The one table of keys: the key handler, the help overlay and docs/viewer.md follow it. Key numbers are GLFW's
// (GLFW_KEY_*), which are those of a US keyboard; modifiers are reduced to those that matter.
#pragma once

#include <cstdint>
#include <span>

#include "viz/app/commands.hpp"
#include "viz/app/ui_strings.hpp"

namespace wirestory::viz {

enum KeyModifier : std::uint8_t { kNoModifier = 0, kShift = 1, kControl = 2 };

struct KeyBinding {
    int key;
    std::uint8_t modifiers;
    Command command;
};
// A row of the help: what people read of one or two bindings.
struct KeyHelp {
    const char* keys;
    Text meaning;
};

std::span<const KeyBinding> key_bindings();
std::span<const KeyHelp> key_help();

// kNone when nothing is bound. While the user types into a text field only Escape acts.
Command command_for_key(int key, std::uint8_t modifiers, bool typing);

}  // namespace wirestory::viz
