#include "analysis/filter/operand.hpp"

#include <algorithm>
#include <array>

#include "analysis/filter/literal.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"

namespace wirestory::analysis::filter {

namespace {

constexpr std::int64_t kLargestPosition = 0x7FFFFFFF;

std::optional<std::int64_t> position(std::string_view text) {
    const auto value = parse_number(text);
    return value && *value <= kLargestPosition && *value >= -kLargestPosition ? value : std::nullopt;
}

}  // namespace

std::optional<Slice> parse_slice(std::string_view text) {
    const auto trim = [](std::string_view part) {
        while (part.starts_with(' ')) part.remove_prefix(1);
        while (part.ends_with(' ')) part.remove_suffix(1);
        return part;
    };
    text = trim(text);
    if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        const std::string_view first = trim(text.substr(0, colon));
        const std::string_view length = trim(text.substr(colon + 1));
        const auto begin = first.empty() ? std::optional<std::int64_t>(0) : position(first);
        if (!begin) return std::nullopt;
        if (length.empty()) return Slice{*begin, std::nullopt};
        const auto count = position(length);
        return count && *count > 0 ? std::optional(Slice{*begin, *count}) : std::nullopt;
    }
    if (const std::size_t dash = text.find('-', 1); dash != std::string_view::npos) {
        const auto begin = position(trim(text.substr(0, dash)));
        const auto last = position(trim(text.substr(dash + 1)));
        if (!begin || !last || *begin < 0 || *last < *begin) return std::nullopt;
        return Slice{*begin, *last - *begin + 1};
    }
    const auto begin = position(text);
    return begin ? std::optional(Slice{*begin, 1}) : std::nullopt;
}

std::optional<std::string> wrong_relation(const Operand& left, Relation relation, Language language) {
    const Field& field = *left.field;
    const bool searches = relation == Relation::kContains || relation == Relation::kMatches;
    if (searches && !is_bytes(field.type) && !is_text(field.type)) {
        return tr_format_in(language, "{} holds no bytes to search in", field.name);
    }
    if (!searches && field.type == FieldType::kProtocol && !left.slice) {
        return tr_format_in(language, "{} is a protocol: it is there or not, and contains or matches bytes",
                            field.name);
    }
    if (field.type == FieldType::kWord && !searches && relation != Relation::kEqual &&
        relation != Relation::kNotEqual) {
        return tr_format_in(language, "{} is a name: it is equal or not", field.name);
    }
    return std::nullopt;
}

bool comparable(const Operand& left, const Operand& right) {
    const FieldType a = left.field->type;
    const FieldType b = right.field->type;
    return (is_number(a) && is_number(b)) || (is_address(a) && is_address(b)) || (is_bytes(a) && is_bytes(b)) ||
           (is_text(a) && is_text(b));
}

std::string shown(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) c = '?';
    }
    return '"' + fit_width(out, 40) + '"';
}

std::string field_hint(std::string_view name, Language language) {
    constexpr std::size_t kLongest = 64;
    if (name.size() > kLongest) return {};
    const std::vector<std::string_view> names = field_names();
    if (const auto near = closest(name, names)) return tr_format_in(language, "did you mean {}?", *near);
    for (const std::string_view candidate : names) {  // `syn`, `srcport`, `window_size`
        if (candidate.size() > name.size() + 1 && candidate.ends_with(name) &&
            candidate[candidate.size() - name.size() - 1] == '.') {
            return tr_format_in(language, "did you mean {}?", candidate);
        }
    }
    return tr_in(language, "docs/filters.md lists the fields; text stands in quotes");
}

std::string capture_filter_hint(const std::vector<Token>& tokens, std::size_t at, Language language) {
    static constexpr std::array<std::string_view, 8> kWords = {"tcp", "udp", "ip", "src", "dst", "host", "net", "port"};
    const auto is_word = [&](std::size_t i, std::string_view word) {
        return i < tokens.size() && tokens[i].kind == TokenKind::kWord && tokens[i].text == word;
    };
    // The two words that begin it may lie before the place of the error.
    std::size_t begin = at;
    while (begin > 0 && std::any_of(kWords.begin(), kWords.end(), [&](auto w) { return is_word(begin - 1, w); }))
        --begin;
    const bool udp = is_word(begin, "udp");
    std::string direction;
    for (std::size_t i = begin; i + 1 < tokens.size() && tokens[i].kind == TokenKind::kWord; ++i) {
        if (is_word(i, "src") || is_word(i, "dst")) direction = tokens[i].text;
        const std::string& value = tokens[i + 1].text;
        if (tokens[i + 1].kind != TokenKind::kWord) break;
        if (is_word(i, "port") && parse_number(value)) {
            return tr_format_in(language, "that is a capture filter; here it is {}.{}port == {}", udp ? "udp" : "tcp",
                                direction, value);
        }
        if (is_word(i, "host") || is_word(i, "net")) {
            const char* version = value.find(':') != std::string::npos ? "ipv6" : "ip";
            return tr_format_in(language, "that is a capture filter; here it is {}.{} == {}", version,
                                direction.empty() ? "addr" : direction, value);
        }
    }
    return {};
}

}  // namespace wirestory::analysis::filter
