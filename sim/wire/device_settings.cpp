#include "sim/wire/device_settings.hpp"

#include <cerrno>
#include <cstring>

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/unique_fd.hpp"
#include "sim/sandbox/private_namespace.hpp"

namespace wirestory::sim {
namespace {

struct Offload {
    std::uint32_t command;
    const char* name;
};
// The receiving side of a checksum offload would let a damaged packet pass as checked; scatter-gather goes with
// transmit checksums in the kernel, but is named here for those drivers where it does not.
constexpr Offload kOffloads[] = {
    {ETHTOOL_SGRO, "generic receive offload"},      {ETHTOOL_STSO, "TCP segmentation offload"},
    {ETHTOOL_SGSO, "generic segmentation offload"}, {ETHTOOL_STXCSUM, "transmit checksum offload"},
    {ETHTOOL_SRXCSUM, "receive checksum offload"},  {ETHTOOL_SSG, "scatter-gather"},
};

}  // namespace

Status turn_offloads_off(const std::string& device) {
    const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!fd) return fail_errno("wire: open a socket to set up " + device, errno);
    for (const Offload& offload : kOffloads) {
        ethtool_value value{};
        value.cmd = offload.command;
        ifreq request{};
        std::strncpy(request.ifr_name, device.c_str(), IFNAMSIZ - 1);
        request.ifr_data = reinterpret_cast<char*>(&value);
        // EOPNOTSUPP: the device has no such thing, so it is off.
        if (::ioctl(fd.get(), SIOCETHTOOL, &request) != 0 && errno != EOPNOTSUPP)
            return fail_errno(std::string("wire: turn ") + offload.name + " off on " + device, errno);
    }
    return {};
}

Status silence_ipv6() {
    const Status status = write_sysctl("net.ipv6.conf.default.disable_ipv6", "1");
    if (!status && status.error().error_number != ENOENT) return status;
    return {};
}

}  // namespace wirestory::sim
