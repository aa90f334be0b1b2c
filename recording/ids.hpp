// The numbers by which the parts of a recording name one another. Each is an index into the vector of that name in
// Recording, valid for one loaded recording; kNone* means "not known" and is what files without calls have.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace wirestory {

using ActorId = std::uint16_t;
using SocketId = std::uint32_t;
using TapId = std::uint16_t;
using StreamOffset = std::uint64_t;  // position of a byte in one direction's stream, from 0
using WireSeq = std::uint32_t;       // the 32-bit number in a TCP header (RFC 9293, 3.4)

constexpr ActorId kNoActor = std::numeric_limits<ActorId>::max();
constexpr SocketId kNoSocket = std::numeric_limits<SocketId>::max();
constexpr std::int32_t kNoStep = -1;

// Which of the recording's facts something drawn or found rests on.
enum class EventKind : std::uint8_t { kNone, kCall, kPacket, kSample, kTxReport, kFinding };

struct EventRef {
    EventKind kind = EventKind::kNone;
    std::uint32_t index = 0;

    explicit operator bool() const { return kind != EventKind::kNone; }
    auto operator<=>(const EventRef&) const = default;
};

}  // namespace wirestory
