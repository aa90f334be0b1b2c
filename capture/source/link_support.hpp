// Which LINKTYPE_ numbers stand for anything a tool can read, and how long their packets can be.
#pragma once

#include <cstdint>

namespace wirestory::capture {

// Numbers that Wireshark 4.0 opens, or that decode() knows. Of most of them the packets are kept undecoded; a number
// that nobody knows is more likely a damaged header than a capture.
bool supported_link_type(std::uint32_t link_type);

// The longest captured length that a packet header may claim; more is damage.
std::uint32_t max_packet_bytes(std::uint32_t link_type);

}  // namespace wirestory::capture
