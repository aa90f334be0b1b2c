// parse_call(): the shape of `conn = accept()`, `send("hello") = 5`, `conn.recv(1024) = -1 EAGAIN`, `recv(4) -> $n`.
// Knows the grammar, not which calls exist. The first mistake of a step ends that step.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "sim/scenario/parse_context.hpp"
#include "sim/scenario/step_lexer.hpp"

namespace wirestory::sim {

struct Word {
    std::string_view text;
    SourceSpan span;
};

// `-> $data` or `-> $data, $who` behind a call; `->> $all` appends to what the variable holds.
struct CaptureSyntax {
    bool append = false;
    std::vector<Word> names;  // without the `$`
    SourceSpan arrow;
};

struct CallSyntax {
    std::optional<Word> assigned;  // the name before `=`
    std::optional<Word> socket;    // the name before `.`
    Word call;
    std::vector<Value> arguments;
    SourceSpan parentheses;  // from `(` to `)`
    std::optional<Value> expected;
    std::optional<CaptureSyntax> capture;
};

std::optional<CallSyntax> parse_call(TokenCursor& cursor, ParseContext& context);
// `(` values `)`, for calls and tour places.
std::optional<std::vector<Value>> parse_arguments(TokenCursor& cursor, ParseContext& context);

}  // namespace wirestory::sim
