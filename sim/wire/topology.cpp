#include "sim/wire/topology.hpp"

#include <cerrno>
#include <cstring>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>

#include "sim/sandbox/private_namespace.hpp"
#include "sim/wire/device_settings.hpp"
#include "sim/wire/netlink.hpp"

namespace wirestory::sim {
namespace {

constexpr std::uint32_t kFirstAddress = 10U << 24U | 1U;  // 10.0.0.1
constexpr std::uint8_t kPrefixBits = 24;
// Interface indexes are ours to choose in a fresh namespace. The two ends must differ: by that the kernel takes the
// news of a carrier as urgent (net/core/link_watch.c); otherwise a device may drop its first packets for up to a
// second.
constexpr int kHostIndex = 2;
constexpr int kFirstMiddleIndex = 101;
constexpr DurationNs kLinkUpTimeoutNs = 10 * kSecondNs;
constexpr int kOperUp = 6;  // IF_OPER_UP of <linux/if.h>, which cannot stand beside <net/if.h>
// Longest of what any host may send, so that only the relay, which counts, ever refuses a frame for its length.
constexpr std::uint32_t kMiddleMtuBytes = 65535;

MacAddress mac_of(std::uint8_t group, std::size_t host) {
    return {0x02, 0, 0, 0, group, static_cast<std::uint8_t>(host + 1)};  // locally administered
}

Error with_cure(Error error) {
    if (error.error_number == EPERM || error.error_number == EACCES)
        error.message += "; " + namespace_cure();
    else if (error.error_number == EOPNOTSUPP)
        error.message += "; the kernel lacks veth devices: load the module (modprobe veth), or use link: loopback";
    else if (error.error_number == ENOSPC || error.error_number == EUSERS)
        error.message += "; too many network namespaces: raise user.max_net_namespaces";
    return error;
}

Result<UniqueFd> make_namespace(const std::string& whose) {
    UniqueFd fd;
    Status status;
    // A thread may leave its namespace alone (unshare(2)); it ends here, and the descriptor keeps the new one.
    std::thread([&] {
        if (::unshare(CLONE_NEWNET) != 0) {
            status = fail_errno(fmt::format("wire: make a network namespace for {}", whose), errno);
            return;
        }
        fd = UniqueFd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
        if (!fd) status = fail_errno(fmt::format("wire: open the network namespace of {}", whose), errno);
    }).join();
    if (!status) return tl::unexpected(status.error());
    return fd;
}

Status make_veth_pair(NetlinkSocket& middle, const HostPlace& host, std::size_t number, std::uint32_t mtu) {
    const MacAddress middle_mac = mac_of(1, number);
    ifinfomsg near{};
    near.ifi_index = host.middle_index;
    ifinfomsg far{};
    far.ifi_index = kHostIndex;
    NetlinkMessage message(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL, near);
    message.attribute(IFLA_IFNAME, host.middle_device).attribute_u32(IFLA_MTU, kMiddleMtuBytes);
    message.attribute(IFLA_ADDRESS, middle_mac.data(), middle_mac.size());
    message.begin_nested(IFLA_LINKINFO).attribute(IFLA_INFO_KIND, "veth").begin_nested(IFLA_INFO_DATA);
    message.begin_nested(VETH_INFO_PEER).body(far).attribute(IFLA_IFNAME, kHostDevice);
    message.attribute(IFLA_ADDRESS, host.mac.data(), host.mac.size()).attribute_u32(IFLA_MTU, mtu);
    message.attribute_u32(IFLA_NET_NS_FD, static_cast<std::uint32_t>(host.network_namespace.get()));
    message.end_nested().end_nested().end_nested();
    return middle.request(message, fmt::format("wire: make a veth pair for {}", host.name));
}

Status bring_up(NetlinkSocket& netlink, int index, const std::string& what) {
    ifinfomsg link{};
    link.ifi_index = index;
    link.ifi_flags = IFF_UP;
    link.ifi_change = IFF_UP;
    NetlinkMessage message(RTM_NEWLINK, NLM_F_REQUEST, link);
    return netlink.request(message, fmt::format("wire: bring {} up", what));
}

Status add_address(NetlinkSocket& netlink, const HostPlace& host) {
    const std::uint32_t address = htonl(host.address.v4_host_order());
    ifaddrmsg body{};
    body.ifa_family = AF_INET;
    body.ifa_prefixlen = kPrefixBits;
    body.ifa_index = kHostIndex;
    NetlinkMessage message(RTM_NEWADDR, NLM_F_REQUEST | NLM_F_CREATE, body);
    message.attribute(IFA_LOCAL, &address, sizeof address).attribute(IFA_ADDRESS, &address, sizeof address);
    const std::uint32_t broadcast = htonl(host.address.v4_host_order() | 0xFFU);
    message.attribute(IFA_BROADCAST, &broadcast, sizeof broadcast);
    return netlink.request(message, fmt::format("wire: give {} the address {}", host.name, host.address.to_string()));
}

Status add_route_for_multicast(NetlinkSocket& netlink, const HostPlace& host) {
    const std::uint32_t group = htonl(224U << 24U);
    const std::uint32_t device = kHostIndex;
    rtmsg body{};
    body.rtm_family = AF_INET;
    body.rtm_dst_len = 4;
    body.rtm_table = RT_TABLE_MAIN;
    body.rtm_protocol = RTPROT_STATIC;
    body.rtm_scope = RT_SCOPE_LINK;
    body.rtm_type = RTN_UNICAST;
    NetlinkMessage message(RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_CREATE, body);
    message.attribute(RTA_DST, &group, sizeof group).attribute_u32(RTA_OIF, device);
    return netlink.request(message, fmt::format("wire: add the multicast route of {}", host.name));
}

// A fixed entry for every other host: no ARP is ever spoken.
Status add_neighbours(NetlinkSocket& netlink, const HostPlace& host, const std::vector<HostPlace>& all) {
    for (const HostPlace& other : all) {
        if (&other == &host) continue;
        const std::uint32_t address = htonl(other.address.v4_host_order());
        ndmsg body{};
        body.ndm_family = AF_INET;
        body.ndm_ifindex = kHostIndex;
        body.ndm_state = NUD_PERMANENT;
        NetlinkMessage message(RTM_NEWNEIGH, NLM_F_REQUEST | NLM_F_CREATE, body);
        message.attribute(NDA_DST, &address, sizeof address).attribute(NDA_LLADDR, other.mac.data(), other.mac.size());
        if (Status status = netlink.request(message, fmt::format("wire: tell {} where {} is", host.name, other.name));
            !status)
            return status;
    }
    return {};
}

// Until the carrier is known and a queue attached ("noop" drops everything), packets would vanish without a trace.
bool carries_packets(const nlmsghdr& message, int index) {
    if (message.nlmsg_type != RTM_NEWLINK || message.nlmsg_len < NLMSG_LENGTH(sizeof(ifinfomsg))) return false;
    ifinfomsg link{};
    std::memcpy(&link, reinterpret_cast<const std::byte*>(&message) + NLMSG_HDRLEN, sizeof link);
    if (link.ifi_index != index) return false;
    bool is_up = false;
    bool has_queue = false;
    for_each_attribute(message, sizeof link, [&](std::uint16_t type, ByteView data) {
        if (type == IFLA_OPERSTATE && data.size() == 1) is_up = std::to_integer<int>(data[0]) == kOperUp;
        if (type == IFLA_QDISC) has_queue = !as_text(data).starts_with("noop");
    });
    return is_up && has_queue;
}

Status wait_until_up(NetlinkSocket& netlink, int index, const std::string& what) {
    ifinfomsg link{};
    link.ifi_index = index;
    NetlinkMessage message(RTM_GETLINK, NLM_F_REQUEST, link);
    return netlink.ask_until(message, fmt::format("wire: wait until {} is up", what), kLinkUpTimeoutNs,
                             [index](const nlmsghdr& answer) { return carries_packets(answer, index); });
}

void pin_sysctls(const HostPlace& host, std::vector<RunFact>& facts) {
    for (const PinnedSysctl& sysctl : pinned_sysctls()) {
        const Status status = write_sysctl(sysctl.key, sysctl.value);
        if (!status && status.error().error_number != ENOENT)
            facts.push_back({fmt::format("not pinned on {}", host.name), status.error().message});
    }
}

Status prepare_host(const HostPlace& host, const std::vector<HostPlace>& all, const TopologyOptions& options,
                    std::vector<RunFact>& facts) {
    pin_sysctls(host, facts);
    for (const auto& [key, value] : options.sysctls)
        if (Status status = write_sysctl(key, value); !status) return status;
    if (Status status = bring_loopback_up(); !status) return status;
    if (Status status = turn_offloads_off(kHostDevice); !status) return status;
    auto netlink = NetlinkSocket::open(RTMGRP_LINK);  // the notices are what wait_until_up waits for
    if (!netlink) return tl::unexpected(netlink.error());
    if (Status status = add_address(*netlink, host); !status) return status;
    if (Status status = bring_up(*netlink, kHostIndex, fmt::format("{} of {}", kHostDevice, host.name)); !status)
        return status;
    if (Status status = add_route_for_multicast(*netlink, host); !status) return status;
    if (Status status = add_neighbours(*netlink, host, all); !status) return status;
    return wait_until_up(*netlink, kHostIndex, fmt::format("{} of {}", kHostDevice, host.name));
}

// The middle's ends are made and brought up first: a host's end has its carrier as soon as it comes up itself.
Status prepare_middle(Topology& topology, const TopologyOptions& options) {
    auto netlink = NetlinkSocket::open(0);
    if (!netlink) return tl::unexpected(netlink.error());
    for (std::size_t i = 0; i < topology.hosts.size(); ++i) {
        const HostPlace& host = topology.hosts[i];
        if (Status status = make_veth_pair(*netlink, host, i, options.mtu_bytes); !status) return status;
        if (Status status = turn_offloads_off(host.middle_device); !status) return status;
        if (Status status = bring_up(*netlink, host.middle_index, host.middle_device); !status) return status;
    }
    return {};
}

Status make_namespaces(Topology& topology, const TopologyOptions& options) {
    auto middle = make_namespace("the relay");
    if (!middle) return tl::unexpected(middle.error());
    topology.middle_namespace = std::move(*middle);
    for (std::size_t i = 0; i < options.hosts.size(); ++i) {
        auto place = make_namespace(options.hosts[i]);
        if (!place) return tl::unexpected(place.error());
        HostPlace host;
        host.name = options.hosts[i];
        host.network_namespace = std::move(*place);
        host.address = IpAddress::v4(kFirstAddress + static_cast<std::uint32_t>(i));
        host.mac = mac_of(0, i);
        host.middle_device = fmt::format("to-host{}", i + 1);
        host.middle_index = kFirstMiddleIndex + static_cast<int>(i);
        topology.hosts.push_back(std::move(host));
    }
    return {};
}

Status build(Topology& topology, const TopologyOptions& options) {
    if (Status status = make_namespaces(topology, options); !status) return status;
    // Before any device exists there. Where it is refused (a container's read-only /proc/sys) the wire still works.
    for (const HostPlace& host : topology.hosts)
        if (Status status = run_in_namespace(host.network_namespace.get(), silence_ipv6); !status)
            topology.facts.push_back({fmt::format("not pinned on {}", host.name), status.error().message});
    (void)run_in_namespace(topology.middle_namespace.get(), silence_ipv6);
    if (Status status =
            run_in_namespace(topology.middle_namespace.get(), [&] { return prepare_middle(topology, options); });
        !status)
        return status;
    for (const HostPlace& host : topology.hosts)
        if (Status status =
                run_in_namespace(host.network_namespace.get(),
                                 [&] { return prepare_host(host, topology.hosts, options, topology.facts); });
            !status)
            return status;
    return {};
}

}  // namespace

Status run_in_namespace(int network_namespace, const std::function<Status()>& body) {
    Status status;
    std::thread([&] {
        if (::setns(network_namespace, CLONE_NEWNET) != 0)
            status = fail_errno("wire: join a network namespace", errno);
        else
            status = body();
    }).join();
    return status;
}

Result<Topology> build_topology(const TopologyOptions& options) {
    Topology topology;
    if (Status status = build(topology, options); !status) return tl::unexpected(with_cure(status.error()));
    return topology;
}

}  // namespace wirestory::sim
