// Display filters: `tcp.port == 9000 and finding == retransmission`, in Wireshark's syntax with its field names, plus
// fields of our own (docs/filters.md). compile() knows no recording; a FilterMatcher asks one filter of one recording,
// without an allocation a packet. Filters and matchers belong to one thread (`matches` has working memory).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "analysis/analysis.hpp"
#include "base/locale.hpp"
#include "recording/recording.hpp"

namespace wirestory::analysis {

// What is wrong with a filter, and where: bytes [begin, begin + length) of its text.
struct FilterError {
    std::string message;
    std::string hint;  // "did you mean tcp.port?"; empty when there is nothing to advise
    std::size_t begin = 0;
    std::size_t length = 1;
};

// The filter's text with a caret under the place, the message above and the hint below; lines end in \n.
std::string format_filter_error(std::string_view text, const FilterError& error,
                                Language language = Language::kEnglish);

namespace filter {
struct Program;
class Facts;
}  // namespace filter

class Filter {
public:
    Filter() = default;  // selects everything, as an empty text does
    // Mistakes are told in `language`.
    static tl::expected<Filter, FilterError> compile(std::string_view text, Language language = Language::kEnglish);

    [[nodiscard]] bool selects_everything() const { return program_ == nullptr; }
    // Asks of a packet what later packets decide (findings, messages, names at the end of the file): a beginning of a
    // capture does not answer it.
    [[nodiscard]] bool looks_ahead() const;
    [[nodiscard]] const std::string& text() const { return text_; }
    // A filter that is right and yet probably not what was meant: `tcp.flags.syn` alone asks, as in Wireshark, whether
    // the packet has that field.
    [[nodiscard]] const std::optional<FilterError>& note() const { return note_; }

private:
    friend class FilterMatcher;
    std::shared_ptr<const filter::Program> program_;
    std::string text_;
    std::optional<FilterError> note_;
};

class FilterMatcher {
public:
    // Both must outlive it.
    FilterMatcher(Filter filter, const Recording& recording, const Analysis& analysis);
    FilterMatcher(FilterMatcher&&) noexcept;
    ~FilterMatcher();

    [[nodiscard]] const Filter& filter() const { return filter_; }
    [[nodiscard]] bool packet(std::uint32_t index);
    // A call has the fields of our own, and of Wireshark's the addresses and ports of its socket and the time.
    [[nodiscard]] bool call(std::uint32_t index);
    // A finding is selected by its kind, or by any packet or call that it rests on.
    [[nodiscard]] bool finding(std::uint32_t index);
    [[nodiscard]] bool finding(const Finding& finding);  // of Analysis::findings or ::late_findings()
    [[nodiscard]] bool event(EventRef event);            // any of these; false for others

private:
    [[nodiscard]] bool evaluate();

    Filter filter_;
    std::unique_ptr<filter::Facts> facts_;
};

// Names of all fields, for completion and for tests.
std::vector<std::string_view> filter_field_names();

}  // namespace wirestory::analysis
