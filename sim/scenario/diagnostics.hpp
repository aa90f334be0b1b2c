// Diagnostics: the mistakes of a scenario file, all of them at once, each with a place and a hint.
// Knows nothing of scenarios, prints nothing. Plain data; one thread at a time while it is filled.
// It holds at most about a hundred: a file with more is no scenario.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wirestory::sim {

// Lines and columns count from 1; columns count characters, not bytes. line 0: the file as a whole.
struct SourceSpan {
    int line = 0;
    int column = 1;
    int length = 1;
};

enum class Severity { kError, kWarning };

struct Diagnostic {
    Severity severity = Severity::kError;
    SourceSpan span;
    std::string message;  // "unknown call `conect`"
    std::string hint;     // "did you mean `connect`?"; may be empty
};

struct Diagnostics {
    std::string file;
    std::vector<Diagnostic> items;

    void error(SourceSpan span, std::string message, std::string hint = {});
    void warning(SourceSpan span, std::string message, std::string hint = {});
    [[nodiscard]] bool has_errors() const;
    // No further one is kept: whoever reads a long list may stop looking.
    [[nodiscard]] bool full() const;
};

enum class Colours { kNone, kTerminal };  // kTerminal: ANSI escapes

// In the order of the file; the order of finding decides among mistakes at one place.
std::vector<Diagnostic> sorted_by_place(const Diagnostics& diagnostics);

// "FILE:LINE:COLUMN: error: MESSAGE", the line, a caret under the place (by display width), "hint: ..."; sorted by
// place. Control characters of the source are shown as `?`, so that no file can drive the reader's terminal.
std::string format_diagnostics(const Diagnostics& diagnostics, std::string_view source_text,
                               Colours colours = Colours::kNone);

}  // namespace wirestory::sim
