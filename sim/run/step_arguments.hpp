// A step's arguments by position and type, and the phrase for one that does not fit. Pure.
#pragma once

#include <cstddef>
#include <string_view>
#include <variant>

#include <fmt/format.h>

#include "base/result.hpp"
#include "sim/scenario/scenario.hpp"

namespace wirestory::sim {

template <class T>
const T* argument(const CallStep& step, std::size_t index) {
    return index < step.arguments.size() ? std::get_if<T>(&step.arguments[index].data) : nullptr;
}

inline tl::unexpected<Error> misfit(const CallStep& step, std::size_t index, std::string_view wanted) {
    if (index >= step.arguments.size()) return fail(fmt::format("{} is missing", wanted));
    return fail(fmt::format("`{}` is not {}", step.arguments[index].text, wanted));
}

}  // namespace wirestory::sim
