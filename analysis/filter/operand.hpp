// What the parser asks about operands: which relations a type knows, how slices are written, and what somebody probably
// meant who wrote something else.
#pragma once

#include <string>
#include <vector>

#include "analysis/filter/lexer.hpp"
#include "analysis/filter/program.hpp"

namespace wirestory::analysis::filter {

std::optional<Slice> parse_slice(std::string_view text);
// The sentence that says why this field does not know this relation; nothing when it does.
std::optional<std::string> wrong_relation(const Operand& left, Relation relation, Language language);
bool comparable(const Operand& left, const Operand& right);
// What somebody wrote, in quotes, as one short line.
std::string shown(std::string_view text);
// "did you mean tcp.port?", or where the names stand.
std::string field_hint(std::string_view name, Language language);
// Somebody wrote `tcp port 80`, tcpdump's language: how it is said here. Empty when it does not look like that.
std::string capture_filter_hint(const std::vector<Token>& tokens, std::size_t at, Language language);

}  // namespace wirestory::analysis::filter
