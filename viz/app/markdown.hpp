// Markdown light: headings, paragraphs, lists, code blocks; **bold**, *emphasis* and `code` within lines. Pure; drawn
// by the lesson panel. Anything else is shown as it stands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wirestory::viz {

struct MarkdownSpan {
    enum class Kind { kPlain, kBold, kEmphasis, kCode };
    Kind kind = Kind::kPlain;
    std::string text;
    bool operator==(const MarkdownSpan&) const = default;
};

struct MarkdownBlock {
    enum class Kind { kParagraph, kHeading, kListItem, kCode };
    Kind kind = Kind::kParagraph;
    int level = 0;       // of a heading 1..6; of a list item its depth
    std::string marker;  // of a list item: "•" or "1."
    std::vector<MarkdownSpan> spans;
};

std::vector<MarkdownSpan> parse_spans(std::string_view line);
std::vector<MarkdownBlock> parse_markdown(std::string_view text);

}  // namespace wirestory::viz
