#include "cli/text_table.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace wirestory::cli {

namespace {

constexpr int kBetween = 2;
constexpr std::size_t kNoteIndent = 6;

std::string padded(const std::string& text, int width, bool right) {
    const std::string shown = fit_width(text, width);
    const std::string blanks(static_cast<std::size_t>(std::max(0, width - display_width(shown))), ' ');
    return right ? blanks + shown : shown + blanks;
}

std::string in_ascii(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const std::string_view rest = std::string_view(text).substr(i);
        const std::size_t length = std::max<std::size_t>(utf8_length(rest), 1);
        constexpr std::string_view kArrow = "→";
        constexpr std::string_view kTimes = "×";
        if (rest.starts_with(kArrow)) {
            out += "->";
        } else if (rest.starts_with(kTimes)) {
            out += 'x';
        } else {
            out += length == 1 && static_cast<unsigned char>(text[i]) < 0x80 ? text[i] : '?';
        }
        i += length;
    }
    return out;
}

}  // namespace

TextTable::TextTable(std::vector<Column> columns, int width, bool unicode)
    : columns_(std::move(columns)), width_(width), unicode_(unicode) {
    for (const Column& column : columns_) natural_.push_back(display_width(column.title));
}

void TextTable::add(std::vector<std::string> cells) {
    cells.resize(columns_.size());
    if (!unicode_) std::transform(cells.begin(), cells.end(), cells.begin(), in_ascii);
    for (std::size_t i = 0; i < cells.size(); ++i) natural_[i] = std::max(natural_[i], display_width(cells[i]));
    rows_.push_back({std::move(cells), {}});
}

void TextTable::note(const std::vector<std::string>& parts) {
    if (rows_.empty() || parts.empty()) return;
    const std::string indent(kNoteIndent, ' ');
    std::string lines;
    std::string line = indent;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        std::string part = parts[i] + (i + 1 < parts.size() ? ";" : "");
        if (line.size() > kNoteIndent && display_width(line) + 1 + display_width(part) > width_) {
            lines += line + "\n";
            line = indent;
        }
        line += (line.size() > kNoteIndent ? " " : "") + part;
    }
    lines += line + "\n";
    rows_.back().note += unicode_ ? lines : in_ascii(lines);
}

std::vector<int> TextTable::fitted_widths() const {
    std::vector<int> widths = natural_;
    int total = kBetween * (static_cast<int>(widths.size()) - 1);
    for (const int width : widths) total += width;
    // The widest flexible column gives a column at a time, so that those of one kind stay alike.
    while (total > width_) {
        std::size_t widest = columns_.size();
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (columns_[i].least_columns == 0 || widths[i] <= columns_[i].least_columns) continue;
            if (widest == columns_.size() || widths[i] > widths[widest]) widest = i;
        }
        if (widest == columns_.size()) break;
        --widths[widest];
        --total;
    }
    return widths;
}

std::string TextTable::line(const std::vector<std::string>& cells, const std::vector<int>& widths) const {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) out.append(kBetween, ' ');
        out += padded(cells[i], widths[i], columns_[i].right);
    }
    while (out.ends_with(' ')) out.pop_back();
    return out + "\n";
}

std::string TextTable::take_lines() {
    const std::vector<int> widths = fitted_widths();
    std::string out;
    if (!titled_) {
        std::vector<std::string> titles;
        for (const Column& column : columns_) titles.push_back(column.title);
        out += line(titles, widths);
        titled_ = true;
    }
    for (const Row& row : rows_) out += line(row.cells, widths) + row.note;
    rows_.clear();
    return out;
}

}  // namespace wirestory::cli
