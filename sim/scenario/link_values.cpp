#include "sim/scenario/link_values.hpp"

#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace wirestory::sim {
namespace {

constexpr DurationNs kMaxDelayNs = 600 * kSecondNs;
constexpr std::uint64_t kMinRateBitsPerS = 1'000;
constexpr std::uint64_t kMaxRateBitsPerS = 1'000'000'000'000;
constexpr std::uint32_t kMaxQueuePackets = 1U << 20U;
constexpr std::uint64_t kMaxBytes = 1U << 30U;

std::nullopt_t mistake(const LinkValue& value, ParseContext& context, std::string message, std::string hint) {
    context.error(value.span(context), std::move(message), std::move(hint));
    return std::nullopt;
}

std::nullopt_t wrong(const LinkValue& value, ParseContext& context, std::string_view wanted, std::string hint) {
    const std::string found = value.node.is_scalar() ? quoted(value.node.scalar) : value.node.describe();
    return mistake(value, context, tr_format("`{}` is {}, not {}", value.key, wanted, found), std::move(hint));
}

// The whole text as a number; no exponents, no signs.
std::optional<double> plain_number(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
    double number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
    if (!text.ends_with(suffix)) return {};
    text.remove_suffix(suffix.size());
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

// `30KiB`: only with a unit, for a bare number says nothing of what it counts.
std::optional<std::uint64_t> size_with_unit(std::string_view text) {
    if (text.empty() || text.back() < 'A') return std::nullopt;
    return parse_size(text);
}

}  // namespace

SourceSpan LinkValue::span(const ParseContext& context) const {
    return node.is_null() ? key_span : span_of(context.source, node);
}

std::optional<DurationNs> read_delay(const LinkValue& value, ParseContext& context) {
    const auto duration = value.node.is_scalar() ? parse_duration(value.node.scalar) : std::nullopt;
    if (!duration || *duration < 0) return wrong(value, context, tr("a duration"), tr("for example 10ms"));
    if (*duration > kMaxDelayNs)
        return mistake(value, context, tr("more than 10 minutes on the way"), tr("for example 10ms"));
    return duration;
}

std::optional<double> read_percentage(const LinkValue& value, ParseContext& context) {
    const std::string_view text = value.node.scalar;
    const std::string_view digits = value.node.is_scalar() ? without_suffix(text, "%") : std::string_view{};
    const auto number = plain_number(digits);
    if (!number) {
        const auto bare = value.node.is_scalar() ? plain_number(text) : std::nullopt;
        return wrong(value, context, tr("a percentage"),
                     bare && *bare <= 1 ? tr_format("write {}%", *bare * 100) : std::string(tr("for example 5%")));
    }
    if (*number > 100) return mistake(value, context, tr("more than 100 %"), tr("for example 5%"));
    return *number / 100;
}

std::optional<std::uint64_t> read_rate(const LinkValue& value, ParseContext& context) {
    struct Unit {
        std::string_view name;
        double bits_per_s;
    };
    static constexpr std::array kUnits{Unit{"kbit", 1e3}, Unit{"Mbit", 1e6}, Unit{"Gbit", 1e9}, Unit{"bit", 1}};
    std::string_view text = value.node.is_scalar() ? std::string_view(value.node.scalar) : std::string_view{};
    if (const std::string_view bare = without_suffix(text, "/s"); !bare.empty()) text = bare;
    for (const Unit& unit : kUnits) {
        const auto number = plain_number(without_suffix(text, unit.name));
        if (!number) continue;
        const double bits = *number * unit.bits_per_s;
        if (bits < static_cast<double>(kMinRateBitsPerS) || bits > static_cast<double>(kMaxRateBitsPerS))
            return mistake(value, context, tr("a rate lies between 1kbit and 1000Gbit a second"),
                           tr("leave it out for no limit"));
        return static_cast<std::uint64_t>(bits);
    }
    return wrong(value, context, tr("a rate"), tr("in kbit, Mbit or Gbit a second: 10Mbit"));
}

std::optional<std::uint64_t> read_byte_count(const LinkValue& value, ParseContext& context) {
    const auto bytes = value.node.is_scalar() ? size_with_unit(value.node.scalar) : std::nullopt;
    if (!bytes) return wrong(value, context, tr("a number of bytes"), tr("for example 30KiB"));
    if (*bytes == 0 || *bytes > kMaxBytes)
        return mistake(value, context, tr("it must be between 1 byte and 1 GiB"), tr("for example 30KiB"));
    return bytes;
}

std::optional<std::uint64_t> read_count(const LinkValue& value, std::uint64_t least, std::uint64_t most,
                                        ParseContext& context) {
    const auto number = value.node.is_scalar() ? whole_number(value.node.scalar) : std::nullopt;
    if (number && *number >= least && *number <= most) return number;
    return wrong(value, context, tr_format("a number from {} to {}", least, most), {});
}

std::optional<bool> read_switch(const LinkValue& value, ParseContext& context) {
    if (value.node.is_scalar() && value.node.scalar == "true") return true;
    if (value.node.is_scalar() && value.node.scalar == "false") return false;
    return wrong(value, context, tr("true or false"), {});
}

std::optional<QueueAmount> read_queue_amount(const LinkValue& value, ParseContext& context) {
    const std::string_view text = value.node.is_scalar() ? std::string_view(value.node.scalar) : std::string_view{};
    for (const std::string_view unit : {"packets", "packet"}) {
        const auto packets = whole_number(without_suffix(text, unit));
        if (!packets) continue;
        if (*packets == 0 || *packets > kMaxQueuePackets)
            return mistake(value, context, tr_format("it must be between 1 and {} packets", kMaxQueuePackets),
                           tr("for example 20 packets"));
        return QueueAmount{static_cast<std::uint32_t>(*packets), 0};
    }
    if (whole_number(text))
        return mistake(value, context, tr("what does this number count?"),
                       tr_format("write `{} packets`, or bytes as `30KiB`", text.substr(0, 20)));
    if (!size_with_unit(text)) return wrong(value, context, tr("a number of packets or bytes"), "20 packets, 30KiB");
    const auto bytes = read_byte_count(value, context);
    if (!bytes) return std::nullopt;
    return QueueAmount{0, *bytes};
}

std::string link_text(const YamlNode& node) {
    if (node.is_scalar()) return node.scalar;
    std::string text;
    if (node.is_sequence()) {
        for (const YamlNode& item : node.items) text += (text.empty() ? "" : ", ") + link_text(item);
        return "[" + text + "]";
    }
    for (std::size_t i = 0; i < node.entry_count(); ++i)
        text += fmt::format("{}{}: {}", i == 0 ? "" : ", ", node.key(i).scalar, link_text(node.value(i)));
    return "{" + text + "}";
}

}  // namespace wirestory::sim
