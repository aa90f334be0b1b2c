// The text of diagnostics against golden files, and the manual's own examples against the parser.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "sim/scenario/scenario.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/sim/scenario_support.hpp"

using namespace wirestory::sim;
using namespace wirestory::sim::test;

namespace {

const std::filesystem::path kSource = WIRESTORY_SOURCE_DIR;

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    INFO(path.string());
    REQUIRE(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
}

const std::vector<std::string> kAllFindings{"nagle-hold",  "delayed-ack", "coalesced-write",
                                            "sticky-read", "half-close",  "datagram-dropped-in-receive-buffer"};

}  // namespace

TEST_CASE("Diagnostics read as the golden files say") {
    for (const char* name : {"many-mistakes", "chinese", "long-line"}) {
        const std::string text = read(kSource / "tests/golden/check" / (std::string{name} + ".yaml"));
        const ParseOutcome outcome = parse_scenario(text, std::string{name} + ".yaml", kAllFindings);
        CHECK(format_diagnostics(outcome.diagnostics, text) ==
              read(kSource / "tests/golden/check" / (std::string{name} + ".txt")));
    }
}

TEST_CASE("Control characters of a file never reach the terminal") {
    Diagnostics diagnostics;
    diagnostics.file = "a\x1b[2Jb.yaml";
    diagnostics.error({1, 3, 1}, "message");
    const std::string text = format_diagnostics(diagnostics,
                                                "a\x1b"
                                                "cd");
    CHECK(text == "a?[2Jb.yaml:1:3: error: message\na?cd\n  ^\n");
    CHECK(format_diagnostics(diagnostics, "abc", Colours::kTerminal).find("\x1b[1;31merror") != std::string::npos);
}

TEST_CASE("Each whole scenario in the manual passes the check") {
    const std::string manual = read(kSource / "docs/scenarios.md");
    std::size_t checked = 0;
    std::size_t at = 0;
    while ((at = manual.find("```yaml\n", at)) != std::string::npos) {
        const std::size_t begin = at + 8;
        const std::size_t end = manual.find("```", begin);
        REQUIRE(end != std::string::npos);
        const std::string block = manual.substr(begin, end - begin);
        at = end + 3;
        if (block.find("story:") == std::string::npos) continue;
        // As if it stood beside the library's own: files it names are there.
        const std::string place = (kSource / "scenarios/tcp/example.yaml").string();
        const ParseOutcome outcome = parse_scenario(block, place, kAllFindings);
        INFO(format_diagnostics(outcome.diagnostics, block));
        CHECK(outcome.scenario);
        CHECK(outcome.diagnostics.items.empty());
        ++checked;
    }
    CHECK(checked >= 3);
}
