// Diagnostics: the mistakes of a scenario file, all of them at once, each with a place and a hint.
#pragma once

#include <string>
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
};

// "FILE:LINE:COLUMN: error: MESSAGE", the line, a caret under the place (by display width), "hint: ..."; sorted by
// place.
std::string format_diagnostics(const Diagnostics& diagnostics, std::string_view source_text);

}  // namespace wirestory::sim
