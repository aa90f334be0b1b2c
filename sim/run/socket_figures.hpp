// The kernel's figures of one socket, read into a Sample: SIOCOUTQ, SIOCOUTQNSD, SIOCINQ, SO_MEMINFO, TCP_INFO.
// A figure the kernel refuses (a listener has no queues) is left out of `has`. Knows descriptors only; the caller
// keeps the descriptor open meanwhile. Any thread. What each costs (Linux 6.18): 150 to 260 ns.
#pragma once

#include "recording/call.hpp"
#include "recording/recording.hpp"
#include "recording/sample.hpp"
#include "sim/scenario/families.hpp"

namespace wirestory::sim {

// Which figures, as Sample::Has bits: reading all five costs a microsecond, too much for the path of every call.
constexpr unsigned kAllFigures = Sample::kOutq | Sample::kOutqNsd | Sample::kInq | Sample::kMemory | Sample::kTcpInfo;

// At a call's entry and exit: the queue that a call of this kind can change (a send leaves the unread bytes as they
// are), and at exit TCP_INFO, which has the unsent bytes too. UDP has its memory figures instead.
constexpr unsigned figures_at(CallKind kind, SocketFamily family, bool exit) {
    unsigned figures = Sample::kOutq | Sample::kInq;
    if (writes_data(kind)) figures = Sample::kOutq;
    if (reads_data(kind)) figures = Sample::kInq;
    if (!is_tcp(family)) return figures | Sample::kMemory;
    return exit ? figures | Sample::kTcpInfo : figures;
}

// Figures that the family does not have are passed over.
void read_figures(int fd, SocketFamily family, bool listening, unsigned figures, Sample& sample);

}  // namespace wirestory::sim
