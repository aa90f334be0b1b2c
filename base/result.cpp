#include "base/result.hpp"

#include <system_error>

namespace wirestory {

tl::unexpected<Error> fail_errno(std::string_view attempt, int error_number) {
    std::string message{attempt};
    message += ": ";
    message += std::generic_category().message(error_number);
    return fail(std::move(message), error_number);
}

}  // namespace wirestory
