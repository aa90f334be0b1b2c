#include "analysis/filter/pattern.hpp"

#include <array>
#include <limits>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace wirestory::analysis::filter {

namespace {

// Far above what sensible patterns need, far below what a user would notice.
constexpr std::uint32_t kMatchLimit = 200'000;
constexpr std::uint32_t kDepthLimit = 2'000;
constexpr std::size_t kLongestPattern = 4096;

struct Release {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

}  // namespace

struct Pattern::Parts {
    std::unique_ptr<pcre2_code, Release> code;
    std::unique_ptr<pcre2_match_data, Release> data;
    std::unique_ptr<pcre2_match_context, Release> context;
};

Pattern::~Pattern() = default;

tl::expected<std::shared_ptr<const Pattern>, Pattern::Error> Pattern::compile(std::string_view pattern) {
    if (pattern.size() > kLongestPattern) return tl::unexpected<Error>(Error{"the pattern is too long", 0});
    int number = 0;
    PCRE2_SIZE offset = 0;
    // Bytes that are no UTF-8 must match too, so characters are bytes. \C and callouts have no use here.
    constexpr std::uint32_t kOptions = PCRE2_CASELESS | PCRE2_NEVER_UTF;
    auto parts = std::make_unique<Parts>();
    parts->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), kOptions, &number,
                                    &offset, nullptr));
    if (!parts->code) {
        std::array<PCRE2_UCHAR, 128> words{};
        pcre2_get_error_message(number, words.data(), words.size());
        return tl::unexpected<Error>(Error{reinterpret_cast<const char*>(words.data()), offset});
    }
    parts->data.reset(pcre2_match_data_create_from_pattern(parts->code.get(), nullptr));
    parts->context.reset(pcre2_match_context_create(nullptr));
    if (!parts->data || !parts->context) return tl::unexpected<Error>(Error{"out of memory", 0});
    pcre2_set_match_limit(parts->context.get(), kMatchLimit);
    pcre2_set_depth_limit(parts->context.get(), kDepthLimit);
    std::shared_ptr<Pattern> made(new Pattern);
    made->parts_ = std::move(parts);
    return made;
}

bool Pattern::matches(ByteView subject) const {
    static const char kNothing = '\0';
    const char* begin = subject.empty() ? &kNothing : as_text(subject).data();
    return pcre2_match(parts_->code.get(), reinterpret_cast<PCRE2_SPTR>(begin), subject.size(), 0, 0,
                       parts_->data.get(), parts_->context.get()) >= 0;
}

}  // namespace wirestory::analysis::filter
