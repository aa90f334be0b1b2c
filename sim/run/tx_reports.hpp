// SO_TIMESTAMPING on scripted sockets: the kernel's own word on which send went into which packet, and when it was
// acknowledged (Documentation/networking/timestamping.rst). No privilege needed. Knows descriptors only.
#pragma once

#include <vector>

#include "recording/sample.hpp"

namespace wirestory::sim {

// False when the kernel refuses; on TCP it does so before there is a connection (OPT_ID needs a first sequence number:
// sock_set_timestamping in net/core/sock.c), so call it after connect() and accept().
bool enable_tx_reports(int fd);

// Moves all waiting reports out of the error queue; never blocks.
void drain_tx_reports(int fd, SocketId socket, std::vector<TxReport>& reports);

}  // namespace wirestory::sim
