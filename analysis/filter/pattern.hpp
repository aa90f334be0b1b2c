// A regular expression (PCRE2, as Wireshark's `matches` uses), letters' case ignored, over any bytes. The work for one
// subject is limited: what goes beyond counts as no match, so no pattern makes a filter hang. Immutable when compiled;
// not for two threads at once (it holds the match's memory).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "base/bytes.hpp"

namespace wirestory::analysis::filter {

class Pattern {
public:
    struct Error {
        std::string message;
        std::size_t offset = 0;  // in the pattern
    };
    static tl::expected<std::shared_ptr<const Pattern>, Error> compile(std::string_view pattern);
    ~Pattern();
    Pattern(const Pattern&) = delete;
    Pattern& operator=(const Pattern&) = delete;

    [[nodiscard]] bool matches(ByteView subject) const;

private:
    Pattern() = default;
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace wirestory::analysis::filter
