// A captured packet in the words of the story: who sent it to whom, its flags and payload. Made from a frame and the
// actors' addresses; the same view serves conditions while the story runs and expectations when it has ended.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/address.hpp"
#include "recording/recording.hpp"
#include "sim/run/stage.hpp"
#include "sim/scenario/scenario.hpp"

namespace wirestory::session {

struct PacketView {
    sim::SeenPacket seen;
    Endpoint source;
    Endpoint destination;
};

// Nothing when the frame carries no IP packet. Views into `frame`.
std::optional<PacketView> view_packet(ByteView frame, std::uint32_t link_type, std::uint32_t original_bytes,
                                      std::span<const Actor> actors);

// `client > server: PSH ACK "hello"`, as a pattern would be written.
std::string describe_packet(const sim::SeenPacket& packet, std::span<const Actor> actors);

}  // namespace wirestory::session
