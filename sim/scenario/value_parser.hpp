// parse_value(): what stands between a call's parentheses or behind its `=`.
// Knows how values are written, not which call wants which. Mistakes go to the context; then there is no value.
#pragma once

#include <optional>

#include "sim/scenario/parse_context.hpp"
#include "sim/scenario/step_lexer.hpp"

namespace wirestory::sim {

// Terms joined by `+`; the cursor stands behind the value afterwards.
std::optional<Value> parse_value(TokenCursor& cursor, ParseContext& context);
// Behind `=`: also `-1 ECONNREFUSED`, as strace prints it, which means the same as `ECONNREFUSED`.
std::optional<Value> parse_expected(TokenCursor& cursor, ParseContext& context);
// True for `server:9000`, `*:9000`, `[::1]:9000`, `127.0.0.1:9000` at the cursor.
bool starts_address(const TokenCursor& cursor);

bool same_data(const Value& a, const Value& b);
// "a string", "a number" ...: for messages.
inline const char* kind_of(const Value& value) { return name_of(type_of(value)); }

}  // namespace wirestory::sim
