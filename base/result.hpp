// Result<T>: a value, or the sentence that says which attempt failed and why.
// For operations of the machine (files, sockets, namespaces). Mistakes in a scenario are Diagnostics,
// and the failure of a scripted call is data in the recording: neither is an Error.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace wirestory {

struct Error {
    std::string message;   // "bind 127.0.0.2:9000: Address already in use"
    int error_number = 0;  // errno of the failed call; 0 when no system call was at fault
};

template <class T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

inline tl::unexpected<Error> fail(std::string message, int error_number = 0) {
    return tl::unexpected<Error>(Error{std::move(message), error_number});
}

// "attempt: text of errno", for a system call that has just failed with `error_number`.
tl::unexpected<Error> fail_errno(std::string_view attempt, int error_number);

}  // namespace wirestory
