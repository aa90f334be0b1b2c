// The values of a link: `5%`, `10Mbit`, `20 packets`, `{ every: 3 }`. Knows how they are written and what they may be,
// not what a wire does with them. Mistakes go to the context; then there is no value.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/scenario/parse_context.hpp"

namespace wirestory::sim {

// `key` names the value in messages; `key_span` is where to point when the value itself is nothing.
struct LinkValue {
    const YamlNode& node;
    std::string_view key;
    SourceSpan key_span;

    [[nodiscard]] SourceSpan span(const ParseContext& context) const;
};

std::optional<DurationNs> read_delay(const LinkValue& value, ParseContext& context);          // 10ms
std::optional<double> read_percentage(const LinkValue& value, ParseContext& context);         // 5%
std::optional<std::uint64_t> read_rate(const LinkValue& value, ParseContext& context);        // 10Mbit
std::optional<std::uint64_t> read_byte_count(const LinkValue& value, ParseContext& context);  // 30KiB
std::optional<std::uint64_t> read_count(const LinkValue& value, std::uint64_t least, std::uint64_t most,
                                        ParseContext& context);
std::optional<bool> read_switch(const LinkValue& value, ParseContext& context);  // true, false

// `20 packets`, `30KiB`: the one that is not written is 0.
struct QueueAmount {
    std::uint32_t packets = 0;
    std::uint64_t bytes = 0;
};
std::optional<QueueAmount> read_queue_amount(const LinkValue& value, ParseContext& context);

// `{ delay: ... }` from `key` to `value`, one line: how a step's mapping is told again.
std::string link_text(const YamlNode& node);

}  // namespace wirestory::sim
