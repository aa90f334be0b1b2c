#include "sim/scenario/payload_functions.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "recording/framing.hpp"

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

namespace {

// Walks over a format: byte order first, then codes with counts.
class FormatReader {
public:
    FormatReader(std::string_view format, const char* function) : format_(format), function_(function) {
        if (format_.empty() || std::string_view("<>!=").find(format_.front()) == std::string_view::npos) return;
        if (format_.front() != '=') little_endian_ = format_.front() == '<';
        format_.remove_prefix(1);
    }

    [[nodiscard]] bool at_end() const { return format_.empty(); }
    [[nodiscard]] bool little_endian() const { return little_endian_; }

    struct Code {
        char letter = 0;
        std::size_t bytes = 0;
        std::size_t count = 1;
        [[nodiscard]] bool is_signed() const { return letter >= 'a'; }
    };
    // Counts beyond `most` need not be told apart.
    Result<Code> next(std::size_t most) {
        Code code;
        const auto is_digit = [&] { return !format_.empty() && format_.front() >= '0' && format_.front() <= '9'; };
        if (is_digit()) code.count = 0;
        for (; is_digit(); format_.remove_prefix(1))
            code.count = std::min(code.count * 10 + static_cast<std::size_t>(format_.front() - '0'), most + 1);
        code.bytes = format_.empty() ? 0 : size_of_code(format_.front());
        if (code.bytes == 0) return fail(tr_format("{} does not know the code `{}`", function_, format_.substr(0, 1)));
        code.letter = format_.front();
        format_.remove_prefix(1);
        return code;
    }

private:
    std::string_view format_;
    const char* function_;
    bool little_endian_ = std::endian::native == std::endian::little;
};

}  // namespace

Result<Bytes> pack(std::string_view format, std::span<const std::int64_t> numbers) {
    FormatReader reader(format, "pack");
    Bytes packed;
    std::size_t taken = 0;
    while (!reader.at_end()) {
        const auto code = reader.next(numbers.size());
        if (!code) return tl::unexpected(code.error());
        if (code->count > numbers.size() - taken) return fail(tr("pack has more codes than numbers"));
        for (std::size_t left = code->count; left > 0; --left, ++taken) {
            const std::int64_t number = numbers[taken];
            if (!fits(number, code->bytes, code->is_signed()))
                return fail(tr_format("{} does not fit into {} bytes of `{}`", number, code->bytes, code->letter));
            for (std::size_t i = 0; i < code->bytes; ++i) {
                const std::size_t shift = 8 * (reader.little_endian() ? i : code->bytes - 1 - i);
                packed.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(number) >> shift & 0xFFU));
            }
        }
    }
    if (taken < numbers.size()) return fail(tr("pack has more numbers than codes"));
    return packed;
}

Result<std::vector<std::int64_t>> unpack(std::string_view format, ByteView data) {
    FormatReader reader(format, "unpack");
    std::vector<std::int64_t> numbers;
    std::size_t at = 0;
    const auto wrong_size = [&] { return fail(tr_format("unpack has {} bytes, not those of its codes", data.size())); };
    while (!reader.at_end()) {
        const auto code = reader.next(data.size());
        if (!code) return tl::unexpected(code.error());
        if (code->count > (data.size() - at) / code->bytes) return wrong_size();
        for (std::size_t left = code->count; left > 0; --left, at += code->bytes) {
            const auto number = read_number(data.subspan(at, code->bytes), reader.little_endian(), code->is_signed());
            if (!number) return fail(tr("unpack found a number of more than 63 bits"));
            numbers.push_back(*number);
        }
    }
    if (at != data.size()) return wrong_size();
    return numbers;
}

std::optional<NumberFormat> single_number_format(std::string_view format) {
    FormatReader reader(format, "");
    const auto code = reader.next(1);
    if (!code || code->count != 1 || !reader.at_end()) return std::nullopt;
    return NumberFormat{code->bytes, reader.little_endian(), code->is_signed()};
}

}  // namespace wirestory::sim
