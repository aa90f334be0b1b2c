#include "sim/scenario/expression.hpp"

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "sim/scenario/functions.hpp"

namespace wirestory::sim {
namespace {

constexpr std::size_t kShownBytes = 64;

Result<Value> compute(const Expression& expression, ValueType type, const Variables& variables) {
    Value result;
    if (!expression.variable.empty()) {
        const ValueData* known = variables(expression.variable);
        if (known == nullptr) return fail(tr_format("`${}` has no value", expression.variable));
        if (static_cast<ValueType>(known->index()) != type)
            return fail(tr_format("`${}` is not {}", expression.variable, name_of(type)));
        result.data = *known;
        return result;
    }
    std::vector<Value> operands;
    for (const Value& operand : expression.operands) {
        auto value = evaluate(operand, variables);
        if (!value) return value;
        operands.push_back(std::move(*value));
    }
    const Function* function = function_named(expression.function);
    if (function == nullptr)
        function = operator_for(expression.function, type_of(operands.front()), type_of(operands.back()));
    if (function == nullptr || function->compute == nullptr)
        return fail(tr_format("`{}` cannot be computed here", expression.function));
    auto data = function->compute(operands);
    if (!data) return tl::unexpected(data.error());
    result.data = std::move(*data);
    return result;
}

}  // namespace

Result<Value> evaluate(const Value& value, const Variables& variables) {
    const auto* deferred = std::get_if<Deferred>(&value.data);
    if (deferred == nullptr) return value;
    auto result = compute(*deferred->expression, deferred->type, variables);
    if (!result) return fail(fmt::format("`{}`: {}", value.text, result.error().message));
    result->span = value.span;
    result->text = text_of(result->data);
    return result;
}

void collect_variables(const Value& value, std::set<std::string>& names) {
    const auto* deferred = std::get_if<Deferred>(&value.data);
    if (deferred == nullptr) return;
    if (!deferred->expression->variable.empty()) names.insert(deferred->expression->variable);
    for (const Value& operand : deferred->expression->operands) collect_variables(operand, names);
}

std::string text_of(const ValueData& data) {
    if (const auto* number = std::get_if<std::int64_t>(&data)) return fmt::format("{}", *number);
    if (const auto* bytes = std::get_if<Bytes>(&data)) return quote_bytes(*bytes, kShownBytes);
    if (const auto* duration = std::get_if<Duration>(&data))
        return duration->ns % kMillisecondNs == 0 ? fmt::format("{}ms", duration->ns / kMillisecondNs)
                                                  : fmt::format("{}us", duration->ns / kMicrosecondNs);
    if (const auto* symbol = std::get_if<Symbol>(&data)) return symbol->name;
    const auto* address = std::get_if<AddressText>(&data);
    if (address == nullptr) return "_";
    if (!address->path.empty()) return quote_bytes(as_bytes(address->path), kShownBytes);
    const bool ipv6 = address->host.find(':') != std::string::npos;
    return fmt::format("{}{}{}:{}", ipv6 ? "[" : "", address->host, ipv6 ? "]" : "", address->port);
}

const char* name_of(ValueType type) {
    static constexpr const char* kNames[] = {"`_`",
                                             tr_later("a number"),
                                             tr_later("a string"),
                                             tr_later("a duration"),
                                             tr_later("a name"),
                                             tr_later("an address")};
    return type == ValueType::kAny ? kNames[0] : tr(kNames[static_cast<std::size_t>(type)]);
}

}  // namespace wirestory::sim
