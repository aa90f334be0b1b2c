// How many frames each host's device has handed to its veth pair, by the kernel's own count. A frame may then still lie
// in a processor's backlog (net/core/dev.c, softnet_data) when the call that sent it has long returned, and one sent
// later by another host, on another processor, may overtake it there; who wants to know that the relay has it compares
// this count with the relay's. One thread at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "sim/wire/netlink.hpp"
#include "sim/wire/topology.hpp"

namespace wirestory::sim {

class SentFrames {
public:
    static Result<SentFrames> open(const Topology& topology);

    // Frames of host n since open(): what the middle's end of its pair has received (veth counts them for the receiver
    // when it has handed them over). Fails before Linux 4.7, which lacks RTM_GETSTATS.
    Status read(std::vector<std::uint64_t>& frames);

private:
    explicit SentFrames(NetlinkSocket socket) : socket_(std::move(socket)) {}
    Result<std::uint64_t> received(int index);

    NetlinkSocket socket_;
    std::vector<int> devices_;            // the middle's ends, by host
    std::vector<std::uint64_t> at_open_;  // their counts then
};

}  // namespace wirestory::sim
