#include "sim/sandbox/sandbox.hpp"

#include <cerrno>
#include <cstdlib>

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/messages.hpp"
#include "sim/sandbox/private_namespace.hpp"

namespace wirestory::sim {
namespace {

constexpr std::uint32_t kLoopbackBlock = 127U << 24U;

// The run's own /24 inside 127.0.0.0/8, by process id: runs that share the host's loopback do not meet, and 127.0.0.x,
// where everybody else is, stays out of the capture.
std::uint32_t address_block_of(pid_t process) {
    const auto number = static_cast<std::uint32_t>(process);
    return kLoopbackBlock | (1 + (number >> 8U) % 254) << 16U | (number & 0xFFU) << 8U;
}

// A failed attempt leaves a process in a half-made namespace for good, so it is tried in a child first.
bool user_namespace_works() {
    const pid_t child = fork();
    if (child < 0) return false;
    if (child == 0) _exit(enter_user_and_network_namespace() && bring_loopback_up() ? 0 : 1);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

tl::unexpected<Error> refused(const Error& error) {
    return fail(fmt::format("{}; {}", error.message, namespace_cure()), error.error_number);
}

Result<SandboxKind> enter_namespace(bool host_allowed) {
    if (has_effective_capability(CAP_SYS_ADMIN)) {
        if (enter_network_namespace()) return SandboxKind::kNetworkNamespace;
    }
    // Only who may capture on the host's own loopback has something to fall back to.
    const bool may_fall_back = host_allowed && has_effective_capability(CAP_NET_RAW);
    if (may_fall_back && !user_namespace_works()) return SandboxKind::kHostNamespace;
    if (const Status status = enter_user_and_network_namespace(); !status) return refused(status.error());
    return SandboxKind::kUserNetworkNamespace;
}

void pin_sysctls(std::vector<RunFact>& facts) {
    std::string absent;
    for (const PinnedSysctl& sysctl : pinned_sysctls()) {
        const Status status = write_sysctl(sysctl.key, sysctl.value);
        if (status) {
            facts.push_back({fmt::format("sysctl {}", sysctl.key), sysctl.value});
            continue;
        }
        absent += fmt::format("{}{} ({})", absent.empty() ? "" : ", ", sysctl.key,
                              status.error().error_number == ENOENT ? "not in this kernel's namespaces" : "refused");
    }
    if (!absent.empty()) facts.push_back({"not pinned", absent});
    // These bound what SO_RCVBUF and SO_SNDBUF can ask for, and cannot be set in a namespace.
    for (const char* key : {"net.core.rmem_default", "net.core.rmem_max", "net.core.wmem_default", "net.core.wmem_max"})
        if (const auto value = read_sysctl(key)) facts.push_back({fmt::format("sysctl {}", key), *value + " (host)"});
}

Status pin_own_sysctls(const SandboxOptions& options, SandboxKind kind, std::vector<RunFact>& facts) {
    for (const auto& [key, value] : options.sysctls) {
        if (kind == SandboxKind::kHostNamespace)
            return fail(
                tr_format("sysctl {} = {}: the run uses the host's own network, whose settings are left "
                          "alone; {}",
                          key, value, namespace_cure()));
        if (Status status = write_sysctl(key, value); !status) return status;
        facts.push_back({fmt::format("sysctl {}", key), value + " (scenario)"});
    }
    return {};
}

}  // namespace

std::string_view to_string(SandboxKind kind) {
    switch (kind) {
        case SandboxKind::kNetworkNamespace: return tr_later("private network namespace");
        case SandboxKind::kUserNetworkNamespace: return tr_later("private user and network namespace");
        case SandboxKind::kHostNamespace: return tr_later("the host's own network");
    }
    return "?";
}

Result<Sandbox> enter_sandbox(const SandboxOptions& options) {
    const auto kind = enter_namespace(options.allow_host_namespace);
    if (!kind) return tl::unexpected(kind.error());
    Sandbox sandbox{};
    sandbox.kind = *kind;
    sandbox.facts.push_back({"sandbox", std::string(to_string(*kind))});
    utsname machine{};
    if (uname(&machine) == 0)
        sandbox.facts.push_back({"kernel", fmt::format("{} {}", machine.sysname, machine.release)});
    if (*kind == SandboxKind::kHostNamespace) {
        sandbox.address_block = address_block_of(getpid());
        const std::uint32_t block = sandbox.address_block;
        sandbox.capture_filter = fmt::format("net 127.{}.{}.0/24", (block >> 16U) & 0xFFU, (block >> 8U) & 0xFFU);
        sandbox.facts.push_back({"not pinned", "all sysctls are the host's"});
    } else {
        sandbox.address_block = kLoopbackBlock;
        if (const Status status = bring_loopback_up(); !status) return refused(status.error());
        // Kernels without IPv6 are a fact to know, not a reason to refuse IPv4.
        if (const Status status = add_ipv6_addresses(options.ipv6_addresses); !status)
            sandbox.facts.push_back({"no IPv6", status.error().message});
        pin_sysctls(sandbox.facts);
    }
    if (const Status status = pin_own_sysctls(options, *kind, sandbox.facts); !status)
        return tl::unexpected(status.error());
    return sandbox;
}

}  // namespace wirestory::sim
