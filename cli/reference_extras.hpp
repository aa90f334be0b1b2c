// The extras of `show --reference`: options, window, and what the TCP analysis knows beside flags. Each function adds
// to a line that is being written.
#pragma once

#include <fmt/format.h>

#include "analysis/tcp/segment_details.hpp"
#include "capture/wire/packet.hpp"
#include "recording/recording.hpp"

namespace wirestory::cli {

// `,"x":{...}` of a TCP packet; nothing when there is nothing to tell.
void add_extras(fmt::memory_buffer& out, const PacketTable& packets, const capture::DecodedPacket& packet,
                const analysis::tcp::SegmentDetails& details, std::uint32_t window_bytes);
// `,"vlan":[...]`, `,"tun":true,"inner":{...}` or `,"emb":true`, as far as they apply.
void add_layers(fmt::memory_buffer& out, ByteView frame, const capture::DecodedPacket& packet);
// "tcp", "udp", "icmp", "icmpv6", "ip", "ipv6", "arp", "eth", "other"
std::string_view reference_protocol(const capture::DecodedPacket& packet);
// `,"sp":...` up to the payload's length, as far as the header was captured.
void add_transport(fmt::memory_buffer& out, const capture::DecodedPacket& packet);

}  // namespace wirestory::cli
