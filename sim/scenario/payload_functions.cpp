#include "sim/scenario/payload_functions.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace wirestory::sim {
namespace {

struct Md5 {
    std::array<std::uint32_t, 4> state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

    // RFC 1321, 3.4. The table of sines is computed as the RFC defines it.
    void take_block(const std::uint8_t* block) {
        static constexpr std::array<std::array<int, 4>, 4> kShifts{
            {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};
        std::array<std::uint32_t, 16> words{};
        for (std::size_t i = 0; i < 64; ++i) words[i / 4] |= std::uint32_t{block[i]} << (8 * (i % 4));
        auto [a, b, c, d] = state;
        for (std::uint32_t i = 0; i < 64; ++i) {
            const std::uint32_t round = i / 16;
            const std::uint32_t mixed = round == 0   ? (b & c) | (~b & d)
                                        : round == 1 ? (d & b) | (~d & c)
                                        : round == 2 ? b ^ c ^ d
                                                     : c ^ (b | ~d);
            const std::uint32_t word = round == 0 ? i : round == 1 ? 5 * i + 1 : round == 2 ? 3 * i + 5 : 7 * i;
            const auto sine = static_cast<std::uint32_t>(std::floor(std::abs(std::sin(i + 1.0)) * 4294967296.0));
            const std::uint32_t sum = a + mixed + sine + words[word % 16];
            a = d;
            d = c;
            c = b;
            b += std::rotl(sum, kShifts[round][i % 4]);
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }
};

// Bytes of a code in standard sizes (Python's struct, "Format Characters"); 0 for one that is not known.
std::size_t size_of_code(char code) {
    switch (code) {
        case 'b':
        case 'B': return 1;
        case 'h':
        case 'H': return 2;
        case 'i':
        case 'I':
        case 'l':
        case 'L': return 4;
        case 'q':
        case 'Q': return 8;
        default: return 0;
    }
}

bool fits(std::int64_t number, std::size_t bytes, bool is_signed) {
    if (!is_signed) return number >= 0 && (bytes == 8 || number < std::int64_t{1} << (8 * bytes));
    if (bytes == 8) return true;
    const std::int64_t limit = std::int64_t{1} << (8 * bytes - 1);
    return number >= -limit && number < limit;
}

}  // namespace

std::string hex_text(ByteView data) {
    std::string text;
    for (const std::byte b : data) text += fmt::format("{:02x}", std::to_integer<unsigned>(b));
    return text;
}

std::string md5_hex(ByteView data) {
    Bytes padded(data.begin(), data.end());
    padded.push_back(std::byte{0x80});
    while (padded.size() % 64 != 56) padded.push_back(std::byte{0});
    const std::uint64_t bits = std::uint64_t{data.size()} * 8;
    for (unsigned i = 0; i < 8; ++i) padded.push_back(static_cast<std::byte>(bits >> (8 * i) & 0xFFU));
    Md5 md5;
    for (std::size_t at = 0; at < padded.size(); at += 64)
        md5.take_block(reinterpret_cast<const std::uint8_t*>(padded.data()) + at);
    Bytes digest;
    for (const std::uint32_t word : md5.state)
        for (unsigned i = 0; i < 4; ++i) digest.push_back(static_cast<std::byte>(word >> (8 * i) & 0xFFU));
    return hex_text(digest);
}

Result<Bytes> pack(std::string_view format, std::span<const std::int64_t> numbers) {
    bool little = std::endian::native == std::endian::little;
    if (!format.empty() && std::string_view("<>!=").find(format.front()) != std::string_view::npos) {
        if (format.front() != '=') little = format.front() == '<';
        format.remove_prefix(1);
    }
    Bytes packed;
    std::size_t taken = 0;
    while (!format.empty()) {
        std::size_t count = 0;
        const bool counted = format.front() >= '0' && format.front() <= '9';
        while (!format.empty() && format.front() >= '0' && format.front() <= '9' && count <= numbers.size()) {
            count = count * 10 + static_cast<std::size_t>(format.front() - '0');
            format.remove_prefix(1);
        }
        if (!counted) count = 1;
        const std::size_t bytes = format.empty() ? 0 : size_of_code(format.front());
        if (bytes == 0) return fail(fmt::format("pack does not know the code `{}`", format.substr(0, 1)));
        const bool is_signed = format.front() >= 'a';
        if (count > numbers.size() - taken) return fail("pack has more codes than numbers");
        for (; count > 0; --count, ++taken) {
            const std::int64_t number = numbers[taken];
            if (!fits(number, bytes, is_signed))
                return fail(fmt::format("{} does not fit into {} bytes of `{}`", number, bytes, format.front()));
            for (std::size_t i = 0; i < bytes; ++i) {
                const std::size_t shift = 8 * (little ? i : bytes - 1 - i);
                packed.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(number) >> shift & 0xFFU));
            }
        }
        format.remove_prefix(1);
    }
    if (taken < numbers.size()) return fail("pack has more numbers than codes");
    return packed;
}

}  // namespace wirestory::sim
