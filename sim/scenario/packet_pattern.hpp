// A pattern over packets, as `until:`, `expect:`, tours and the rules of a wire write it. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "recording/ids.hpp"
#include "sim/scenario/diagnostics.hpp"

namespace wirestory::sim {

// A pattern over packets: `client > server: PSH ACK "hello"`, `udp "x"`, `client > server: 500 bytes`.
struct PacketPattern {
    ActorId from = kNoActor;  // kNoActor: any
    ActorId to = kNoActor;
    std::optional<std::uint16_t> tcp_flags;  // exactly these (ECE and CWR not compared); absent: any
    std::string protocol;                    // "tcp", "udp", "icmp"; empty: any
    std::optional<Bytes> payload;
    std::optional<std::uint32_t> payload_bytes;
    SourceSpan span;
    std::string text;  // as written
};

}  // namespace wirestory::sim
