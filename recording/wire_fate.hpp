// What a wire did to the packets of a recording, told by the wire itself: one WireFate for each packet dropped and each
// copy delivered, and the moments at which the wire was changed. Knows nothing of impairments; plain data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "recording/ids.hpp"

namespace wirestory {

// The order is part of the file format (docs/recording.md): append only.
enum class DropCause : std::uint8_t {
    kNone,  // delivered
    kRule,
    kLoss,
    kQueueFull,
    kCut,
    kMtu,
    kOverload,  // the relay had no memory left for packets on their way
    kNotSent,   // the kernel refused it
    kClosed,    // still on its way when the wire was closed
};
constexpr std::size_t kDropCauses = 9;
std::string_view to_string(DropCause cause);

// Lost though nobody asked for it: such a run does not show what its scenario says.
constexpr bool is_unasked(DropCause cause) { return cause == DropCause::kOverload || cause == DropCause::kNotSent; }

struct WireFate {
    std::uint64_t packet_id = 0;      // epb_packetid of its sightings; 0: not paired with any
    std::uint64_t packet_number = 0;  // of its path, from 1
    ActorId from = kNoActor;
    ActorId to = kNoActor;
    DropCause cause = DropCause::kNone;
    std::uint8_t copy = 0;    // 0: the packet itself, 1...: its duplicates
    std::uint8_t copies = 0;  // how many there are in all
    bool corrupted = false;
    bool marked_ce = false;
    bool reordered = false;
    std::int16_t rule = -1;  // index into Recording::wire_rules of the rule that was applied
    std::uint32_t size_bytes = 0;
    std::uint32_t queue_packets = 0;  // what it found before it in the queue
    std::uint64_t queue_bytes = 0;
    TimeNs entered_ns = 0;  // the kernel's stamp when the frame came to the wire
    TimeNs sent_ns = 0;     // its last bit had left the queue; 0 when dropped
    TimeNs due_ns = 0;      // when it was to arrive; 0 when dropped
    TimeNs left_ns = 0;     // when the wire handed it on; 0 when dropped
    // frame_fingerprint of the frame as it came and as it left (they differ when it was marked or corrupted).
    std::uint64_t fingerprint = 0;
    std::uint64_t left_fingerprint = 0;
};

// "down", "up", "loss: {every: 3}": as the story wrote it; what comes later met the wire as it was from then on.
struct WireChange {
    TimeNs time_ns = 0;
    std::int32_t step = kNoStep;
    std::string text;
};

}  // namespace wirestory
