#include "viz/app/markdown.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace wirestory::viz {

namespace {

std::string_view trim(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
    return text;
}

int heading_level(std::string_view line) {
    const std::size_t hashes = std::min(line.find_first_not_of('#'), line.size());
    return hashes >= 1 && hashes <= 6 && hashes < line.size() && line[hashes] == ' ' ? static_cast<int>(hashes) : 0;
}

// The marker of a list item and what follows it; an empty marker when the line starts no item.
std::string list_marker(std::string_view& line) {
    if (line.size() > 2 && (line[0] == '-' || line[0] == '*') && line[1] == ' ') {
        line.remove_prefix(2);
        return "•";
    }
    std::size_t digits = 0;
    while (digits < line.size() && std::isdigit(static_cast<unsigned char>(line[digits])) != 0) ++digits;
    if (digits == 0 || digits > 3 || digits + 1 >= line.size() || line[digits] != '.' || line[digits + 1] != ' ') {
        return {};
    }
    std::string marker(line.substr(0, digits + 1));
    line.remove_prefix(digits + 2);
    return marker;
}

struct Mark {
    std::string_view text;
    MarkdownSpan::Kind kind;
};
constexpr std::array kMarks{Mark{"`", MarkdownSpan::Kind::kCode}, Mark{"**", MarkdownSpan::Kind::kBold},
                            Mark{"*", MarkdownSpan::Kind::kEmphasis}};
constexpr std::size_t kLongestSpanBytes = 2000;  // a text full of marks that nobody closes is read in linear time

// Where the mark that begins at `at` is closed; npos when it begins nothing. A star beside a blank is just a star.
std::size_t closing(std::string_view line, std::size_t at, std::string_view mark) {
    const std::size_t begin = at + mark.size();
    const std::string_view text = line.substr(0, begin + kLongestSpanBytes);
    if (text.substr(at, mark.size()) != mark || begin >= text.size()) return std::string_view::npos;
    if (mark == "`") return text.find(mark, begin);
    if (text[begin] == ' ' || text[begin] == '*') return std::string_view::npos;
    for (std::size_t end = text.find('*', begin); end != std::string_view::npos; end = text.find('*', end)) {
        const std::size_t stars = std::min(text.find_first_not_of('*', end), text.size()) - end;
        if (stars == mark.size() && text[end - 1] != ' ') return end;
        end += stars;
    }
    return std::string_view::npos;
}

class Parser {
public:
    void line(std::string_view raw) {
        const std::string_view content = trim(raw);
        if (content.substr(0, 3) == "```") {
            finish();
            in_code_ = !in_code_;
        } else if (in_code_) {
            blocks_.push_back({MarkdownBlock::Kind::kCode, 0, {}, {{MarkdownSpan::Kind::kCode, std::string(raw)}}});
        } else if (content.empty()) {
            finish();
        } else {
            text_line(raw, content);
        }
    }
    std::vector<MarkdownBlock> take() {
        finish();
        return std::move(blocks_);
    }

private:
    void text_line(std::string_view raw, std::string_view content) {
        if (const int level = heading_level(content); level > 0) {
            finish();
            const std::string_view title = trim(content.substr(static_cast<std::size_t>(level)));
            blocks_.push_back({MarkdownBlock::Kind::kHeading, level, {}, parse_spans(title)});
            return;
        }
        std::string_view rest = content;
        if (std::string marker = list_marker(rest); !marker.empty()) {
            finish();
            const auto indent = static_cast<int>(content.data() - raw.data());
            current_ = {MarkdownBlock::Kind::kListItem, indent / 2, std::move(marker), {}};
            content = rest;
        }
        if (!text_.empty()) text_ += needs_space(text_.back(), content.front()) ? " " : "";
        text_ += content;
    }
    // Lines of Chinese text are joined without a space.
    static bool needs_space(char before, char after) {
        return (static_cast<unsigned char>(before) & 0x80U) == 0 || (static_cast<unsigned char>(after) & 0x80U) == 0;
    }
    void finish() {
        if (!text_.empty()) {
            current_.spans = parse_spans(text_);
            blocks_.push_back(std::move(current_));
        }
        current_ = {};
        text_.clear();
    }

    std::vector<MarkdownBlock> blocks_;
    MarkdownBlock current_;
    std::string text_;
    bool in_code_ = false;
};

}  // namespace

std::vector<MarkdownSpan> parse_spans(std::string_view line) {
    std::vector<MarkdownSpan> spans;
    const auto add = [&spans](MarkdownSpan::Kind kind, std::string_view text) {
        if (!text.empty()) spans.push_back({kind, std::string(text)});
    };
    std::size_t from = 0;
    while ((from = line.find_first_of("`*", from)) != std::string_view::npos) {
        const Mark* mark = nullptr;
        std::size_t end = std::string_view::npos;
        for (const Mark& candidate : kMarks) {
            end = closing(line, from, candidate.text);
            if (end == std::string_view::npos) continue;
            mark = &candidate;
            break;
        }
        if (mark == nullptr) {
            from = line.find_first_not_of(line[from], from);
            continue;
        }
        add(MarkdownSpan::Kind::kPlain, line.substr(0, from));
        add(mark->kind, line.substr(from + mark->text.size(), end - from - mark->text.size()));
        line.remove_prefix(end + mark->text.size());
        from = 0;
    }
    add(MarkdownSpan::Kind::kPlain, line);
    return spans;
}

std::vector<MarkdownBlock> parse_markdown(std::string_view text) {
    Parser parser;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        parser.line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parser.take();
}

}  // namespace wirestory::viz
