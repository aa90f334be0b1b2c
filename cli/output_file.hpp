// A file that an export writes: every failure becomes one sentence, a full disk included. What was written before a
// failure is removed again, so that no half a table is taken for a whole one.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wirestory::cli {

class OutputFile {
public:
    static Result<OutputFile> create(const std::string& path);
    OutputFile(OutputFile&&) noexcept = default;
    OutputFile& operator=(OutputFile&&) = delete;
    ~OutputFile();

    // False after the first failure, which finish() tells.
    bool write(std::string_view text);
    Status finish();

private:
    struct Close {
        void operator()(std::FILE* file) const { (void)std::fclose(file); }
    };
    explicit OutputFile(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}

    std::string path_;
    std::unique_ptr<std::FILE, Close> file_;  // empty once finished
    int error_number_ = 0;
};

Status write_file(const std::string& path, std::string_view content);

}  // namespace wirestory::cli
