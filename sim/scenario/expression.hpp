// Expressions with variables: kept when the file is read, computed when their step is played. Pure; any thread.
// Knows neither calls nor who may use which variable (ParseContext does).
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/scenario/value.hpp"

namespace wirestory::sim {

// `$name`, or a function (`+` and `-` too) of operands of which one at least is deferred.
struct Expression {
    std::string variable;  // or
    std::string function;
    std::vector<Value> operands;
};

// The value of a variable, or null when it has none.
using Variables = std::function<const ValueData*(const std::string& name)>;

// The value itself when it is known already. Fails with a phrase: `$n` has no value, a function cannot compute.
Result<Value> evaluate(const Value& value, const Variables& variables);
// The variables that a value speaks of.
void collect_variables(const Value& value, std::set<std::string>& names);
// As a call's log shows it: `5`, `"hello"`, `40ms`, `127.0.0.2:9000`; long strings cut.
std::string text_of(const ValueData& data);

}  // namespace wirestory::sim
