// load_scenario(): reads the file so that nothing a path may lead to can block, fill the memory or crash.
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/messages.hpp"
#include "base/unique_fd.hpp"
#include "sim/scenario/scenario.hpp"

namespace wirestory::sim {
namespace {

struct Refusal {
    std::string message;
    std::string hint;
};

Refusal refusal_of(const std::string& attempt, int error_number) {
    return {fmt::format("{}: {}", attempt, std::generic_category().message(error_number)),
            error_number == ENOENT ? tr("is the path right?") : std::string{}};
}

std::optional<Refusal> refuse_kind(const struct stat& facts) {
    if (S_ISDIR(facts.st_mode)) return Refusal{tr("this is a directory"), tr("name a file in it")};
    if (!S_ISREG(facts.st_mode))
        return Refusal{tr("this is no ordinary file"), tr("a scenario is a YAML text in a file")};
    if (static_cast<std::uint64_t>(facts.st_size) > kMaxScenarioBytes)
        return Refusal{tr("the file is larger than 1 MiB"),
                       tr("a scenario is a short YAML text; is this the right file?")};
    return std::nullopt;
}

std::optional<Refusal> read_file(const std::string& path, std::string& text) {
    // O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd) return refusal_of(tr("cannot open the file"), errno);
    struct stat facts {};
    if (::fstat(fd.get(), &facts) != 0) return refusal_of(tr("cannot look at the file"), errno);
    if (auto refusal = refuse_kind(facts)) return refusal;
    // One byte more than allowed: files below /proc and growing ones say size 0 or too little.
    text.resize(kMaxScenarioBytes + 1);
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = ::read(fd.get(), text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            const int error_number = errno;
            text.clear();
            return refusal_of(tr("cannot read the file"), error_number);
        }
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    text.resize(size);
    text.shrink_to_fit();
    return std::nullopt;
}

}  // namespace

ParseOutcome load_scenario(const std::string& path, const std::vector<std::string>& known_findings,
                           std::string& source_text) {
    source_text.clear();
    if (auto refusal = read_file(path, source_text)) {
        ParseOutcome outcome;
        outcome.diagnostics.file = path;
        outcome.diagnostics.error({}, std::move(refusal->message), std::move(refusal->hint));
        return outcome;
    }
    return parse_scenario(source_text, path, known_findings);
}

}  // namespace wirestory::sim
