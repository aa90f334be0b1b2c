// Whatever the bytes and whatever the path: diagnostics, never a crash, never a wait.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include <sys/stat.h>
#include <unistd.h>

#include "sim/scenario/scenario.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/sim/scenario_support.hpp"

using namespace wirestory::sim;
using namespace wirestory::sim::test;

namespace {

namespace fs = std::filesystem;

const std::string kWhole = kPrelude +
                           "  - client: send(\"hello\\n\" + x\"00ff\" + bytes(3)) = 11\n"
                           "  - until: 'packet(client > server: PSH ACK) == 1 within 5s'\n"
                           "  - server: conn.recv(1024, MSG_PEEK|MSG_DONTWAIT) = -1 EAGAIN\n"
                           "expect:\n  segments:\n    - client > server: SYN\n    - ...\n  never: [RST]\n"
                           "  states: { client: SYN_SENT ESTABLISHED }\ntitle: { en: x, zh: 你好 }\n"
                           "tour:\n  - at: server.accept\n    say: 'it''s'\n";

// A scenario or errors, never both, and a text for whatever there is.
void must_hold_together(const std::string& text) {
    const ParseOutcome outcome = parse(text);
    const bool consistent = outcome.scenario.has_value() != outcome.diagnostics.has_errors();
    const bool shown = format_diagnostics(outcome.diagnostics, text).empty() == outcome.diagnostics.items.empty();
    if (!consistent || !shown) {
        INFO(text);
        CHECK(consistent);
        CHECK(shown);
    }
}

struct TemporaryFolder {
    fs::path path;
    TemporaryFolder() {
        std::string name = (fs::temp_directory_path() / "wirestory-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~TemporaryFolder() { fs::remove_all(path); }
};

std::string refusal(const fs::path& path) {
    std::string text;
    const ParseOutcome outcome = load_scenario(path.string(), findings(), text);
    CHECK_FALSE(outcome.scenario);
    REQUIRE(outcome.diagnostics.items.size() == 1);
    CHECK(outcome.diagnostics.items[0].span.line == 0);
    CHECK(format_diagnostics(outcome.diagnostics, text).find(path.string() + ": error: ") == 0);
    return outcome.diagnostics.items[0].message;
}

}  // namespace

TEST_CASE("Every prefix of a scenario is read without a crash") {
    CHECK(parse(kWhole).scenario);
    for (std::size_t size = 0; size < kWhole.size(); ++size) must_hold_together(kWhole.substr(0, size));
}

TEST_CASE("Thousands of damaged scenarios are read without a crash") {
    std::mt19937 random(20240229);
    const std::string interesting = "\"'\\:#&*!|>[]{}(),=+-._~ \t\n\r\x01\x7f\x80\xff\xe4@`%?";
    for (int round = 0; round < 3000; ++round) {
        std::string text = kWhole;
        const std::size_t changes = 1 + random() % 4;
        for (std::size_t i = 0; i < changes; ++i) {
            const std::size_t at = random() % text.size();
            const char c = interesting[random() % interesting.size()];
            switch (random() % 4) {
                case 0: text[at] = c; break;
                case 1: text.insert(at, 1, c); break;
                case 2: text.erase(at, 1 + random() % 8); break;
                default: text.insert(at, text.substr(random() % text.size(), random() % 40)); break;
            }
        }
        must_hold_together(text);
    }
}

TEST_CASE("Deep nesting and endless lists end quickly") {
    must_hold_together("story: " + std::string(50'000, '['));
    must_hold_together("story: " + std::string(50'000, '{'));
    must_hold_together(kPrelude + "  - client: send(" + std::string(50'000, '(') + "\n");
    std::string lengths;
    for (int i = 0; i < 5'000; ++i) lengths += "len(";
    must_hold_together(kPrelude + "  - client: send(" + lengths + "\n");
    const ParseOutcome outcome = parse(kPrelude + [] {
        std::string steps;
        for (int i = 0; i < 3'000; ++i) steps += "  - client: nonsense()\n";
        return steps;
    }());
    CHECK(outcome.diagnostics.items.size() <= 101);
    CHECK(outcome.diagnostics.items.back().message.find("too many mistakes") != std::string::npos);
}

TEST_CASE("What is no scenario file is one diagnostic") {
    const TemporaryFolder folder;
    CHECK(refusal(folder.path / "absent.yaml").find("No such file") != std::string::npos);
    CHECK(refusal(folder.path) == "this is a directory");
    CHECK(refusal("/dev/zero") == "this is no ordinary file");
    const fs::path fifo = folder.path / "fifo";
    REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(refusal(fifo) == "this is no ordinary file");
    const fs::path file = folder.path / "file.yaml";
    std::ofstream(file) << "";
    CHECK(refusal(file) == "the file is empty");
    std::ofstream(file) << std::string(
        "\x7f"
        "ELF\0\0\1",
        7);
    CHECK(refusal(file) == "this is a binary file, not a scenario");
    fs::resize_file(file, 100U << 20U);
    CHECK(refusal(file) == "the file is larger than 1 MiB");
    if (geteuid() != 0) {  // root may read everything
        fs::resize_file(file, 10);
        fs::permissions(file, fs::perms::none);
        CHECK(refusal(file).find("Permission denied") != std::string::npos);
    }
}

TEST_CASE("A good file is loaded with its text") {
    const TemporaryFolder folder;
    fs::create_directories(folder.path / "scenarios" / "tcp");
    const fs::path file = folder.path / "scenarios" / "tcp" / "good.yaml";
    std::ofstream(file) << kWhole;
    std::string text;
    const ParseOutcome outcome = load_scenario(file.string(), findings(), text);
    REQUIRE(outcome.scenario);
    CHECK(outcome.scenario->name == "tcp/good");
    CHECK(outcome.scenario->yaml == kWhole);
    CHECK(text == kWhole);
}
