#include "sim/scenario/parse_context.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace wirestory::sim {

std::optional<ActorId> ParseContext::actor_named(std::string_view name) const {
    for (std::size_t i = 0; i < scenario.actors.size(); ++i)
        if (scenario.actors[i].name == name) return static_cast<ActorId>(i);
    return std::nullopt;
}

std::vector<std::string_view> ParseContext::actor_names() const {
    std::vector<std::string_view> names;
    for (const ScenarioActor& actor : scenario.actors) names.push_back(actor.name);
    return names;
}

void ParseContext::unknown_actor(std::string_view name, const SourceSpan& span) {
    error(span, tr_format("unknown actor {}", quoted(name)), suggestion(name, actor_names()));
}

namespace {

// Both in the same letters: `bnid` for bind, `syn` for SYN. The spelling distance of a short word misses these.
bool same_letters(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    const auto letters = [](std::string_view word) {
        std::string sorted{word};
        for (char& c : sorted) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        std::sort(sorted.begin(), sorted.end());
        return sorted;
    };
    return letters(a) == letters(b);
}

}  // namespace

std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates) {
    constexpr std::size_t kFew = 8;
    constexpr std::size_t kLongestWord = 64;  // spelling distance is quadratic
    if (word.size() <= kLongestWord) {
        if (const auto near = closest(word, candidates)) return tr_format("did you mean `{}`?", *near);
        for (const std::string_view candidate : candidates)
            if (same_letters(word, candidate)) return tr_format("did you mean `{}`?", candidate);
    }
    if (candidates.empty() || candidates.size() > kFew) return {};
    std::string known;
    for (const std::string_view candidate : candidates)
        known += fmt::format("{}`{}`", known.empty() ? "" : ", ", candidate);
    return tr_format("known: {}", known);
}

bool is_name(std::string_view text) {
    if (text.empty() || text.front() < 'a' || text.front() > 'z') return false;
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

}  // namespace wirestory::sim
