// Compares text with a file under tests/golden. WIRESTORY_APPROVE=1 writes the file instead; look at the difference in
// git before committing it.
#pragma once

#include <string>
#include <string_view>

namespace wirestory::test {

// "" when they agree; else what differs, line by line.
std::string golden_difference(std::string_view name, std::string_view actual);

}  // namespace wirestory::test
