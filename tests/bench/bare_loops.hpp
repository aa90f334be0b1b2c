// What the index is measured against: loops that read a pcap file, parse Ethernet, IP and TCP, find the flow in a hash
// table and keep 36 bytes a packet, and nothing else. They trust the file, know IPv4 only and analyse nothing. Each
// returns the number of packets; 0 when the file cannot be read. `finish` is called while all is still there.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace wirestory::bench {

// As fast as we can write it without hurting readability: the file mapped, the rows' memory reserved.
std::uint64_t tuned_loop(const std::string& path, const std::function<void()>& finish);
// As most programs do it: pcap_next_ex, and the rows in a vector that grows.
std::uint64_t libpcap_loop(const std::string& path, const std::function<void()>& finish);
// pcap_next_ex alone.
std::uint64_t libpcap_reading(const std::string& path, const std::function<void()>& finish);

}  // namespace wirestory::bench
