#include "tests/support/catch.hpp"
#include "viz/app/markdown.hpp"

namespace wirestory::viz {
namespace {

using Kind = MarkdownBlock::Kind;
using SpanKind = MarkdownSpan::Kind;

TEST_CASE("blocks of a lesson") {
    const auto blocks =
        parse_markdown("# Title\n\nOne line\nand its rest.\n\n- first\n- second\n  goes on\n1. one\n```\n  code\n```");
    REQUIRE(blocks.size() == 6);
    CHECK(blocks[0].kind == Kind::kHeading);
    CHECK(blocks[0].level == 1);
    CHECK(blocks[1].spans == std::vector<MarkdownSpan>{{SpanKind::kPlain, "One line and its rest."}});
    CHECK(blocks[2].marker == "•");
    CHECK(blocks[3].spans.front().text == "second goes on");
    CHECK(blocks[4].marker == "1.");
    CHECK(blocks[5].kind == Kind::kCode);
    CHECK(blocks[5].spans.front().text == "  code");
}

TEST_CASE("bold and code within a line") {
    const auto spans = parse_spans("the **SYN** of `connect()` goes");
    REQUIRE(spans.size() == 5);
    CHECK(spans[1] == MarkdownSpan{SpanKind::kBold, "SYN"});
    CHECK(spans[3] == MarkdownSpan{SpanKind::kCode, "connect()"});
    CHECK(parse_spans("a ** b").size() == 1);
    CHECK(parse_spans("`open").front().text == "`open");
}

TEST_CASE("emphasis within a line, and stars that are none") {
    const auto spans = parse_spans("the *same* port, not **another**");
    REQUIRE(spans.size() == 4);
    CHECK(spans[1] == MarkdownSpan{SpanKind::kEmphasis, "same"});
    CHECK(spans[3] == MarkdownSpan{SpanKind::kBold, "another"});
    CHECK(parse_spans("端口*相同*。")[1] == MarkdownSpan{SpanKind::kEmphasis, "相同"});
    CHECK(parse_spans("2 * 3 * 4").size() == 1);
    CHECK(parse_spans("a * b*").size() == 1);
    CHECK(parse_spans("*open").front().text == "*open");
    CHECK(parse_spans("`*p`").front() == MarkdownSpan{SpanKind::kCode, "*p"});
    CHECK(parse_spans("*a **b** c*").size() > 0);
    CHECK(parse_spans("**").front().text == "**");
}

TEST_CASE("a text of marks that nobody closes is read in time") {
    std::string marks;
    for (int i = 0; i < 100'000; ++i) marks += "*a ";
    CHECK(parse_spans(marks).size() == 1);
}

TEST_CASE("lines of Chinese text join without a space") {
    CHECK(parse_markdown("三次\n握手").front().spans.front().text == "三次握手");
}

}  // namespace
}  // namespace wirestory::viz
