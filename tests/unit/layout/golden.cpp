#include "tests/unit/layout/golden.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

namespace wirestory::test {

namespace {

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    std::istringstream stream{std::string{text}};
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

}  // namespace

std::string golden_difference(std::string_view name, std::string_view actual) {
    const std::string path = std::string{WIRESTORY_SOURCE_DIR "/tests/golden/"} + std::string{name};
    if (const char* approve = std::getenv("WIRESTORY_APPROVE"); approve != nullptr && *approve == '1') {
        std::ofstream(path, std::ios::binary) << actual;
        return {};
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) return path + " is missing; run the test with WIRESTORY_APPROVE=1 to write it\n" + std::string{actual};
    std::stringstream content;
    content << file.rdbuf();
    if (content.str() == actual) return {};
    const std::vector<std::string> wanted = lines_of(content.str());
    const std::vector<std::string> got = lines_of(actual);
    std::string difference = path + " (WIRESTORY_APPROVE=1 accepts the new text)\n";
    for (std::size_t i = 0; i < std::max(wanted.size(), got.size()); ++i) {
        const std::string before = i < wanted.size() ? wanted[i] : "";
        const std::string after = i < got.size() ? got[i] : "";
        if (before == after) continue;
        difference += "line " + std::to_string(i + 1) + "\n  - " + before + "\n  + " + after + "\n";
    }
    return difference;
}

}  // namespace wirestory::test
