// What `expect:` may say beyond segments, never, findings and states: plain data, made by expectations_reader, judged
// by session. Numbers count from 1, as a story's reader counts. Every item keeps its text and place for the verdict.
// sim checks names and reachability; whether it came true is not sim's question.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "recording/ids.hpp"
#include "sim/scenario/diagnostics.hpp"

namespace wirestory::sim {

enum class Comparison : std::uint8_t { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };

// A socket of an actor. An empty name is the actor's unnamed socket (made by `socket(tcp)` without a name).
struct SocketName {
    ActorId actor = kNoActor;
    std::string name;
};

// expect.messages: `server.conn read 1 takes messages 1-3`: the first recv on this socket that returned bytes took
// bytes of exactly the messages 1 to 3 of its peer. A message is what one send wrote, or what the framing says.
struct MessageExpectation {
    SocketName reader;
    std::uint32_t read = 1;
    std::uint32_t first_message = 1;
    std::uint32_t last_message = 1;
    SourceSpan span;
    std::string text;
};

enum class BufferFigure : std::uint8_t {
    kSendBuffer,     // written and not acknowledged (TCP)
    kReceiveBuffer,  // arrived and not read
    kUnsent,         // written and not sent (TCP)
    kInFlight,       // sent and not acknowledged (TCP)
    kDrops,          // packets the socket had no room for
};
enum class BufferMoment : std::uint8_t { kPeak, kLast };  // the largest value of the run; the value at its end

// expect.buffers: `client.send_buffer peak >= 4KiB`, `server.conn.receive_buffer last == 0`.
struct BufferExpectation {
    SocketName socket;
    BufferFigure figure = BufferFigure::kSendBuffer;
    BufferMoment moment = BufferMoment::kPeak;
    Comparison comparison = Comparison::kEqual;
    std::int64_t bytes = 0;
    SourceSpan span;
    std::string text;
};

// A datagram of expect.lost: the `number`-th that `from` sent to `to` (any pair when both are kNoActor), counted over
// all sends of the story in their order. Those listed must be lost, all others of the pair must be read.
struct LostExpectation {
    ActorId from = kNoActor;
    ActorId to = kNoActor;
    std::vector<std::uint32_t> numbers;  // ascending
    SourceSpan span;
    std::string text;
};

}  // namespace wirestory::sim
