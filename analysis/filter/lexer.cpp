#include "analysis/filter/lexer.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "base/messages.hpp"

namespace wirestory::analysis::filter {

namespace {

struct Symbol {
    std::string_view text;
    TokenKind kind;
};
// Longer ones first, so that the first that fits is the longest.
constexpr std::array kSymbols = {
    Symbol{"===", TokenKind::kRelation}, Symbol{"!==", TokenKind::kRelation}, Symbol{"==", TokenKind::kRelation},
    Symbol{"!=", TokenKind::kRelation},  Symbol{"~=", TokenKind::kRelation},  Symbol{"<=", TokenKind::kRelation},
    Symbol{">=", TokenKind::kRelation},  Symbol{"&&", TokenKind::kAnd},       Symbol{"||", TokenKind::kOr},
    Symbol{"^^", TokenKind::kXor},       Symbol{"..", TokenKind::kRange},     Symbol{"<", TokenKind::kRelation},
    Symbol{">", TokenKind::kRelation},   Symbol{"~", TokenKind::kRelation},   Symbol{"&", TokenKind::kRelation},
    Symbol{"!", TokenKind::kNot},        Symbol{"(", TokenKind::kOpen},       Symbol{")", TokenKind::kClose},
    Symbol{"{", TokenKind::kOpenBrace},  Symbol{"}", TokenKind::kCloseBrace}, Symbol{",", TokenKind::kComma},
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
// Names of actors may be Chinese: bytes beyond ASCII are letters.
bool in_word(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || std::isalnum(byte) != 0 || c == '_' || c == '.' || c == ':' || c == '/' || c == '-';
}

std::optional<char> simple_escape(char c) {
    switch (c) {
        case 'n': return '\n';
        case 't': return '\t';
        case 'r': return '\r';
        case 'a': return '\a';
        case 'b': return '\b';
        case 'f': return '\f';
        case 'v': return '\v';
        case '\\':
        case '"':
        case '\'': return c;
        default: return std::nullopt;
    }
}

class Lexer {
public:
    Lexer(std::string_view text, Language language) : text_(text), language_(language) {}

    tl::expected<std::vector<Token>, FilterError> run() {
        while (!error_) {
            while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
            if (at_ == text_.size()) break;
            take();
        }
        if (error_) return tl::unexpected<FilterError>(*error_);
        tokens_.push_back({TokenKind::kEnd, {}, text_.size(), 1});
        return std::move(tokens_);
    }

private:
    void fail(std::string message, std::string hint, std::size_t begin, std::size_t length) {
        error_ = FilterError{std::move(message), std::move(hint), begin, length};
    }
    void add(TokenKind kind, std::string text, std::size_t begin) {
        tokens_.push_back({kind, std::move(text), begin, at_ - begin});
    }

    void take();
    bool take_symbol();
    void take_word();
    void take_string(char quote, bool raw);
    void take_slice();
    bool escape(std::string& out);
    std::optional<unsigned> digits(unsigned base, std::size_t most);

    std::string_view text_;
    Language language_;
    std::size_t at_ = 0;
    std::vector<Token> tokens_;
    std::optional<FilterError> error_;
};

void Lexer::take() {
    const char c = text_[at_];
    const bool raw = (c == 'r' || c == 'R') && at_ + 1 < text_.size() && text_[at_ + 1] == '"';
    if (c == '"' || c == '\'' || raw) return take_string(raw ? '"' : c, raw);
    if (c == '[') return take_slice();
    if (take_symbol()) return;
    if (in_word(c)) return take_word();
    if (c == '=') return fail(tr_in(language_, "a single `=` compares nothing"), tr_in(language_, "write =="), at_, 1);
    const bool printable = static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
    fail(printable ? tr_format_in(language_, "`{}` has no meaning in a filter", c)
                   : tr_in(language_, "a control character in a filter"),
         c == '|' ? tr_in(language_, "write || or the word or") : "", at_, 1);
}

bool Lexer::take_symbol() {
    for (const Symbol& symbol : kSymbols) {
        if (!text_.substr(at_).starts_with(symbol.text)) continue;
        const std::size_t begin = at_;
        at_ += symbol.text.size();
        add(symbol.kind, std::string(symbol.text), begin);
        return true;
    }
    return false;
}

void Lexer::take_word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && in_word(text_[at_]) && !text_.substr(at_).starts_with("..")) ++at_;
    std::string word(text_.substr(begin, at_ - begin));
    constexpr std::array kOperators = {
        Symbol{"and", TokenKind::kAnd},
        Symbol{"or", TokenKind::kOr},
        Symbol{"xor", TokenKind::kXor},
        Symbol{"not", TokenKind::kNot},
    };
    for (const Symbol& name : kOperators) {
        if (word == name.text) return add(name.kind, std::move(word), begin);
    }
    add(TokenKind::kWord, std::move(word), begin);
}

std::optional<unsigned> Lexer::digits(unsigned base, std::size_t most) {
    unsigned value = 0;
    std::size_t count = 0;
    for (; count < most && at_ < text_.size(); ++count, ++at_) {
        const char c = static_cast<char>(std::tolower(static_cast<unsigned char>(text_[at_])));
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
        if (digit >= static_cast<int>(base)) break;
        value = value * base + static_cast<unsigned>(digit);
    }
    return count > 0 ? std::optional(value) : std::nullopt;
}

// After the backslash.
bool Lexer::escape(std::string& out) {
    const std::size_t begin = at_ - 1;
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    if (const auto simple = simple_escape(c)) {
        out += *simple;
        ++at_;
        return true;
    }
    std::optional<unsigned> value;
    if (c == 'x') {
        ++at_;
        value = digits(16, 2);
    } else if (c >= '0' && c <= '7') {
        value = digits(8, 3);
    }
    if (!value || *value > 0xFF) {
        fail(tr_in(language_, "an escape that does not exist"),
             tr_in(language_, "there are \\n \\t \\r \\\\ \\\" \\x41 and \\101; r\"...\" takes all as it stands"),
             begin, std::min<std::size_t>(2, text_.size() - begin));
        return false;
    }
    out += static_cast<char>(*value);
    return true;
}

void Lexer::take_string(char quote, bool raw) {
    const std::size_t begin = at_;
    at_ += raw ? 2 : 1;
    std::string out;
    while (at_ < text_.size() && text_[at_] != quote) {
        if (raw || text_[at_] != '\\') {
            out += text_[at_++];
            continue;
        }
        ++at_;
        if (!escape(out)) return;
    }
    if (at_ == text_.size()) {
        return fail(tr_in(language_, "a string without its closing quote"),
                    tr_format_in(language_, "add {} at its end", quote), begin, 1);
    }
    ++at_;
    add(TokenKind::kString, std::move(out), begin);
}

void Lexer::take_slice() {
    const std::size_t begin = at_;
    const std::size_t end = text_.find(']', at_);
    if (end == std::string_view::npos)
        return fail(tr_in(language_, "a slice without its closing bracket"), tr_in(language_, "write [0:4]"), begin, 1);
    at_ = end + 1;
    add(TokenKind::kSlice, std::string(text_.substr(begin + 1, end - begin - 1)), begin);
}

}  // namespace

tl::expected<std::vector<Token>, FilterError> tokenize(std::string_view text, Language language) {
    return Lexer(text, language).run();
}

}  // namespace wirestory::analysis::filter
