// The kernel's figures of one socket, read into a Sample: SIOCOUTQ, SIOCOUTQNSD, SIOCINQ, SO_MEMINFO, TCP_INFO.
// A figure the kernel refuses (a listener has no queues) is left out of `has`. Knows descriptors only; the caller
// keeps the descriptor open meanwhile. Any thread. What each costs (Linux 6.18): 150 to 260 ns.
#pragma once

#include "recording/recording.hpp"
#include "recording/sample.hpp"

namespace wirestory::sim {

// Which figures: reading all five costs a microsecond, too much for the path of every call.
enum class FigureSet : std::uint8_t {
    kEntry,  // TCP: queues; UDP: queues and memory
    kExit,   // TCP: queues and TCP_INFO (which has the unsent bytes too); UDP: as at entry
    kAll,
};

void read_figures(int fd, SocketFamily family, bool listening, FigureSet set, Sample& sample);

constexpr bool is_tcp(SocketFamily family) { return family == SocketFamily::kTcp || family == SocketFamily::kTcp6; }

}  // namespace wirestory::sim
