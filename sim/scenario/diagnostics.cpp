#include "sim/scenario/diagnostics.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "sim/scenario/source_text.hpp"

namespace wirestory::sim {
namespace {

// A file with more mistakes than this is no scenario; nobody reads on.
constexpr std::size_t kMaxDiagnostics = 100;
constexpr std::size_t kMaxShownCharacters = 160;

struct Style {
    const char* place;
    const char* error;
    const char* warning;
    const char* caret;
    const char* reset;
};
constexpr Style kPlain{"", "", "", "", ""};
constexpr Style kColoured{"\x1b[1m", "\x1b[1;31m", "\x1b[1;35m", "\x1b[1;32m", "\x1b[0m"};

void add(Diagnostics& diagnostics, Diagnostic diagnostic) {
    auto& items = diagnostics.items;
    // A mistake inside `repeat` is one mistake, however often the steps are written out.
    const auto cause = [](const Diagnostic& item) { return item.message.substr(0, item.message.find('`')); };
    const std::string new_cause = cause(diagnostic);
    for (const Diagnostic& item : items)
        if (diagnostic.span.line > 0 && item.span.line == diagnostic.span.line &&
            item.span.column == diagnostic.span.column && cause(item) == new_cause)
            return;
    if (items.size() > kMaxDiagnostics) return;
    if (items.size() == kMaxDiagnostics) {
        items.push_back(
            {Severity::kError, diagnostic.span, tr("too many mistakes; those after this one are not shown"), {}});
        return;
    }
    items.push_back(std::move(diagnostic));
}

std::size_t offset_of_character(std::string_view line, std::size_t index) {
    std::size_t offset = 0;
    while (index > 0 && offset < line.size()) {
        ++offset;
        while (offset < line.size() && (static_cast<unsigned char>(line[offset]) & 0xC0U) == 0x80U) ++offset;
        --index;
    }
    return offset;
}

// The line with a marker below `span`. Of a very long line only the part around the place is shown.
std::string excerpt(std::string_view line, const SourceSpan& span, const Style& style) {
    std::size_t column = static_cast<std::size_t>(std::max(span.column, 1)) - 1;
    std::string_view lead;
    if (column > kMaxShownCharacters / 2) {
        const std::size_t skipped = column - kMaxShownCharacters / 4;
        if (offset_of_character(line, kMaxShownCharacters) < line.size()) {
            line.remove_prefix(offset_of_character(line, skipped));
            column -= skipped;
            lead = "...";
        }
    }
    const std::size_t shown = offset_of_character(line, kMaxShownCharacters);
    const std::string_view tail = shown < line.size() ? "..." : "";
    line = line.substr(0, shown);
    const std::size_t begin = offset_of_character(line, column);
    const std::size_t end = offset_of_character(line, column + static_cast<std::size_t>(std::max(span.length, 1)));
    const auto indent = static_cast<std::size_t>(display_width(printable(line.substr(0, begin)))) + lead.size();
    const auto width = std::max(1, display_width(printable(line.substr(begin, end - begin))));
    return fmt::format("{}{}{}\n{}{}^{}{}\n", lead, printable(line), tail, std::string(indent, ' '), style.caret,
                       std::string(static_cast<std::size_t>(width - 1), '~'), style.reset);
}

std::string format_one(const std::string& file, const Diagnostic& item, const SourceText& source, const Style& style) {
    const bool error = item.severity == Severity::kError;
    std::string out{style.place};
    out += printable(file);
    if (item.span.line > 0) out += fmt::format(":{}:{}", item.span.line, item.span.column);
    out += fmt::format(":{} {}{}:{} {}\n", style.reset, error ? style.error : style.warning,
                       error ? tr("error") : tr("warning"), style.reset, item.message);
    if (item.span.line > 0) out += excerpt(source.line(item.span.line), item.span, style);
    if (!item.hint.empty()) out += tr_format("hint: {}", item.hint) + "\n";
    return out;
}

}  // namespace

void Diagnostics::error(SourceSpan span, std::string message, std::string hint) {
    add(*this, {Severity::kError, span, std::move(message), std::move(hint)});
}

void Diagnostics::warning(SourceSpan span, std::string message, std::string hint) {
    add(*this, {Severity::kWarning, span, std::move(message), std::move(hint)});
}

bool Diagnostics::full() const { return items.size() > kMaxDiagnostics; }

bool Diagnostics::has_errors() const {
    return std::any_of(items.begin(), items.end(),
                       [](const Diagnostic& item) { return item.severity == Severity::kError; });
}

std::vector<Diagnostic> sorted_by_place(const Diagnostics& diagnostics) {
    std::vector<Diagnostic> items = diagnostics.items;
    std::stable_sort(items.begin(), items.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return a.span.line != b.span.line ? a.span.line < b.span.line : a.span.column < b.span.column;
    });
    return items;
}

std::string format_diagnostics(const Diagnostics& diagnostics, std::string_view source_text, Colours colours) {
    const SourceText source(without_byte_order_mark(source_text));
    std::string out;
    for (const Diagnostic& item : sorted_by_place(diagnostics))
        out += format_one(diagnostics.file, item, source, colours == Colours::kTerminal ? kColoured : kPlain);
    return out;
}

}  // namespace wirestory::sim
