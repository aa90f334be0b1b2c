#include "cli/scenario_library.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>
#include <fnmatch.h>
#include <glob.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace wirestory::cli {

namespace {

namespace fs = std::filesystem;

bool is_pattern(const std::string& word) { return word.find_first_of("*?[") != std::string::npos; }

std::vector<std::string> matching_paths(const std::string& pattern) {
    glob_t found{};
    std::vector<std::string> paths;
    if (glob(pattern.c_str(), 0, nullptr, &found) == 0) {
        for (std::size_t i = 0; i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
    }
    globfree(&found);
    return paths;
}

// The scenario's name below `folder`: "tcp/handshake".
std::string name_below(const std::string& folder, const std::string& path) {
    return fs::path{path}.lexically_relative(folder).replace_extension().generic_string();
}

std::vector<std::string> expand(const std::vector<std::string>& paths) {
    std::vector<std::string> files;
    for (const std::string& path : paths) {
        std::error_code error;
        if (!fs::is_directory(path, error)) {
            files.push_back(path);
            continue;
        }
        for (std::string& file : scenarios_below(path)) files.push_back(std::move(file));
    }
    return files;
}

tl::unexpected<Error> not_found(const std::string& word, const std::vector<std::string>& names) {
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    const auto near = closest(word, candidates);
    return fail(near ? tr_format("{}: there is no such file or scenario; did you mean {}?", word, *near)
                     : tr_format("{}: there is no such file or scenario; `wirestory list` shows the library", word));
}

}  // namespace

std::string library_folder() {
    std::error_code error;
    if (const char* named = std::getenv("WIRESTORY_SCENARIOS"); named != nullptr && *named != '\0') return named;
    std::vector<fs::path> places{"scenarios"};
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    if (!error) {
        const fs::path folder = program.parent_path();
        // PREFIX/bin/wirestory, build/wirestory and build/release/wirestory.
        for (const char* place : {"../share/wirestory/scenarios", "../scenarios", "../../scenarios"}) {
            places.push_back((folder / place).lexically_normal());
        }
    }
    for (const fs::path& place : places) {
        if (fs::is_directory(place, error)) return place.string();
    }
    return {};
}

std::vector<std::string> scenarios_below(const std::string& folder) {
    std::vector<std::string> files;
    std::error_code error;
    fs::recursive_directory_iterator at{folder, fs::directory_options::skip_permission_denied, error};
    for (; !error && at != fs::recursive_directory_iterator{}; at.increment(error)) {
        const fs::path& path = at->path();
        if (path.extension() == ".yaml" || path.extension() == ".yml") files.push_back(path.string());
    }
    std::sort(files.begin(), files.end());
    return files;
}

Result<std::vector<std::string>> resolve_scenarios(const std::string& word) {
    std::error_code error;
    if (fs::is_directory(word, error)) {
        auto files = scenarios_below(word);
        if (files.empty()) return fail(tr_format("{}: no scenario (*.yaml) in this folder", word));
        return files;
    }
    if (fs::exists(word, error)) return std::vector{word};
    if (is_pattern(word)) {
        if (auto files = expand(matching_paths(word)); !files.empty()) return files;
    }
    const std::string folder = library_folder();
    std::vector<std::string> names;
    std::vector<std::string> matched;
    for (const std::string& file : folder.empty() ? std::vector<std::string>{} : scenarios_below(folder)) {
        const std::string name = name_below(folder, file);
        if (name == word || fnmatch(word.c_str(), name.c_str(), 0) == 0 || name.rfind(word + "/", 0) == 0) {
            matched.push_back(file);
        }
        names.push_back(name);
    }
    if (matched.empty()) return not_found(word, names);
    return matched;
}

}  // namespace wirestory::cli
