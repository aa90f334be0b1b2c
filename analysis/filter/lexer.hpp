// The words of a display filter, with their places. Pure; knows no fields and no grammar. Text is any bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "analysis/filter/filter.hpp"

namespace wirestory::analysis::filter {

enum class TokenKind : std::uint8_t {
    kWord,      // tcp.port, 9000, 10.0.0.0/8, fe80::1, retransmission
    kString,    // "...", r"..." or '.'; `text` has the escapes resolved
    kSlice,     // [0:4]; `text` is what stands between the brackets
    kRelation,  // == != ~= === < <= > >= & ~, as written
    kNot,
    kAnd,
    kOr,
    kXor,
    kOpen,
    kClose,
    kOpenBrace,
    kCloseBrace,
    kComma,
    kRange,  // ..
    kEnd,
};

struct Token {
    TokenKind kind = TokenKind::kEnd;
    std::string text;
    std::size_t begin = 0;
    std::size_t length = 0;
};

// All tokens, the last of kind kEnd.
tl::expected<std::vector<Token>, FilterError> tokenize(std::string_view text, Language language);

}  // namespace wirestory::analysis::filter
