#include "cli/output_file.hpp"

#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

#include "base/messages.hpp"

namespace wirestory::cli {

namespace {

// /dev/stdout and pipes are written to, never removed.
void remove_regular(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode)) (void)::unlink(path.c_str());
}

}  // namespace

Result<OutputFile> OutputFile::create(const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "we");
    if (file == nullptr) return fail_errno(tr_format("write {}", path), errno);
    return OutputFile(path, file);
}

OutputFile::~OutputFile() {
    if (file_) remove_regular(path_);
}

bool OutputFile::write(std::string_view text) {
    if (error_number_ != 0) return false;
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size()) return true;
    error_number_ = errno != 0 ? errno : EIO;
    return false;
}

Status OutputFile::finish() {
    // fclose() tells of a full disk what fwrite() only buffered.
    if (std::fclose(file_.release()) != 0 && error_number_ == 0) error_number_ = errno;
    if (error_number_ == 0) return {};
    remove_regular(path_);
    return fail_errno(tr_format("write {}", path_), error_number_);
}

Status write_file(const std::string& path, std::string_view content) {
    auto file = OutputFile::create(path);
    if (!file) return tl::unexpected<Error>(file.error());
    file->write(content);
    return file->finish();
}

}  // namespace wirestory::cli
