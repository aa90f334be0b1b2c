#include "sim/scenario/repeat_expander.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "sim/scenario/map_reader.hpp"

namespace wirestory::sim {
namespace {

constexpr std::size_t kMaxSteps = 10'000;
constexpr std::size_t kMaxBytes = 4U << 20U;
constexpr int kMaxDepth = 4;
constexpr const char* kExample = tr_later("for example `- repeat: { times: 3, steps: [...] }`");

// Replaces `${name}` in a scalar and keeps for each byte where it came from.
void substitute(YamlNode& node, const std::string& variable, const std::string& number) {
    for (YamlNode& item : node.items) substitute(item, variable, number);
    if (!node.is_scalar() || node.scalar.find(variable) == std::string::npos) return;
    const bool again = !node.origins.empty();
    const std::string before = node.scalar;
    const std::vector<std::uint32_t> origins = node.origins;
    if (!again) node.written = before;
    node.scalar.clear();
    node.origins.clear();
    const auto origin = [&](std::size_t at) { return again ? origins[at] : static_cast<std::uint32_t>(at); };
    for (std::size_t at = 0; at < before.size();) {
        if (before.compare(at, variable.size(), variable) == 0) {
            node.scalar += number;
            node.origins.insert(node.origins.end(), number.size(), origin(at));
            at += variable.size();
        } else {
            node.scalar += before[at];
            node.origins.push_back(origin(at));
            ++at;
        }
    }
    node.origins.push_back(again ? origins.back() : static_cast<std::uint32_t>(before.size()));
}

std::size_t size_of(const YamlNode& node) {
    std::size_t bytes = node.scalar.size() + sizeof(YamlNode) / 8;
    for (const YamlNode& item : node.items) bytes += size_of(item);
    return bytes;
}

class Expander {
public:
    explicit Expander(ParseContext& context) : context_(context) {}

    void run(const YamlNode& steps, int depth) {
        for (const YamlNode& step : steps.items) {
            if (full_) return;
            const bool repeats = step.is_map() && step.entry_count() == 1 && step.key(0).is_scalar() &&
                                 step.key(0).scalar == "repeat" && step.value(0).is_map();
            if (repeats)
                repeat(step.value(0), depth);
            else
                add(step);
        }
    }
    std::vector<YamlNode> take() { return std::move(expanded_); }

private:
    void error(const YamlNode& at, std::string message, std::string hint = std::string{tr(kExample)}) {
        context_.error(span_of(context_.source, at), std::move(message), std::move(hint));
    }

    void add(const YamlNode& step) {
        bytes_ += size_of(step);
        if (expanded_.size() >= kMaxSteps || bytes_ > kMaxBytes) {
            error(step, tr_format("the repeated steps are more than {}, or too long", kMaxSteps), tr("repeat less"));
            full_ = true;
            return;
        }
        expanded_.push_back(step);
    }

    void repeat(const YamlNode& node, int depth) {
        const MapReader keys(node, "`repeat`", {"times", "steps", "as"}, context_);
        const YamlNode* times = keys.find("times");
        const YamlNode* steps = keys.find("steps");
        if (times == nullptr || steps == nullptr)
            return error(node, times == nullptr ? tr("`repeat` has no `times`") : tr("`repeat` has no `steps`"));
        std::uint32_t count = 0;
        const std::string& text = times->scalar;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (!times->is_scalar() || failure != std::errc{} || end != text.data() + text.size() || count == 0 ||
            count > kMaxSteps)
            return error(*times, tr_format("`times` is a number from 1 to {}", kMaxSteps));
        if (!steps->is_sequence() || steps->items.empty())
            return error(*steps, tr_format("`steps` is a list of steps, not {}", steps->describe()));
        if (depth >= kMaxDepth)
            return error(node, tr("repeats are nested too deeply"), tr("write them one after another"));
        std::string name = "i";
        if (const YamlNode* as = keys.find("as")) {
            if (!as->is_scalar() || !is_name(as->scalar))
                return error(*as, tr("`as` names the counter: lower-case letters, digits and _"),
                             tr("for example as: k"));
            name = as->scalar;
        }
        // Copies are made one at a time, so that a long list repeated often ends at the limit and not in memory.
        for (std::uint32_t i = 1; i <= count && !full_; ++i) {
            YamlNode copy = *steps;
            substitute(copy, "${" + name + "}", fmt::format("{}", i));
            run(copy, depth + 1);
        }
    }

    ParseContext& context_;
    std::vector<YamlNode> expanded_;
    std::size_t bytes_ = 0;
    bool full_ = false;
};

}  // namespace

std::vector<YamlNode> expand_repeats(const YamlNode& story, ParseContext& context) {
    Expander expander(context);
    expander.run(story, 0);
    return expander.take();
}

}  // namespace wirestory::sim
