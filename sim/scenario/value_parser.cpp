#include "sim/scenario/value_parser.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "base/address.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "sim/scenario/expression.hpp"
#include "sim/scenario/functions.hpp"
#include "sim/scenario/scenario_folder.hpp"
#include "sim/scenario/socket_names.hpp"

namespace wirestory::sim {
namespace {

using Data = ValueData;

constexpr std::size_t kMaxArguments = 10'000;
// An expression with variables nests as deep as values are joined.
constexpr int kMaxJoins = 256;
constexpr const char* kExamples = tr_later("a value is \"text\", x\"00ff\", 5, 64KiB, 40ms, a NAME, server:9000 or _");

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
        while (value && (cursor_.peek().is("+") || cursor_.peek().is("-"))) {
            const Token& sign = cursor_.take();
            std::optional<Value> right = term();
            if (!right) return std::nullopt;
            value = joined(std::move(*value), std::move(*right), sign);
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
            context_.error(span, tr("the values of this scenario take more than 64 MiB together"),
                           tr("send less, or the same in fewer steps"));
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
            case TokenKind::kVariable: return variable();
            case TokenKind::kBracket:
                return fail(token.span, tr("an address needs a port"), tr("for example [::1]:9000"));
            case TokenKind::kSymbol:
                if (token.text == "-" && cursor_.peek(1).kind == TokenKind::kNumber) {
                    cursor_.take();
                    std::optional<Value> value = number(cursor_.take());
                    auto* integer = value ? std::get_if<std::int64_t>(&value->data) : nullptr;
                    if (integer == nullptr)
                        return value ? fail(token.span, tr("only a whole number may be negative")) : std::nullopt;
                    *integer = -*integer;
                    return value;
                }
                break;
            case TokenKind::kEnd: return fail(token.span, tr("a value is missing here"), std::string{tr(kExamples)});
        }
        return fail(token.span, tr_format("expected a value, found {}", quoted(token.text)),
                    std::string{tr(kExamples)});
    }

    std::optional<Value> number(const Token& token) {
        if (const auto integer = parse_integer(token.text)) return made(*integer);
        if (const auto duration = parse_duration(token.text)) return made(Duration{*duration});
        const char last = token.text.back();
        const bool has_unit = last >= 'A' && last <= 'z';
        if (const auto size = has_unit ? parse_size(token.text) : std::nullopt)
            return made(static_cast<std::int64_t>(*size));
        if (IpAddress::parse(token.text))
            return fail(token.span, tr("an address needs a port"), tr_format("for example {}:9000", token.text));
        return fail(token.span, tr_format("{} is no number, size or duration", quoted(token.text)),
                    tr("sizes end in B, KiB or MiB, durations in us, ms or s: 64KiB, 40ms"));
    }

    std::optional<Value> word() {
        const Token& token = cursor_.take();
        if (token.text == "_") return made(AnyValue{});
        if (cursor_.peek().is("(")) return function(token);
        std::string name{token.text};
        while (cursor_.take_if("|")) {
            if (!cursor_.peek().is_word()) return fail(cursor_.peek().span, tr("a flag's name is missing behind `|`"));
            name += '|';
            name += cursor_.take().text;
        }
        return made(Symbol{std::move(name)});
    }

    std::optional<Value> function(const Token& name) {
        const Function* function = function_named(name.text);
        if (function == nullptr)
            return fail(name.span, tr_format("unknown function {}", quoted(name.text)),
                        suggestion(name.text, function_names()));
        cursor_.take();
        if (++depth_ > 16) return fail(name.span, tr("values are nested too deeply"));
        std::vector<Value> arguments;
        const std::size_t most = function->repeats_last ? kMaxArguments : function->parameters.size();
        do {
            std::optional<Value> argument = sum();
            if (!argument) return std::nullopt;
            arguments.push_back(std::move(*argument));
        } while (arguments.size() < most && cursor_.take_if(","));
        --depth_;
        if (!cursor_.take_if(")")) return fail(cursor_.peek().span, tr_format("`)` is missing after `{}(`", name.text));
        return checked(*function, name, std::move(arguments));
    }

    std::optional<Value> checked(const Function& function, const Token& name, std::vector<Value> arguments) {
        const std::string example = tr_format("for example {}", function.example);
        if (arguments.size() < function.required)
            return fail(name.span,
                        tr_format("{} takes {} values, not {}", function.name, function.required, arguments.size()),
                        example);
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            const ValueType wanted = function.parameters[std::min(i, function.parameters.size() - 1)];
            if (type_of(arguments[i]) == wanted) continue;
            return fail(arguments[i].span,
                        tr_format("{} takes {}, not {}", function.name, name_of(wanted), kind_of(arguments[i])),
                        example);
        }
        if (function.name == "file") return file(arguments.front());
        return computed(function, std::string{function.name}, std::move(arguments), arguments_span(name), example);
    }
    [[nodiscard]] SourceSpan arguments_span(const Token& name) const {
        return join(name.span, cursor_.previous().span);
    }

    // The value when all is known, and an expression for later when not.
    std::optional<Value> computed(const Function& function, std::string name, std::vector<Value> operands,
                                  const SourceSpan& span, const std::string& hint) {
        if (std::any_of(operands.begin(), operands.end(), is_deferred)) {
            auto expression = std::make_shared<Expression>();
            expression->function = std::move(name);
            expression->operands = std::move(operands);
            return made(Deferred{std::move(expression), function.result});
        }
        // What is longer than the budget is not made first.
        const auto* count = std::get_if<std::int64_t>(&operands.front().data);
        if (function.name == "bytes" && *count > 0 &&
            !afford(static_cast<std::uint64_t>(*count), operands.front().span))
            return std::nullopt;
        auto data = function.compute(operands);
        const SourceSpan& at =
            operands.empty() || function.name == "+" || function.name == "-" ? span : operands.front().span;
        if (!data) return fail(at, data.error().message, hint);
        const auto* bytes = std::get_if<Bytes>(&*data);
        const bool pays = bytes != nullptr && function.name != "bytes" && function.name != "+";
        if (pays && !afford(bytes->size(), at)) return std::nullopt;
        return made(std::move(*data));
    }

    std::optional<Value> file(const Value& argument) {
        const auto* path = std::get_if<Bytes>(&argument.data);
        if (path == nullptr)
            return fail(argument.span, tr("a file's name must be written out"), "file(\"files/cat.png\")");
        auto content = read_scenario_file(context_.scenario.file_name, as_text(*path), context_.payload_budget_bytes);
        if (!content)
            return fail(argument.span, content.error().message,
                        tr("the path begins at the folder of the scenario's file"));
        context_.payload_budget_bytes -= std::min<std::uint64_t>(content->size(), context_.payload_budget_bytes);
        return made(std::move(*content));
    }

    std::optional<Value> variable() {
        const Token& token = cursor_.take();
        const std::string name{token.text.substr(1)};
        if (!context_.reader)
            return fail(token.span,
                        tr_format("{} has no value here: it is known only while the story runs", quoted(token.text)));
        const auto found = context_.facts.variables.find({*context_.reader, name});
        if (found == context_.facts.variables.end()) return unknown_variable(token, name);
        auto expression = std::make_shared<Expression>();
        expression->variable = name;
        return made(Deferred{std::move(expression), found->second.type});
    }

    std::optional<Value> unknown_variable(const Token& token, const std::string& name) {
        const std::string& actor = context_.scenario.actor_name(*context_.reader);
        std::vector<std::string_view> known;
        for (const auto& [key, track] : context_.facts.variables) {
            if (key.first == *context_.reader) known.push_back(key.second);
            if (key.second == name)
                return fail(token.span,
                            tr_format("{} is known to `{}`, not to `{}`", quoted(token.text),
                                      context_.scenario.actor_name(key.first), actor),
                            tr("a program knows only what it has read itself"));
        }
        std::string hint = suggestion(name, known);
        if (hint.empty()) hint = tr_format("a step before this one keeps it: `recv(1024) -> ${}`", name);
        return fail(token.span, tr_format("`{}` has no variable {} at this step", actor, quoted(token.text)),
                    std::move(hint));
    }

    std::optional<Value> address() {
        const Token& host = cursor_.take();
        cursor_.take();  // the colon
        const Token& port = cursor_.take();
        if (port.kind == TokenKind::kString) return unix_address(host, port);
        const auto number = parse_integer(port.text);
        if (!number || *number > 65535)
            return fail(port.span, tr_format("{} is no port", quoted(port.text)), tr("ports go from 0 to 65535"));
        std::string name{host.text};
        if (host.kind == TokenKind::kBracket) name = name.substr(1, name.size() - 2);
        if (!host.is_word() && name != "*" && !IpAddress::parse(name))
            return fail(host.span, tr_format("{} is no IP address", quoted(host.text)),
                        tr("for example 127.0.0.1:9000 or [::1]:9000"));
        return made(AddressText{std::move(name), static_cast<std::uint16_t>(*number)});
    }

    // `server:"name"`: a Unix socket has no host, but a reader wants to know whose it is.
    std::optional<Value> unix_address(const Token& host, const Token& name) {
        if (!host.is_word())
            return fail(host.span, tr("before a Unix socket's name stands an actor"), "server:\"name\"");
        AddressText address{std::string{host.text}, 0, std::string{as_text(name.bytes)}};
        if (address.path.empty()) return fail(name.span, tr("a Unix socket's name is missing"), "server:\"name\"");
        return made(std::move(address));
    }

    std::optional<Value> joined(Value left, Value right, const Token& sign) {
        const Function* function = operator_for(sign.text, type_of(left), type_of(right));
        if (function == nullptr)
            return fail(sign.span,
                        sign.is("+") ? tr_format("`+` cannot join {} and {}", kind_of(left), kind_of(right))
                                     : tr_format("`-` cannot take {} from {}", kind_of(right), kind_of(left)),
                        sign.is("+") ? tr("it joins two strings or adds two numbers") : tr("it subtracts numbers"));
        auto* bytes = std::get_if<Bytes>(&left.data);
        const auto* more = std::get_if<Bytes>(&right.data);
        if (bytes != nullptr && more != nullptr) {  // paid for already
            bytes->insert(bytes->end(), more->begin(), more->end());
            return left;
        }
        if (++joins_ > kMaxJoins) return fail(sign.span, tr("too many values are joined here"));
        std::vector<Value> operands;
        operands.push_back(std::move(left));
        operands.push_back(std::move(right));
        return computed(*function, std::string{sign.text}, std::move(operands), sign.span, tr("use smaller numbers"));
    }

    TokenCursor& cursor_;
    ParseContext& context_;
    int depth_ = 0;
    int joins_ = 0;
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
        context.error(value->span, tr("which failure is expected?"),
                      tr("name the error: `= ECONNREFUSED` or `= -1 ECONNREFUSED`"));
        return std::nullopt;
    }
    cursor.take();
    value->data = Symbol{std::string{name.text}};
    value->span = join(first.span, name.span);
    value->text = std::string{text_between(first, name)};
    return value;
}

bool same_data(const Value& a, const Value& b) {
    if (is_deferred(a) || is_deferred(b)) return a.text == b.text;
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

}  // namespace wirestory::sim
