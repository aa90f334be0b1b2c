#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include <fmt/format.h>
#include <wchar.h>

#include "base/utf8.hpp"

namespace wirestory {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t factor;
};

constexpr std::array kDurationUnits{Unit{"ns", 1}, Unit{"us", 1'000}, Unit{"ms", 1'000'000}, Unit{"s", 1'000'000'000},
                                    Unit{"min", 60'000'000'000}};
constexpr std::array kSizeUnits{Unit{"", 1},          Unit{"B", 1},          Unit{"kB", 1'000},
                                Unit{"KB", 1'000},    Unit{"MB", 1'000'000}, Unit{"KiB", 1 << 10},
                                Unit{"MiB", 1 << 20}, Unit{"GiB", 1 << 30}};

// Number, then one of the units; the product must fit in 62 bits.
std::optional<std::int64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0) return std::nullopt;
    const std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
    for (const Unit& unit : units) {
        if (unit.name != suffix) continue;
        const double product = number * static_cast<double>(unit.factor);
        if (!(product < 4.6e18)) return std::nullopt;
        return std::llround(product);
    }
    return std::nullopt;
}

struct CodePoint {
    char32_t value;
    std::size_t length;
    bool valid;
};

CodePoint next_code_point(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    std::size_t length = 1;
    char32_t value = lead;
    if (lead >= 0xF0 && lead < 0xF8) {
        length = 4;
        value = lead & 0x07U;
    } else if (lead >= 0xE0) {
        length = 3;
        value = lead & 0x0FU;
    } else if (lead >= 0xC2) {
        length = 2;
        value = lead & 0x1FU;
    } else if (lead >= 0x80) {
        return {0xFFFD, 1, false};
    }
    if (lead >= 0xF8 || length > text.size()) return {0xFFFD, 1, false};
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return {0xFFFD, 1, false};
        value = value << 6U | (byte(i) & 0x3FU);
    }
    return {value, length, true};
}

struct WidthRange {
    char32_t first, last;
};

// East Asian Wide and Fullwidth blocks (Unicode TR11), without asking the C locale, which may be "C".
constexpr std::array kWide{WidthRange{0x1100, 0x115F},   WidthRange{0x2E80, 0x303E},  WidthRange{0x3041, 0x33FF},
                           WidthRange{0x3400, 0x4DBF},   WidthRange{0x4E00, 0x9FFF},  WidthRange{0xA000, 0xA4CF},
                           WidthRange{0xAC00, 0xD7A3},   WidthRange{0xF900, 0xFAFF},  WidthRange{0xFE30, 0xFE6F},
                           WidthRange{0xFF00, 0xFF60},   WidthRange{0xFFE0, 0xFFE6},  WidthRange{0x1F300, 0x1F64F},
                           WidthRange{0x1F900, 0x1F9FF}, WidthRange{0x20000, 0x3FFFD}};
constexpr std::array kZero{WidthRange{0x0300, 0x036F}, WidthRange{0x200B, 0x200F}, WidthRange{0xFE00, 0xFE0F}};

int width_of(char32_t c) {
    const auto holds = [c](const WidthRange& range) { return c >= range.first && c <= range.last; };
    if (std::any_of(kZero.begin(), kZero.end(), holds)) return 0;
    return std::any_of(kWide.begin(), kWide.end(), holds) ? 2 : 1;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[b.size()];
}

// Up to the next place where a line may end: at a blank, or between Chinese characters, but never before a closing
// mark.
std::size_t unbreakable_bytes(std::string_view text) {
    const auto length_at = [&](std::size_t at) {
        std::size_t length = 1;
        while (at + length < text.size() && (static_cast<unsigned char>(text[at + length]) & 0xC0U) == 0x80U) ++length;
        return length;
    };
    const auto closes = [](std::string_view character) {
        constexpr std::string_view kClosing = "。，、：；）”？！》";
        return character.size() == 3 && kClosing.find(character) != std::string_view::npos;
    };
    std::size_t at = 0;
    while (at < text.size() && text[at] != ' ' && text[at] != '\n') {
        const std::string_view character = text.substr(at, length_at(at));
        const bool wide = display_width(character) > 1;
        if (wide && at > 0 && !closes(character)) break;
        at += character.size();
        if (!wide) continue;
        const std::string_view next = text.substr(at, at < text.size() ? length_at(at) : 0);
        if (!closes(next)) break;
    }
    return at;
}

}  // namespace

std::string format_duration(DurationNs duration) {
    const char* sign = duration < 0 ? "-" : "";
    const double ns = std::abs(static_cast<double>(duration));
    const auto scaled = [&](double factor, const char* unit) {
        const double value = ns / factor;
        const int decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
        return fmt::format("{}{:.{}f} {}", sign, value, decimals, unit);
    };
    if (ns < 1e3) return fmt::format("{}{:.0f} ns", sign, ns);
    if (ns < 999.5e3) return scaled(1e3, "us");
    if (ns < 999.5e6) return scaled(1e6, "ms");
    return fmt::format("{}{:.3f} s", sign, ns / 1e9);
}

std::string format_bytes(std::uint64_t bytes) {
    const auto value = static_cast<double>(bytes);
    if (bytes < 1024) return fmt::format("{} B", bytes);
    if (value < 1024.0 * 1024) return fmt::format("{:.1f} KiB", value / 1024);
    if (value < 1024.0 * 1024 * 1024) return fmt::format("{:.1f} MiB", value / (1024.0 * 1024));
    return fmt::format("{:.1f} GiB", value / (1024.0 * 1024 * 1024));
}

std::optional<DurationNs> parse_duration(std::string_view text) { return parse_with_unit(text, kDurationUnits); }

std::optional<std::uint64_t> parse_size(std::string_view text) {
    const auto size = parse_with_unit(text, kSizeUnits);
    if (!size) return std::nullopt;
    return static_cast<std::uint64_t>(*size);
}

std::string quote_bytes(ByteView bytes, std::size_t max_bytes) {
    std::string out = "\"";
    for (const std::byte b : bytes.first(std::min(bytes.size(), max_bytes))) {
        const auto c = std::to_integer<unsigned char>(b);
        switch (c) {
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            default:
                if (c >= 0x20 && c < 0x7F) {
                    out += static_cast<char>(c);
                } else {
                    out += fmt::format("\\x{:02x}", c);
                }
        }
    }
    out += '"';
    if (bytes.size() > max_bytes) out += "...";
    return out;
}

std::size_t utf8_length(std::string_view utf8) {
    if (utf8.empty()) return 0;
    const CodePoint point = next_code_point(utf8);
    return point.valid ? point.length : 0;
}

int display_width(std::string_view utf8) {
    int width = 0;
    while (!utf8.empty()) {
        const CodePoint point = next_code_point(utf8);
        width += point.valid ? width_of(point.value) : 1;
        utf8.remove_prefix(point.length);
    }
    return width;
}

std::string fit_width(std::string_view utf8, int columns) {
    if (display_width(utf8) <= columns) return std::string{utf8};
    if (columns <= 3) return std::string(static_cast<std::size_t>(std::max(columns, 0)), '.');
    std::size_t kept = 0;
    int width = 0;
    while (kept < utf8.size()) {
        const CodePoint point = next_code_point(utf8.substr(kept));
        const int wider = width + (point.valid ? width_of(point.value) : 1);
        if (wider > columns - 3) break;
        width = wider;
        kept += point.length;
    }
    return std::string{utf8.substr(0, kept)} + "...";
}

std::string wrapped(std::string_view text, int width, std::string_view indent) {
    std::string out;
    std::string line;
    const auto flush = [&] {
        if (line.empty()) return;
        out += fmt::format("{}{}\n", indent, line);
        line.clear();
    };
    bool spaced = false;
    while (!text.empty()) {
        if (text.front() == ' ' || text.front() == '\n') {
            spaced = !line.empty();
            text.remove_prefix(1);
            continue;
        }
        const std::string_view word = text.substr(0, unbreakable_bytes(text));
        const int used = display_width(line) + (spaced ? 1 : 0) + display_width(word);
        if (!line.empty() && used + static_cast<int>(indent.size()) > width) {
            flush();
            spaced = false;
        }
        if (spaced) line += ' ';
        line += word;
        spaced = false;
        text.remove_prefix(word.size());
    }
    flush();
    return out;
}

std::string padded(std::string_view utf8, int columns) {
    const int width = display_width(utf8);
    return std::string{utf8} + std::string(static_cast<std::size_t>(std::max(columns - width, 0)), ' ');
}

std::optional<std::string_view> closest(std::string_view word, std::span<const std::string_view> candidates) {
    std::optional<std::string_view> best;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string_view candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance >= best_distance) continue;
        best_distance = distance;
        best = candidate;
    }
    return best;
}

}  // namespace wirestory
