#include "sim/scenario/value_parser.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "base/address.hpp"
#include "base/text.hpp"
#include "sim/scenario/payload_functions.hpp"
#include "sim/scenario/socket_names.hpp"

namespace wirestory::sim {
namespace {

using Data = decltype(Value::data);

constexpr std::string_view kExamples = "a value is \"text\", x\"00ff\", 5, 64KiB, 40ms, a NAME, server:9000 or _";

std::optional<std::int64_t> parse_integer(std::string_view text) {
    int base = 10;
    if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text.remove_prefix(2);
    }
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

class ValueParser {
public:
    ValueParser(TokenCursor& cursor, ParseContext& context) : cursor_(cursor), context_(context) {}

    std::optional<Value> sum() {
        const Token& first = cursor_.peek();
        std::optional<Value> value = term();
        while (value && cursor_.peek().is("+")) {
            const Token& plus = cursor_.take();
            const std::optional<Value> right = term();
            if (!right || !add(*value, *right, plus.span)) return std::nullopt;
        }
        if (value) finish(*value, first);
        return value;
    }

private:
    void finish(Value& value, const Token& first) const {
        const Token& last = cursor_.previous();
        value.span = join(first.span, last.span);
        value.text = std::string{text_between(first, last)};
    }
    std::optional<Value> fail(const SourceSpan& span, std::string message, std::string hint = {}) {
        context_.error(span, std::move(message), std::move(hint));
        return std::nullopt;
    }
    static std::optional<Value> made(Data data) {
        Value value;
        value.data = std::move(data);
        return value;
    }
    // Bytes that this file may not hold any more are a mistake, not an allocation.
    bool afford(std::uint64_t count, const SourceSpan& span) {
        if (count > context_.payload_budget_bytes) {
            context_.error(span, "the values of this scenario take more than 64 MiB together",
                           "send less, or the same in fewer steps");
            return false;
        }
        context_.payload_budget_bytes -= count;
        return true;
    }

    std::optional<Value> term() {
        const Token& first = cursor_.peek();
        std::optional<Value> value = term_data();
        if (value) finish(*value, first);
        return value;
    }

    std::optional<Value> term_data() {
        if (starts_address(cursor_)) return address();
        const Token& token = cursor_.peek();
        switch (token.kind) {
            case TokenKind::kString:
                cursor_.take();
                return afford(token.bytes.size(), token.span) ? made(token.bytes) : std::nullopt;
            case TokenKind::kNumber: cursor_.take(); return number(token);
            case TokenKind::kWord: return word();
            case TokenKind::kBracket: return fail(token.span, "an address needs a port", "for example [::1]:9000");
            case TokenKind::kSymbol:
                if (token.text == "-" && cursor_.peek(1).kind == TokenKind::kNumber) {
                    cursor_.take();
                    std::optional<Value> value = number(cursor_.take());
                    auto* integer = value ? std::get_if<std::int64_t>(&value->data) : nullptr;
                    if (integer == nullptr)
                        return value ? fail(token.span, "only a whole number may be negative") : std::nullopt;
                    *integer = -*integer;
                    return value;
                }
                break;
            case TokenKind::kEnd: return fail(token.span, "a value is missing here", std::string{kExamples});
        }
        return fail(token.span, fmt::format("expected a value, found {}", quoted(token.text)), std::string{kExamples});
    }

    std::optional<Value> number(const Token& token) {
        if (const auto integer = parse_integer(token.text)) return made(*integer);
        if (const auto duration = parse_duration(token.text)) return made(Duration{*duration});
        const char last = token.text.back();
        const bool has_unit = last >= 'A' && last <= 'z';
        if (const auto size = has_unit ? parse_size(token.text) : std::nullopt)
            return made(static_cast<std::int64_t>(*size));
        if (IpAddress::parse(token.text))
            return fail(token.span, "an address needs a port", fmt::format("for example {}:9000", token.text));
        return fail(token.span, fmt::format("{} is no number, size or duration", quoted(token.text)),
                    "sizes end in B, KiB or MiB, durations in us, ms or s: 64KiB, 40ms");
    }

    std::optional<Value> word() {
        const Token& token = cursor_.take();
        if (token.text == "_") return made(AnyValue{});
        if (cursor_.peek().is("(")) return function(token);
        std::string name{token.text};
        while (cursor_.take_if("|")) {
            if (!cursor_.peek().is_word()) return fail(cursor_.peek().span, "a flag's name is missing behind `|`");
            name += '|';
            name += cursor_.take().text;
        }
        return made(Symbol{std::move(name)});
    }

    std::optional<Value> function(const Token& name) {
        static const std::vector<std::string_view> kFunctions{"bytes", "len", "md5", "hex", "pack"};
        if (std::find(kFunctions.begin(), kFunctions.end(), name.text) == kFunctions.end())
            return fail(name.span, fmt::format("unknown function {}", quoted(name.text)),
                        suggestion(name.text, kFunctions));
        cursor_.take();
        if (++depth_ > 16) return fail(name.span, "values are nested too deeply");
        std::vector<Value> arguments;
        do {
            std::optional<Value> argument = sum();
            if (!argument) return std::nullopt;
            arguments.push_back(std::move(*argument));
        } while (name.text == "pack" && cursor_.take_if(","));
        --depth_;
        if (!cursor_.take_if(")"))
            return fail(cursor_.peek().span, fmt::format("`)` is missing after `{}(`", name.text));
        if (name.text == "bytes") return make_bytes(arguments.front());
        if (name.text == "pack") return make_pack(arguments);
        const auto* bytes = std::get_if<Bytes>(&arguments.front().data);
        if (bytes == nullptr)
            return fail(arguments.front().span,
                        fmt::format("{} takes a string, not {}", name.text, kind_of(arguments.front())),
                        fmt::format("for example {}(\"hello\")", name.text));
        if (name.text == "len") return made(static_cast<std::int64_t>(bytes->size()));
        if (name.text == "md5") return made(to_bytes(md5_hex(*bytes)));
        return afford(2 * bytes->size(), name.span) ? made(to_bytes(hex_text(*bytes))) : std::nullopt;
    }

    std::optional<Value> make_bytes(const Value& argument) {
        const auto* count = std::get_if<std::int64_t>(&argument.data);
        if (count == nullptr || *count < 0)
            return fail(argument.span, "bytes takes a number that is not negative",
                        "for example bytes(1000) or bytes(64KiB)");
        if (!afford(static_cast<std::uint64_t>(*count), argument.span)) return std::nullopt;
        return made(pattern_bytes(static_cast<std::size_t>(*count)));
    }

    std::optional<Value> make_pack(const std::vector<Value>& arguments) {
        constexpr const char* kPackExample = "for example pack(\"<i\", 5)";
        const auto* format = std::get_if<Bytes>(&arguments.front().data);
        if (format == nullptr) return fail(arguments.front().span, "pack begins with a format", kPackExample);
        std::vector<std::int64_t> numbers;
        for (std::size_t i = 1; i < arguments.size(); ++i) {
            const auto* number = std::get_if<std::int64_t>(&arguments[i].data);
            if (number == nullptr)
                return fail(arguments[i].span, fmt::format("pack takes numbers, not {}", kind_of(arguments[i])),
                            kPackExample);
            numbers.push_back(*number);
        }
        auto packed = pack(as_text(*format), numbers);
        if (!packed) return fail(arguments.front().span, packed.error().message, kPackExample);
        return afford(packed->size(), arguments.front().span) ? made(std::move(*packed)) : std::nullopt;
    }

    static Bytes pattern_bytes(std::size_t count) {
        constexpr std::string_view kPattern = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        Bytes bytes(count);
        for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::byte>(kPattern[i % kPattern.size()]);
        return bytes;
    }

    std::optional<Value> address() {
        const Token& host = cursor_.take();
        cursor_.take();  // the colon
        const Token& port = cursor_.take();
        if (port.kind == TokenKind::kString) return unix_address(host, port);
        const auto number = parse_integer(port.text);
        if (!number || *number > 65535)
            return fail(port.span, fmt::format("{} is no port", quoted(port.text)), "ports go from 0 to 65535");
        std::string name{host.text};
        if (host.kind == TokenKind::kBracket) name = name.substr(1, name.size() - 2);
        if (!host.is_word() && name != "*" && !IpAddress::parse(name))
            return fail(host.span, fmt::format("{} is no IP address", quoted(host.text)),
                        "for example 127.0.0.1:9000 or [::1]:9000");
        return made(AddressText{std::move(name), static_cast<std::uint16_t>(*number)});
    }

    // `server:"name"`: a Unix socket has no host, but a reader wants to know whose it is.
    std::optional<Value> unix_address(const Token& host, const Token& name) {
        if (!host.is_word()) return fail(host.span, "before a Unix socket's name stands an actor", "server:\"name\"");
        AddressText address{std::string{host.text}, 0, std::string{as_text(name.bytes)}};
        if (address.path.empty()) return fail(name.span, "a Unix socket's name is missing", "server:\"name\"");
        return made(std::move(address));
    }

    bool add(Value& left, const Value& right, const SourceSpan& plus) {
        if (auto* bytes = std::get_if<Bytes>(&left.data)) {
            if (const auto* more = std::get_if<Bytes>(&right.data)) {
                bytes->insert(bytes->end(), more->begin(), more->end());
                return true;
            }
        }
        if (auto* integer = std::get_if<std::int64_t>(&left.data)) {
            const auto* more = std::get_if<std::int64_t>(&right.data);
            if (more != nullptr && !__builtin_add_overflow(*integer, *more, integer)) return true;
        }
        context_.error(plus, fmt::format("`+` cannot join {} and {}", kind_of(left), kind_of(right)),
                       "it joins two strings or adds two numbers");
        return false;
    }

    TokenCursor& cursor_;
    ParseContext& context_;
    int depth_ = 0;
};

}  // namespace

bool starts_address(const TokenCursor& cursor) {
    const Token& host = cursor.peek();
    const bool can_be_host =
        host.is_word() || host.kind == TokenKind::kNumber || host.kind == TokenKind::kBracket || host.is("*");
    if (!can_be_host || !cursor.peek(1).is(":")) return false;
    return cursor.peek(2).kind == TokenKind::kNumber || cursor.peek(2).kind == TokenKind::kString;
}

std::optional<Value> parse_value(TokenCursor& cursor, ParseContext& context) {
    return ValueParser(cursor, context).sum();
}

std::optional<Value> parse_expected(TokenCursor& cursor, ParseContext& context) {
    const Token& first = cursor.peek();
    std::optional<Value> value = parse_value(cursor, context);
    const auto* integer = value ? std::get_if<std::int64_t>(&value->data) : nullptr;
    if (integer == nullptr || *integer >= 0) return value;
    const Token& name = cursor.peek();
    if (*integer != -1 || !name.is_word()) {
        context.error(value->span, "which failure is expected?",
                      "name the error: `= ECONNREFUSED` or `= -1 ECONNREFUSED`");
        return std::nullopt;
    }
    cursor.take();
    value->data = Symbol{std::string{name.text}};
    value->span = join(first.span, name.span);
    value->text = std::string{text_between(first, name)};
    return value;
}

bool same_data(const Value& a, const Value& b) {
    if (a.data.index() != b.data.index()) return false;
    if (const auto* integer = std::get_if<std::int64_t>(&a.data)) return *integer == std::get<std::int64_t>(b.data);
    if (const auto* bytes = std::get_if<Bytes>(&a.data)) return *bytes == std::get<Bytes>(b.data);
    if (const auto* duration = std::get_if<Duration>(&a.data)) return duration->ns == std::get<Duration>(b.data).ns;
    if (const auto* symbol = std::get_if<Symbol>(&a.data)) return symbol->name == std::get<Symbol>(b.data).name;
    if (const auto* address = std::get_if<AddressText>(&a.data)) {
        const auto& other = std::get<AddressText>(b.data);
        return address->host == other.host && address->port == other.port && address->path == other.path;
    }
    return true;  // `_`
}

const char* kind_of(const Value& value) {
    static constexpr const char* kKinds[] = {"`_`", "a number", "a string", "a duration", "a name", "an address"};
    return kKinds[value.data.index()];
}

}  // namespace wirestory::sim
