#include "base/result.hpp"

#include <array>
#include <system_error>

#include "base/messages.hpp"

namespace wirestory {

// The C library's words are asked for by errno, so the catalogue is told here which ones to have.
[[maybe_unused]] constexpr std::array kReasons = {
    tr_later("Operation not permitted"),
    tr_later("No such file or directory"),
    tr_later("No such device"),
    tr_later("Permission denied"),
    tr_later("Device or resource busy"),
    tr_later("File exists"),
    tr_later("Not a directory"),
    tr_later("Is a directory"),
    tr_later("Invalid argument"),
    tr_later("Too many open files"),
    tr_later("File too large"),
    tr_later("No space left on device"),
    tr_later("Read-only file system"),
    tr_later("Cannot allocate memory"),
    tr_later("Input/output error"),
    tr_later("Address already in use"),
    tr_later("Cannot assign requested address"),
    tr_later("Operation not supported"),
};

tl::unexpected<Error> fail_errno(std::string_view attempt, int error_number) {
    std::string message{attempt};
    message += ": ";
    const std::string reason = std::generic_category().message(error_number);
    message += tr(reason.c_str());
    return fail(std::move(message), error_number);
}

}  // namespace wirestory
