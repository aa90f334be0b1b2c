#include "sim/scenario/scenario_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"

namespace wirestory::sim {
namespace {

namespace fs = std::filesystem;

std::string shown(std::string_view path) { return quote_bytes(as_bytes(path), 64); }

bool is_below(const fs::path& path, const fs::path& folder) {
    const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
    return end == folder.end() && rest != path.end();
}

tl::unexpected<Error> refusal(std::string_view path, int error_number) {
    return fail(tr_format("cannot read {}: {}", shown(path), std::generic_category().message(error_number)));
}

Result<Bytes> read_all(int fd, std::string_view path, std::size_t size) {
    Bytes content(size);
    std::size_t filled = 0;
    while (filled < size) {
        const ssize_t got = ::read(fd, content.data() + filled, size - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return refusal(path, errno);
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    content.resize(filled);
    return content;
}

}  // namespace

Result<Bytes> read_scenario_file(const std::string& scenario_file, std::string_view path, std::uint64_t most_bytes) {
    const fs::path wanted{path};
    if (path.empty() || path.find('\0') != std::string_view::npos) return fail("file() takes the name of a file");
    const auto outside = [&] { return fail(tr_format("{} lies outside the scenario's folder", shown(path))); };
    if (wanted.is_absolute() || std::find(wanted.begin(), wanted.end(), "..") != wanted.end()) return outside();
    std::error_code error;
    const fs::path parent = fs::path(scenario_file).parent_path();
    const fs::path folder = fs::canonical(parent.empty() ? fs::path(".") : parent, error);
    if (error) return refusal(path, error.value());
    const fs::path whole = fs::canonical(folder / wanted, error);
    if (error) return refusal(path, error.value());
    if (!is_below(whole, folder)) return outside();
    // O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
    const UniqueFd fd(::open(whole.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW));
    if (!fd) return refusal(path, errno);
    struct stat facts {};
    if (::fstat(fd.get(), &facts) != 0) return refusal(path, errno);
    if (!S_ISREG(facts.st_mode)) return fail(tr_format("{} is no ordinary file", shown(path)));
    const auto size = static_cast<std::uint64_t>(std::max<off_t>(facts.st_size, 0));
    if (size > most_bytes)
        return fail(tr_format("{} is too large: the values of a scenario may hold 64 MiB together", shown(path)));
    return read_all(fd.get(), path, static_cast<std::size_t>(size));
}

}  // namespace wirestory::sim
