// The private network namespace of a run: no port clash, no foreign packet, sysctls of its own, no sudo.
// Affects the calling process for good, so it is entered in a child process that holds the run and nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "recording/recording.hpp"

namespace wirestory::sim {

enum class SandboxKind : std::uint8_t {
    kNetworkNamespace,      // as root, or with CAP_SYS_ADMIN: unshare(CLONE_NEWNET)
    kUserNetworkNamespace,  // as an ordinary user: unshare(CLONE_NEWUSER | CLONE_NEWNET)
    kHostNamespace,         // namespaces refused, but CAP_NET_RAW is there: the host's own loopback
};
std::string_view to_string(SandboxKind kind);

struct Sandbox {
    SandboxKind kind = SandboxKind::kNetworkNamespace;
    std::string capture_filter;   // empty in a private namespace; in the host's, the run's own address block
    std::uint32_t address_block;  // host order; actor n has address_block + 2 + n
    std::vector<RunFact> facts;   // what was pinned and what could not be, for the recording
};

struct SandboxOptions {
    std::vector<std::pair<std::string, std::string>> sysctls;  // scenario's own, after the pinned ones
    bool allow_host_namespace = true;
    std::size_t ipv6_addresses = 64;  // fd00::2 and up, one an actor
};

// Must be called while the process has one thread. Brings `lo` up and pins the sysctls. Fails with a sentence that
// names what was refused and the cure.
Result<Sandbox> enter_sandbox(const SandboxOptions& options);

// One line of `wirestory doctor`.
struct DoctorCheck {
    std::string name;
    bool works = false;
    bool needed = true;
    std::string detail;  // what was seen
    std::string cure;    // when it does not work
};
// Tries everything a run needs on this machine, each in a child process; leaves nothing behind.
std::vector<DoctorCheck> examine_machine();

}  // namespace wirestory::sim
