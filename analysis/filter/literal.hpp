// Literals of a filter: text -> the value that a field of some type is compared with. Each mistake says what the field
// takes. Pure.
#pragma once

#include "analysis/filter/lexer.hpp"
#include "analysis/filter/program.hpp"

namespace wirestory::analysis::filter {

tl::expected<Literal, FilterError> parse_literal(const Field& field, bool as_bytes, const Token& token,
                                                 Language language);
// What is searched for need not be a whole value of the field: part of a word, three bytes of an Ethernet address.
tl::expected<Literal, FilterError> searched_or_compared(const Operand& left, Relation relation, const Token& token,
                                                        Language language);
// `token` as the upper end of the range that `low` begins.
tl::expected<Literal, FilterError> parse_range_end(const Field& field, bool as_bytes, Literal low, const Token& token,
                                                   Language language);

// 80, 0x50, 0120, 0b1010000, as C and Wireshark write numbers; nothing when it is none or too large for 63 bits.
std::optional<std::int64_t> parse_number(std::string_view text);

}  // namespace wirestory::analysis::filter
