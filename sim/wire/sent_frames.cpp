#include "sim/wire/sent_frames.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

namespace wirestory::sim {
namespace {

constexpr const char* kAttempt = "wire: ask how many frames a device has sent";
constexpr DurationNs kTimeoutNs = kSecondNs;

}  // namespace

Result<SentFrames> SentFrames::open(const Topology& topology) {
    std::optional<NetlinkSocket> socket;
    const Status opened = run_in_namespace(topology.middle_namespace.get(), [&]() -> Status {
        auto made = NetlinkSocket::open(0);
        if (!made) return tl::unexpected(made.error());
        socket = std::move(*made);
        return {};
    });
    if (!opened) return tl::unexpected(opened.error());
    SentFrames frames(std::move(*socket));
    for (const HostPlace& host : topology.hosts) {
        const auto before = frames.received(host.middle_index);
        if (!before) return tl::unexpected(before.error());
        frames.devices_.push_back(host.middle_index);
        frames.at_open_.push_back(*before);
    }
    return frames;
}

Status SentFrames::read(std::vector<std::uint64_t>& frames) {
    frames.clear();
    for (std::size_t host = 0; host < devices_.size(); ++host) {
        const auto now = received(devices_[host]);
        if (!now) return tl::unexpected(now.error());
        frames.push_back(*now - at_open_[host]);
    }
    return {};
}

Result<std::uint64_t> SentFrames::received(int index) {
    if_stats_msg body{};
    body.ifindex = static_cast<std::uint32_t>(index);
    body.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64);
    NetlinkMessage message(RTM_GETSTATS, NLM_F_REQUEST, body);
    std::optional<std::uint64_t> packets;
    int refused = 0;
    const Status answered = socket_.ask_until(message, kAttempt, kTimeoutNs, [&](const nlmsghdr& answer) {
        if (answer.nlmsg_type == NLMSG_ERROR && answer.nlmsg_len >= NLMSG_LENGTH(sizeof(nlmsgerr))) {
            nlmsgerr error{};
            std::memcpy(&error, NLMSG_DATA(&answer), sizeof error);
            refused = -error.error;
            return true;
        }
        if (answer.nlmsg_type != RTM_NEWSTATS) return false;
        for_each_attribute(answer, sizeof body, [&](std::uint16_t type, ByteView data) {
            rtnl_link_stats64 stats{};
            if (type != IFLA_STATS_LINK_64 || data.size() < sizeof stats.rx_packets) return;
            std::memcpy(&stats, data.data(), std::min(data.size(), sizeof stats));
            packets = stats.rx_packets;
        });
        return true;
    });
    if (!answered) return tl::unexpected(answered.error());
    if (!packets) return fail_errno(kAttempt, refused != 0 ? refused : ENODATA);
    return *packets;
}

}  // namespace wirestory::sim
