#include "analysis/filter/literal.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "analysis/filter/operand.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"

namespace wirestory::analysis::filter {

namespace {

using Outcome = tl::expected<Literal, FilterError>;

tl::unexpected<FilterError> mistake(const Token& token, std::string message, std::string hint = {}) {
    return tl::unexpected<FilterError>(FilterError{std::move(message), std::move(hint), token.begin, token.length});
}

std::string shown(const Token& token) { return filter::shown(token.text); }

Outcome number_literal(const Field& field, const Token& token, Language language) {
    // 'a' is the number of its character.
    const bool character = token.kind == TokenKind::kString && token.text.size() == 1;
    const auto value = character ? std::optional<std::int64_t>(static_cast<unsigned char>(token.text.front()))
                                 : parse_number(token.text);
    if (!value || (token.kind == TokenKind::kString && !character)) {
        return mistake(token, tr_format_in(language, "{} is a number, {} is none", field.name, shown(token)));
    }
    if (*value < 0 || static_cast<std::uint64_t>(*value) > field.largest) {
        return mistake(token, tr_format_in(language, "{} takes numbers from 0 to {}", field.name, field.largest));
    }
    Literal literal;
    literal.number = literal.number_high = *value;
    return literal;
}

Outcome flag_literal(const Field& field, const Token& token, Language language) {
    constexpr std::array<std::string_view, 5> kTrue = {"1", "true", "True", "TRUE", "0x1"};
    constexpr std::array<std::string_view, 5> kFalse = {"0", "false", "False", "FALSE", "0x0"};
    const bool is_true = std::find(kTrue.begin(), kTrue.end(), token.text) != kTrue.end();
    if (!is_true && std::find(kFalse.begin(), kFalse.end(), token.text) == kFalse.end()) {
        return mistake(token, tr_format_in(language, "{} is 1 or 0", field.name),
                       tr_in(language, "true and false will do, too"));
    }
    Literal literal;
    literal.number = literal.number_high = is_true ? 1 : 0;
    return literal;
}

// "0.25" in seconds, to the nanosecond: no floating point, so that 0.1 is 100,000,000 ns.
std::optional<std::int64_t> parse_seconds(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const std::size_t point = std::min(text.find('.'), text.size());
    std::string_view whole = text.substr(0, point);
    std::string_view part = point < text.size() ? text.substr(point + 1) : std::string_view{};
    constexpr std::size_t kMostWhole = 10;  // 9,999,999,999 s is the year 2286 and still fits
    const auto all_digits = [](std::string_view s) {
        return std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
    };
    if ((whole.empty() && part.empty()) || whole.size() > kMostWhole || part.size() > 9) return std::nullopt;
    if (!all_digits(whole) || !all_digits(part)) return std::nullopt;
    std::int64_t value = 0;
    for (const char c : whole) value = value * 10 + (c - '0');
    for (std::size_t i = 0; i < 9; ++i) value = value * 10 + (i < part.size() ? part[i] - '0' : 0);
    // Beyond 2262 nanoseconds leave 63 bits.
    if (whole.size() == kMostWhole && whole > "9223372035") return std::nullopt;
    return negative ? -value : value;
}

Outcome seconds_literal(const Field& field, const Token& token, Language language) {
    auto value = parse_seconds(token.text);
    if (!value) value = parse_duration(token.text);
    if (!value) {
        return mistake(token, tr_format_in(language, "{} is a time in seconds, {} is none", field.name, shown(token)),
                       tr_in(language, "write 0.25, or 250ms, 40us, 1.5s"));
    }
    Literal literal;
    literal.number = literal.number_high = *value;
    return literal;
}

const char* example_address(FieldType type, Language language) {
    if (type == FieldType::kIpv6) return tr_in(language, "write ::1, fe80::1 or fe80::/10");
    if (type == FieldType::kIp) return tr_in(language, "write 10.0.0.1, 10.0.0.0/8 or ::1");
    return tr_in(language, "write 10.0.0.1 or 10.0.0.0/8");
}

// All addresses that share the first `bits`.
void widen_to_prefix(Literal& literal, unsigned bits) {
    const std::size_t bytes = literal.address.version == IpVersion::kV4 ? 4 : 16;
    for (std::size_t i = 0; i < bytes; ++i) {
        const unsigned kept = bits >= (i + 1) * 8 ? 8 : bits > i * 8 ? static_cast<unsigned>(bits - i * 8) : 0;
        const auto mask = static_cast<std::uint8_t>(0xFF00U >> kept);
        literal.address.bytes[i] &= mask;
        literal.address_high.bytes[i] |= static_cast<std::uint8_t>(~mask);
    }
}

Outcome address_literal(const Field& field, const Token& token, Language language) {
    const std::size_t slash = std::min(token.text.find('/'), token.text.size());
    const auto address = IpAddress::parse(std::string_view(token.text).substr(0, slash));
    if (!address || address->version == IpVersion::kNone) {
        return mistake(token, tr_format_in(language, "{} is an address, {} is none", field.name, shown(token)),
                       example_address(field.type, language));
    }
    const bool v4 = address->version == IpVersion::kV4;
    if ((field.type == FieldType::kIpv4 && !v4) || (field.type == FieldType::kIpv6 && v4)) {
        return mistake(token, tr_format_in(language, "{} is an IPv{} address", field.name, v4 ? 6 : 4),
                       v4 ? tr_in(language, "IPv4 addresses are ip.addr, ip.src, ip.dst")
                          : tr_in(language, "IPv6 addresses are ipv6.addr, ipv6.src, ipv6.dst"));
    }
    Literal literal;
    literal.address = literal.address_high = *address;
    if (slash == token.text.size()) return literal;
    const std::string_view bits_text = std::string_view(token.text).substr(slash + 1);
    const auto bits = bits_text.size() <= 3 ? parse_number(bits_text) : std::nullopt;
    const std::int64_t most = v4 ? 32 : 128;
    if (!bits || *bits < 0 || *bits > most) {
        return mistake(token, tr_format_in(language, "the prefix behind / has from 0 to {} bits", most));
    }
    widen_to_prefix(literal, static_cast<unsigned>(*bits));
    return literal;
}

// aa:bb:cc, aa-bb-cc, aa.bb.cc, ff, 0x0a0b
std::optional<Bytes> parse_hex_bytes(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    Bytes out;
    while (!text.empty()) {
        unsigned value = 0;
        const std::size_t count = std::min<std::size_t>(2, text.size());
        const auto [end, error] = std::from_chars(text.data(), text.data() + count, value, 16);
        const auto used = static_cast<std::size_t>(end - text.data());
        if (error != std::errc{} || used != count) return std::nullopt;
        out.push_back(static_cast<std::byte>(value));
        text.remove_prefix(used);
        if (text.size() > 1 && (text.front() == ':' || text.front() == '-' || text.front() == '.')) {
            text.remove_prefix(1);
        }
    }
    return out.empty() ? std::nullopt : std::optional(out);
}

Outcome bytes_literal(const Field& field, bool sliced, const Token& token, Language language) {
    Literal literal;
    if (token.kind == TokenKind::kString) {
        literal.bytes = to_bytes(token.text);
    } else if (auto bytes = parse_hex_bytes(token.text)) {
        literal.bytes = std::move(*bytes);
    } else {
        return mistake(token, tr_format_in(language, "{} is compared with bytes, {} is none", field.name, shown(token)),
                       tr_in(language, "write \"text\" in quotes, or bytes in hex: 68:65:6c"));
    }
    if (field.type == FieldType::kMac && !sliced && literal.bytes.size() != 6) {
        return mistake(token, tr_format_in(language, "{} has six bytes", field.name),
                       tr_in(language, "write 00:11:22:33:44:55"));
    }
    return literal;
}

Outcome word_literal(const Field& field, const Token& token, Language language) {
    const std::vector<std::string_view> words = field.words();
    if (std::find(words.begin(), words.end(), token.text) == words.end()) {
        std::string hint;
        constexpr std::size_t kLongest = 64;
        if (const auto near = token.text.size() < kLongest ? closest(token.text, words) : std::nullopt) {
            hint = tr_format_in(language, "did you mean {}?", *near);
        } else {
            hint = tr_format_in(language, "there are: {}", fmt::join(words, ", "));
        }
        return mistake(token, tr_format_in(language, "no {} has the name {}", field.name, shown(token)), hint);
    }
    Literal literal;
    literal.bytes = to_bytes(token.text);
    return literal;
}

}  // namespace

std::optional<std::int64_t> parse_number(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    int base = 10;
    if (text.size() > 1 && text.front() == '0') {
        const char kind = text[1];
        base = kind == 'x' || kind == 'X' ? 16 : kind == 'b' || kind == 'B' ? 2 : 8;
        text.remove_prefix(base == 8 ? 1 : 2);
    }
    std::int64_t value = 0;
    if (text.empty() || text.front() == '-') return std::nullopt;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return negative ? -value : value;
}

Outcome parse_literal(const Field& field, bool as_bytes, const Token& token, Language language) {
    if (as_bytes) return bytes_literal(field, true, token, language);
    switch (field.type) {
        case FieldType::kFlag:
        case FieldType::kTruth: return flag_literal(field, token, language);
        case FieldType::kNumber: return number_literal(field, token, language);
        case FieldType::kSeconds: return seconds_literal(field, token, language);
        case FieldType::kIpv4:
        case FieldType::kIpv6:
        case FieldType::kIp: return address_literal(field, token, language);
        case FieldType::kWord: return word_literal(field, token, language);
        case FieldType::kProtocol:
        case FieldType::kBytes:
        case FieldType::kMac: return bytes_literal(field, false, token, language);
        case FieldType::kText: break;
    }
    Literal literal;
    literal.bytes = to_bytes(token.text);
    return literal;
}

Outcome searched_or_compared(const Operand& left, Relation relation, const Token& token, Language language) {
    const FieldType type = left.field->type;
    if (relation == Relation::kContains && is_text(type)) {
        Literal literal;
        literal.bytes = to_bytes(token.text);
        return literal;
    }
    const bool part = left.slice.has_value() || relation == Relation::kContains;
    return parse_literal(*left.field, part && is_bytes(type), token, language);
}

Outcome parse_range_end(const Field& field, bool as_bytes, Literal low, const Token& token, Language language) {
    Outcome high = parse_literal(field, as_bytes, token, language);
    if (!high) return high;
    if (is_text(field.type)) return mistake(token, tr_format_in(language, "{} has no ranges", field.name));
    const bool same_kind = low.address.version == high->address.version;
    if (!same_kind || high->number < low.number || high->address_high < low.address || high->bytes < low.bytes) {
        return mistake(token, tr_in(language, "the range ends before it begins"));
    }
    low.number_high = high->number_high;
    low.address_high = high->address_high;
    low.bytes_high = std::move(high->bytes);
    low.is_range = true;
    return low;
}

}  // namespace wirestory::analysis::filter
