// The functions of a story's values: bytes, len, md5, pack ... and `+`, `-`. One table for the parser, which computes
// what is known when the file is read, and for the run. Pure, except file(), which the parser alone calls.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sim/scenario/value.hpp"

namespace wirestory::sim {

// Largest string that a value may be; a function that would make a longer one fails instead.
constexpr std::uint64_t kMaxValueBytes = 64U << 20U;

struct Function {
    std::string_view name;
    std::vector<ValueType> parameters;
    std::size_t required = 1;
    bool repeats_last = false;  // any number of the last parameter
    ValueType result = ValueType::kBytes;
    std::string_view example;
    // The arguments have the right number and types; the failure is a phrase.
    Result<ValueData> (*compute)(std::span<const Value> arguments) = nullptr;
};

const Function* function_named(std::string_view name);
std::vector<std::string_view> function_names();

// `+` and `-`: nothing when these two cannot be joined so.
const Function* operator_for(std::string_view symbol, ValueType left, ValueType right);

}  // namespace wirestory::sim
