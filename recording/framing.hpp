// Framing: how an application marks where one message of a byte stream ends and the next begins. Part of a recording's
// story, so that the analysis names the same messages as the program that was staged. Pure; knows no socket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace wirestory {

enum class FramingKind : std::uint8_t {
    kNone,          // a message is what one send wrote
    kLengthPrefix,  // a number of so many bytes says how many follow
    kDelimiter,     // a message ends with these bytes
    kFixed,         // every message has so many bytes
};

struct Framing {
    FramingKind kind = FramingKind::kNone;
    std::uint32_t prefix_bytes = 0;  // 1, 2, 4 or 8
    bool little_endian = true;
    bool is_signed = false;
    std::string delimiter;
    std::uint32_t fixed_bytes = 0;

    [[nodiscard]] bool present() const { return kind != FramingKind::kNone; }
    bool operator==(const Framing&) const = default;
};

// A number as it stands on the wire; nothing when it does not fit into 63 bits.
std::optional<std::int64_t> read_number(ByteView bytes, bool little_endian, bool is_signed);

// Where the message that begins at stream[0] ends: the bytes of header, body and delimiter together. Nothing when
// `stream` does not tell yet. A length prefix that is negative or huge gives its own bytes alone (`*broken` is set):
// nobody can say where such a message ends.
std::optional<std::uint64_t> message_bytes(const Framing& framing, ByteView stream, bool* broken = nullptr);

// `length-prefix: "<i"`, `delimiter: "\n"`, `fixed: 16`: for people.
std::string to_string(const Framing& framing);

// Larger messages are not believed.
constexpr std::int64_t kMaxFramedBytes = std::int64_t{64} << 20U;

}  // namespace wirestory
