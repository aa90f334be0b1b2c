#include "sim/scenario/step_lexer.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/messages.hpp"

namespace wirestory::sim {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word_part(char c) { return is_word_start(c) || is_digit(c); }

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// What input methods put where the language wants ASCII.
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kLookalikes{{
    {"（", "("},
    {"）", ")"},
    {"，", ","},
    {"：", ":"},
    {"“", "\""},
    {"”", "\""},
    {"「", "\""},
    {"」", "\""},
    {"＝", "="},
    {"。", "."},
    {"＞", ">"},
}};

class Lexer {
public:
    Lexer(const PlacedText& placed, Diagnostics& diagnostics) : placed_(placed), diagnostics_(diagnostics) {}

    bool run(std::vector<Token>& tokens) {
        while (true) {
            skip_spaces();
            const std::size_t begin = position_;
            Token token;
            if (position_ < text().size()) {
                if (!take(token)) return false;
            }
            token.text = text().substr(begin, position_ - begin);
            token.span = placed_.span(begin, position_);
            tokens.push_back(std::move(token));
            if (tokens.back().kind == TokenKind::kEnd) return true;
        }
    }

private:
    [[nodiscard]] std::string_view text() const { return placed_.text; }
    [[nodiscard]] char at(std::size_t ahead = 0) const {
        return position_ + ahead < text().size() ? text()[position_ + ahead] : '\0';
    }
    void skip_spaces() {
        while (at() == ' ' || at() == '\t' || at() == '\n' || at() == '\r') ++position_;
    }
    bool error(std::size_t begin, std::size_t end, std::string message, std::string hint) {
        diagnostics_.error(placed_.span(begin, end), std::move(message), std::move(hint));
        return false;
    }

    bool take(Token& token) {
        const char c = at();
        if (c == '"') return take_string(token);
        if (c == 'x' && at(1) == '"') return take_hex(token);
        if (is_word_start(c)) {
            token.kind = TokenKind::kWord;
            while (is_word_part(at())) ++position_;
            return true;
        }
        if (is_digit(c)) {
            token.kind = TokenKind::kNumber;
            while (is_word_part(at()) || (at() == '.' && is_word_part(at(1)))) ++position_;
            return true;
        }
        if (c == '$' && at(1) >= 'a' && at(1) <= 'z') {
            token.kind = TokenKind::kVariable;
            ++position_;
            while (is_word_part(at())) ++position_;
            return true;
        }
        if (c == '[') return take_bracket(token);
        return take_symbol(token);
    }

    bool take_symbol(Token& token) {
        static constexpr std::array<std::string_view, 7> kLong{"...", "->>", "->", "==", "!=", "<=", ">="};
        token.kind = TokenKind::kSymbol;
        for (const std::string_view symbol : kLong) {
            if (text().substr(position_, symbol.size()) != symbol) continue;
            position_ += symbol.size();
            return true;
        }
        if (std::string_view("(),.=+-|:><#*").find(at()) != std::string_view::npos) {
            ++position_;
            return true;
        }
        return unexpected_character();
    }

    bool unexpected_character() {
        const std::size_t begin = position_;
        std::size_t end = begin + 1;
        while (end < text().size() && (static_cast<unsigned char>(text()[end]) & 0xC0U) == 0x80U) ++end;
        const std::string_view character = text().substr(begin, end - begin);
        std::string hint;
        for (const auto& [lookalike, ascii] : kLookalikes)
            if (character == lookalike) hint = tr_format("write the plain `{}`", ascii);
        if (character == "'") hint = tr("strings stand in double quotes: \"hello\"");
        if (character == "{") hint = tr("put text into double quotes");
        if (character == "$") hint = tr("a variable is called by lower-case letters, digits and _: $size");
        if (character == ";") hint = tr("one step holds one call");
        return error(begin, end, tr_format("unexpected character {}", quoted(character)), std::move(hint));
    }

    bool take_bracket(Token& token) {
        const std::size_t close = text().find(']', position_);
        if (close == std::string_view::npos)
            return error(position_, position_ + 1, "`[` without `]`", tr("an IPv6 address is written [::1]:9000"));
        token.kind = TokenKind::kBracket;
        position_ = close + 1;
        return true;
    }

    bool unterminated(std::size_t begin) {
        std::string hint = tr("close the string with `\"`");
        const std::string_view rest = placed_.rest_of_line();
        if (placed_.plain && rest.substr(0, std::min(rest.size(), rest.find_first_not_of(" \t") + 1)).find('#') !=
                                 std::string_view::npos)
            hint = tr("YAML begins a comment at ` #`: put the whole step into single quotes");
        return error(begin, text().size(), tr("this string is never closed"), std::move(hint));
    }

    bool take_string(Token& token) {
        const std::size_t begin = position_++;
        token.kind = TokenKind::kString;
        while (position_ < text().size()) {
            const char c = text()[position_];
            if (c == '"') {
                ++position_;
                return true;
            }
            if (c == '\\') {
                if (!take_escape(token.bytes)) return false;
                continue;
            }
            token.bytes.push_back(static_cast<std::byte>(c));
            ++position_;
        }
        return unterminated(begin);
    }

    // C escapes: those of a character constant, \xHH (exactly two digits, so that text may follow) and octal.
    bool take_escape(Bytes& bytes) {
        static constexpr std::string_view kNames = "abfnrtv\\\"'0?";
        static constexpr std::string_view kValues{"\a\b\f\n\r\t\v\\\"'\0?", 12};
        const std::size_t begin = position_++;
        const char c = at();
        if (c == 'x') {
            const int high = hex_digit(at(1));
            const int low = high < 0 ? -1 : hex_digit(at(2));
            if (low < 0)
                return error(begin, begin + 2, tr("`\\x` needs two hexadecimal digits"), tr("for example \\x0a"));
            bytes.push_back(static_cast<std::byte>(high * 16 + low));
            position_ += 3;
            return true;
        }
        if (c >= '0' && c <= '7') {
            unsigned value = 0;
            for (int digits = 0; digits < 3 && at() >= '0' && at() <= '7'; ++digits, ++position_)
                value = value * 8 + static_cast<unsigned>(at() - '0');
            bytes.push_back(static_cast<std::byte>(value & 0xFFU));
            return true;
        }
        const std::size_t known = c == '\0' ? std::string_view::npos : kNames.find(c);
        if (known == std::string_view::npos)
            return error(begin, begin + 2, tr_format("unknown escape {}", quoted(text().substr(begin, 2))),
                         tr("known are \\n \\r \\t \\0 \\\\ \\\" and \\x0a; a backslash itself is written \\\\"));
        bytes.push_back(static_cast<std::byte>(kValues[known]));
        ++position_;
        return true;
    }

    bool take_hex(Token& token) {
        const std::size_t begin = position_;
        position_ += 2;
        token.kind = TokenKind::kString;
        while (position_ < text().size() && at() != '"') {
            if (at() == ' ') {
                ++position_;
                continue;
            }
            const int high = hex_digit(at());
            const int low = hex_digit(at(1));
            const std::size_t bad = high < 0 ? position_ : position_ + 1;
            if (high < 0 || (low < 0 && at(1) != '\0' && at(1) != '"'))
                return error(bad, bad + 1, tr("a hexadecimal string holds only 0-9 and a-f"),
                             tr("for example x\"00ff\""));
            if (low < 0)
                return error(begin, position_ + 1, tr("a hexadecimal string needs two digits a byte"),
                             tr("for example x\"00ff\""));
            token.bytes.push_back(static_cast<std::byte>(high * 16 + low));
            position_ += 2;
        }
        if (position_ >= text().size()) return unterminated(begin);
        ++position_;
        return true;
    }

    const PlacedText& placed_;
    Diagnostics& diagnostics_;
    std::size_t position_ = 0;
};

}  // namespace

std::optional<std::vector<Token>> lex_step(const PlacedText& text, Diagnostics& diagnostics) {
    std::vector<Token> tokens;
    if (!Lexer(text, diagnostics).run(tokens)) return std::nullopt;
    return tokens;
}

SourceSpan join(const SourceSpan& first, const SourceSpan& last) {
    SourceSpan span = first;
    if (last.line == first.line) span.length = std::max(first.length, last.column + last.length - first.column);
    return span;
}

std::string_view text_between(const Token& first, const Token& last) {
    const char* begin = first.text.data();
    const char* end = last.text.data() + last.text.size();
    return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace wirestory::sim
