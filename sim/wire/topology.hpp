// The stage of a wire: a network namespace for each host, one in the middle for the relay, veth pairs between,
// addresses, fixed neighbours, offloads off, nothing that speaks by itself. Must be made inside a private namespace of
// a process that may do so (enter_sandbox). Everything vanishes with the last descriptor and thread in it: when the
// process ends, however. Knows nothing of impairments. Errors name what was refused and the cure. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/address.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "recording/recording.hpp"
#include "sim/wire/frame_fields.hpp"

namespace wirestory::sim {

constexpr const char* kHostDevice = "eth0";  // the name of every host's end

struct HostPlace {
    std::string name;
    UniqueFd network_namespace;  // for setns(fd, CLONE_NEWNET)
    IpAddress address;           // 10.0.0.(n + 1), /24
    MacAddress mac{};            // 02:00:00:00:00:(n + 1)
    std::string middle_device;   // the other end, in the middle namespace
    int middle_index = 0;        // and its interface index
};

struct Topology {
    std::vector<HostPlace> hosts;
    UniqueFd middle_namespace;
    std::vector<RunFact> facts;  // what could not be pinned
};

struct TopologyOptions {
    std::vector<std::string> hosts;
    std::uint32_t mtu_bytes = 1500;
    std::vector<std::pair<std::string, std::string>> sysctls;  // of every host, after the pinned ones
};

Result<Topology> build_topology(const TopologyOptions& options);

// Runs `body` on a thread of its own inside the namespace and waits for it; the calling thread stays where it is.
Status run_in_namespace(int network_namespace, const std::function<Status()>& body);

}  // namespace wirestory::sim
