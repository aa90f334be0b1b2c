// Makes capture files for benchmarks, of our own traffic: many TCP flows side by side, each with handshake, data both
// ways, ACKs, now and then a retransmission, and a close. The same arguments give the same bytes. For benches only.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace wirestory::bench {

struct CaptureSpec {
    std::uint64_t packets = 1'000'000;
    std::uint32_t flows = 20'000;  // open at the same time
    std::uint32_t snap_bytes = 96;
    std::uint32_t payload_bytes = 1448;  // of a data segment
};

// A pcap file with microseconds, Ethernet, IPv4 and TCP with time stamps.
Status make_capture(const std::string& path, const CaptureSpec& spec);

}  // namespace wirestory::bench
