// The system calls of a private network namespace: enter one, bring `lo` up, write sysctls. Each names what it tried.
// sandbox.cpp decides which to use; doctor tries them one by one. Affects the calling process for good.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace wirestory::sim {

bool has_effective_capability(int capability);

Status enter_network_namespace();
Status enter_user_and_network_namespace();
Status bring_loopback_up();
// Gives `lo` fd00::2, fd00::3 ...: 127.0.0.0/8 is all local without being asked for, IPv6 has ::1 only.
Status add_ipv6_addresses(std::size_t count);

// `key` with dots ("net.ipv4.tcp_sack"); only keys below net. are accepted, for those alone are the sandbox's own.
Status write_sysctl(std::string_view key, std::string_view value);
Result<std::string> read_sysctl(std::string_view key);

struct PinnedSysctl {
    const char* key;
    const char* value;
};
// What the project pins, so that a run looks the same on every machine; reasons stand beside each in the source.
const std::vector<PinnedSysctl>& pinned_sysctls();

// Why this machine refuses namespaces to an ordinary user, and what helps: a sentence each.
std::string namespace_cure();

}  // namespace wirestory::sim
