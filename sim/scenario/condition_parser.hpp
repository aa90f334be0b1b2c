// Conditions of `until:`: `conn.unread_bytes == 11`, `server.conn.state == CLOSE_WAIT`,
// `packet(client > server: FIN ACK) == 2`, each with an optional ` within 5s`.
// Knows the sockets that the story has made so far; mistakes go to the context.
#pragma once

#include <optional>

#include "sim/scenario/parse_context.hpp"
#include "sim/scenario/step_lexer.hpp"

namespace wirestory::sim {

// To the end of the cursor's tokens.
std::optional<UntilStep> parse_condition(TokenCursor& cursor, ParseContext& context);

// `server.conn`, `conn`, `client`: words joined by dots. Reports a socket that was never made.
std::optional<SocketName> find_socket(const std::vector<Token>& path, ParseContext& context);
// `>=` and a value at the cursor.
std::optional<Comparison> parse_comparison(TokenCursor& cursor, ParseContext& context);
// A TCP state's name at a token, reported with a hint when there is no such state.
std::optional<TcpState> parse_state_name(std::string_view name, const SourceSpan& span, ParseContext& context);

}  // namespace wirestory::sim
