#include "analysis/filter/filter.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "analysis/filter/facts.hpp"
#include "analysis/filter/parser.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"

namespace wirestory::analysis {

namespace {

// One line, no control characters: what a caret can stand under.
std::string on_one_line(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) c = ' ';
    }
    return out;
}

std::size_t columns(std::string_view text) { return static_cast<std::size_t>(display_width(text)); }

}  // namespace

std::string format_filter_error(std::string_view text, const FilterError& error, Language language) {
    const std::string line = on_one_line(text);
    const std::size_t begin = std::min(error.begin, line.size());
    const std::string_view marked = std::string_view(line).substr(begin, error.length);
    const std::string tail(std::max<std::size_t>(columns(marked), 1) - 1, '~');
    std::string out =
        fmt::format("{}\n  {}\n  {}^{}\n", error.message, line, std::string(columns(line.substr(0, begin)), ' '), tail);
    if (!error.hint.empty()) out += tr_format_in(language, "hint: {}", error.hint) + "\n";
    return out;
}

tl::expected<Filter, FilterError> Filter::compile(std::string_view text, Language language) {
    Filter made;
    made.text_ = text;
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return made;
    auto parsed = filter::parse(text, language);
    if (!parsed) return tl::unexpected<FilterError>(std::move(parsed.error()));
    made.program_ = std::make_shared<const filter::Program>(std::move(parsed->program));
    made.note_ = std::move(parsed->note);
    return made;
}

bool Filter::looks_ahead() const {
    if (program_ == nullptr) return false;
    constexpr std::array<std::string_view, 5> kFields = {"finding", "message", "actor", "actor.src", "actor.dst"};
    return std::any_of(program_->tests.begin(), program_->tests.end(), [&](const filter::Test& test) {
        const auto among = [&](const filter::Field* field) {
            return field != nullptr && std::find(kFields.begin(), kFields.end(), field->name) != kFields.end();
        };
        return among(test.left.field) || among(test.right.field);
    });
}

FilterMatcher::FilterMatcher(Filter filter, const Recording& recording, const Analysis& analysis)
    : filter_(std::move(filter)), facts_(std::make_unique<filter::Facts>(recording, analysis)) {}
FilterMatcher::FilterMatcher(FilterMatcher&&) noexcept = default;
FilterMatcher::~FilterMatcher() = default;

bool FilterMatcher::evaluate() { return filter::evaluate(*filter_.program_, *facts_); }

bool FilterMatcher::packet(std::uint32_t index) {
    if (filter_.selects_everything()) return true;
    facts_->look_at({EventKind::kPacket, index});
    return evaluate();
}

bool FilterMatcher::call(std::uint32_t index) {
    if (filter_.selects_everything()) return true;
    facts_->look_at({EventKind::kCall, index});
    return evaluate();
}

bool FilterMatcher::finding(std::uint32_t index) { return finding(facts_->analysis().findings[index]); }

bool FilterMatcher::finding(const Finding& finding) {
    if (filter_.selects_everything()) return true;
    facts_->only_finding(&finding);
    const bool found = std::any_of(finding.events.begin(), finding.events.end(), [this](EventRef event) {
        if (event.kind == EventKind::kPacket) return packet(event.index);
        return event.kind == EventKind::kCall && call(event.index);
    });
    facts_->only_finding(nullptr);
    return found;
}

bool FilterMatcher::event(EventRef event) {
    switch (event.kind) {
        case EventKind::kPacket: return packet(event.index);
        case EventKind::kCall: return call(event.index);
        case EventKind::kFinding: return finding(event.index);
        default: return false;
    }
}

std::vector<std::string_view> filter_field_names() { return filter::field_names(); }

}  // namespace wirestory::analysis
