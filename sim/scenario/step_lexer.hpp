// Cuts the text of a step, pattern, condition or tour place into tokens, each with its place in the file.
// Knows quotes and numbers, not what the words mean. The first error ends it: the rest of a broken string is noise.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "sim/scenario/diagnostics.hpp"
#include "sim/scenario/source_text.hpp"

namespace wirestory::sim {

enum class TokenKind {
    kWord,      // client, SO_REUSEADDR, _
    kNumber,    // begins with a digit: 9000, 64KiB, 40ms, 0x10, 127.0.0.1
    kVariable,  // $name
    kString,    // "hello\n", x"00ff"
    kBracket,   // [::1], with its brackets
    kSymbol,    // ( ) , . = + - | : > < # * ; == != <= >= ...
    kEnd,
};

struct Token {
    TokenKind kind = TokenKind::kEnd;
    std::string_view text;  // as written
    Bytes bytes;            // of a string
    SourceSpan span;

    [[nodiscard]] bool is(std::string_view symbol) const { return kind == TokenKind::kSymbol && text == symbol; }
    [[nodiscard]] bool is_word() const { return kind == TokenKind::kWord; }
};

// The tokens, ended by a kEnd token; nothing after an error (which is then in `diagnostics`).
std::optional<std::vector<Token>> lex_step(const PlacedText& text, Diagnostics& diagnostics);

// Reads tokens one after another; beyond the last there is always kEnd.
class TokenCursor {
public:
    explicit TokenCursor(const std::vector<Token>& tokens) : tokens_(tokens) {}

    [[nodiscard]] const Token& peek(std::size_t ahead = 0) const {
        return tokens_[std::min(position_ + ahead, tokens_.size() - 1)];
    }
    [[nodiscard]] bool at_end() const { return peek().kind == TokenKind::kEnd; }
    const Token& take() {
        const Token& token = peek();
        if (position_ + 1 < tokens_.size()) ++position_;
        return token;
    }
    bool take_if(std::string_view symbol) {
        if (!peek().is(symbol)) return false;
        take();
        return true;
    }
    // The token before the one that peek() shows.
    [[nodiscard]] const Token& previous() const { return tokens_[position_ == 0 ? 0 : position_ - 1]; }

private:
    const std::vector<Token>& tokens_;
    std::size_t position_ = 0;
};

// From the first token to the last, as far as both stand in one line.
SourceSpan join(const SourceSpan& first, const SourceSpan& last);
// The text from the first token to the last; both must be of the same step.
std::string_view text_between(const Token& first, const Token& last);

}  // namespace wirestory::sim
