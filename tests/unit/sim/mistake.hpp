// One mistake a row: a text in which `⟦` stands where it must be reported, and parts of what must be said. Exactly one
// error each: a mistake must not drag others along.
#pragma once

#include <string>
#include <string_view>

#include "sim/scenario/scenario.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/sim/scenario_support.hpp"

namespace wirestory::sim::test {

struct Mistake {
    std::string_view text;
    std::string_view message;
    std::string_view hint;
};

inline void expect_mistake(const std::string& whole, const Mistake& row) {
    const Marked marked = unmark(whole);
    const ParseOutcome outcome = parse(marked.text);
    INFO(marked.text);
    INFO(format_diagnostics(outcome.diagnostics, marked.text));
    CHECK_FALSE(outcome.scenario);
    REQUIRE(outcome.diagnostics.items.size() == 1);
    const Diagnostic& item = outcome.diagnostics.items.front();
    CHECK(item.span.line == marked.line);
    CHECK(item.span.column == marked.column);
    INFO("expected: " << row.message << " / " << row.hint);
    CHECK(item.message.find(row.message) != std::string::npos);
    CHECK(item.hint.find(row.hint) != std::string::npos);
}

}  // namespace wirestory::sim::test
