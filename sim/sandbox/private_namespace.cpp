#include "sim/sandbox/private_namespace.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/messages.hpp"
#include "base/unique_fd.hpp"
#include "recording/actor_address.hpp"
#include "sim/wire/netlink.hpp"

namespace wirestory::sim {
namespace {

Status write_file(const std::string& path, std::string_view text) {
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd) return fail_errno(tr_format("open {}", path), errno);
    const ssize_t written = ::write(fd.get(), text.data(), text.size());
    if (written < 0) return fail_errno(tr_format("write {} to {}", text, path), errno);
    if (static_cast<std::size_t>(written) != text.size()) return fail("write " + path + ": not all of it was taken");
    return {};
}

Result<std::string> read_file(const std::string& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return fail_errno(tr_format("open {}", path), errno);
    char text[4096];
    const ssize_t length = ::read(fd.get(), text, sizeof text);
    if (length < 0) return fail_errno(tr_format("read {}", path), errno);
    std::string value(text, static_cast<std::size_t>(length));
    while (!value.empty() && value.back() == '\n') value.pop_back();
    return value;
}

Result<std::string> sysctl_path(std::string_view key) {
    const bool characters_fit = std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
               c == '.';
    });
    if (!key.starts_with("net.") || !characters_fit || key.find("..") != std::string_view::npos || key.ends_with('.'))
        return fail(tr_format("sysctl {}: only settings below net. can be pinned in a sandbox", key));
    std::string path = "/proc/sys/" + std::string(key);
    std::replace(path.begin() + 10, path.end(), '.', '/');
    return path;
}

std::string proc_number(const char* path) { return read_file(path).value_or(""); }

}  // namespace

bool has_effective_capability(int capability) {
    __user_cap_header_struct header{};
    header.version = _LINUX_CAPABILITY_VERSION_3;
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
    if (syscall(SYS_capget, &header, data) != 0) return false;
    return (data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability)) != 0;
}

Status enter_network_namespace() {
    if (unshare(CLONE_NEWNET) != 0) return fail_errno(tr("make a private network namespace"), errno);
    return {};
}

// user_namespaces(7): the maps must be written before anything is asked of the new capabilities, and setgroups be
// denied before an ordinary user may write gid_map. Own id onto itself: files keep their owner.
Status enter_user_and_network_namespace() {
    const uid_t uid = geteuid();
    const gid_t gid = getegid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        return fail_errno(tr("make a private user and network namespace"), errno);
    if (Status status = write_file("/proc/self/setgroups", "deny"); !status) return status;
    if (Status status = write_file("/proc/self/uid_map", fmt::format("{} {} 1", uid, uid)); !status) return status;
    return write_file("/proc/self/gid_map", fmt::format("{} {} 1", gid, gid));
}

Status bring_loopback_up() {
    const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!fd) return fail_errno("open a socket to bring lo up", errno);
    ifreq request{};
    std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
    if (ioctl(fd.get(), SIOCGIFFLAGS, &request) != 0) return fail_errno("ask for the flags of lo", errno);
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP | IFF_RUNNING);
    if (ioctl(fd.get(), SIOCSIFFLAGS, &request) != 0) return fail_errno(tr("bring lo up"), errno);
    return {};
}

Status add_ipv6_addresses(std::size_t count) {
    auto netlink = NetlinkSocket::open(0);
    if (!netlink) return tl::unexpected(netlink.error());
    for (std::size_t i = 0; i < count; ++i) {
        const IpAddress address = ipv6_companion(IpAddress::v4((127U << 24U) + 2 + static_cast<std::uint32_t>(i)));
        ifaddrmsg body{};
        body.ifa_family = AF_INET6;
        body.ifa_prefixlen = 128;
        body.ifa_flags = IFA_F_NODAD;
        body.ifa_index = if_nametoindex("lo");
        NetlinkMessage message(RTM_NEWADDR, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, body);
        message.attribute(IFA_LOCAL, address.bytes.data(), address.bytes.size());
        message.attribute(IFA_ADDRESS, address.bytes.data(), address.bytes.size());
        if (Status status = netlink->request(message, "add " + address.to_string() + " to lo"); !status) return status;
    }
    return {};
}

Status write_sysctl(std::string_view key, std::string_view value) {
    const auto path = sysctl_path(key);
    if (!path) return tl::unexpected(path.error());
    if (Status status = write_file(*path, value); !status)
        return fail_errno(fmt::format("sysctl {} = {}", key, value), status.error().error_number);
    return {};
}

Result<std::string> read_sysctl(std::string_view key) {
    const auto path = sysctl_path(key);
    if (!path) return tl::unexpected(path.error());
    return read_file(*path);
}

std::string namespace_cure() {
    if (proc_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1")
        return tr(
            "AppArmor refuses user namespaces to ordinary users here (Ubuntu 24.04 does by default): run as root, "
            "or install the profile in docs/sandbox.md");
    if (proc_number("/proc/sys/kernel/unprivileged_userns_clone") == "0")
        return tr(
            "user namespaces are switched off for ordinary users: run as root, or "
            "sysctl kernel.unprivileged_userns_clone=1");
    if (proc_number("/proc/sys/user/max_user_namespaces") == "0")
        return tr("no user namespace may be made here: run as root, or sysctl user.max_user_namespaces=10000");
    return tr(
        "run as root; in a container, give it CAP_SYS_ADMIN (docker run --cap-add SYS_ADMIN --cap-add NET_ADMIN "
        "--security-opt seccomp=unconfined); see docs/sandbox.md");
}

}  // namespace wirestory::sim
