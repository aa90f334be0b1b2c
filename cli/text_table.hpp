// A table in the terminal, printed in pieces: column widths follow the rows seen so far, and columns marked as flexible
// give way until a row fits the width. Widths are display widths. One thread.
#pragma once

#include <string>
#include <vector>

namespace wirestory::cli {

class TextTable {
public:
    struct Column {
        std::string title;
        bool right = false;     // numbers
        int least_columns = 0;  // a flexible column shrinks down to this; 0: it keeps its width
    };
    // Without `unicode` everything beyond ASCII is written as what resembles it, or as ?.
    TextTable(std::vector<Column> columns, int width, bool unicode);

    void add(std::vector<std::string> cells);
    // Under the row added last: these, with semicolons between them, on as many lines as they need.
    void note(const std::vector<std::string>& parts);
    // The rows added since the last call, the titles above the first ones. The last column is cut at the width.
    [[nodiscard]] std::string take_lines();
    [[nodiscard]] std::size_t rows_waiting() const { return rows_.size(); }

private:
    [[nodiscard]] std::vector<int> fitted_widths() const;
    [[nodiscard]] std::string line(const std::vector<std::string>& cells, const std::vector<int>& widths) const;

    std::vector<Column> columns_;
    int width_;
    bool unicode_;
    std::vector<int> natural_;
    struct Row {
        std::vector<std::string> cells;
        std::string note;  // whole lines
    };
    std::vector<Row> rows_;
    bool titled_ = false;
};

}  // namespace wirestory::cli
