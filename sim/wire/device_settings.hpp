// Settings of network devices that keep a capture honest and quiet: offloads off, IPv6 silent. Act on the network
// namespace of the calling thread. Errors name the device and the attempt.
#pragma once

#include <string>

#include "base/result.hpp"

namespace wirestory::sim {

// ethtool -K DEVICE rx off tx off sg off tso off gso off gro off: segments of the real size, checksums that are there.
Status turn_offloads_off(const std::string& device);

// For devices made from now on in this namespace: no addresses, so no router solicitation, no duplicate address
// detection and no multicast listener report. Does nothing where the kernel has no IPv6.
Status silence_ipv6();

}  // namespace wirestory::sim
