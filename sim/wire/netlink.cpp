#include "sim/wire/netlink.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>

namespace wirestory::sim {
namespace {

constexpr std::size_t kAnswerBytes = 32 * 1024;  // netlink(7): larger than any message the kernel makes here
constexpr DurationNs kVerdictTimeoutNs = 10 * kSecondNs;

}  // namespace

void NetlinkMessage::start(std::uint16_t type, std::uint16_t flags) {
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = flags;
    append(&header, sizeof header);
}

void NetlinkMessage::append(const void* data, std::size_t bytes) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + NLMSG_ALIGN(bytes));
    if (bytes != 0) std::memcpy(bytes_.data() + at, data, bytes);
}

NetlinkMessage& NetlinkMessage::attribute(std::uint16_t type, const void* data, std::size_t bytes) {
    rtattr header{};
    header.rta_type = type;
    header.rta_len = static_cast<unsigned short>(RTA_LENGTH(bytes));
    append(&header, sizeof header);
    append(data, bytes);
    return *this;
}

NetlinkMessage& NetlinkMessage::attribute(std::uint16_t type, std::string_view text) {
    const std::string closed(text);
    return attribute(type, closed.c_str(), closed.size() + 1);
}

NetlinkMessage& NetlinkMessage::attribute_u32(std::uint16_t type, std::uint32_t value) {
    return attribute(type, &value, sizeof value);
}

NetlinkMessage& NetlinkMessage::begin_nested(std::uint16_t type) {
    open_.push_back(bytes_.size());
    return attribute(type, nullptr, 0);
}

NetlinkMessage& NetlinkMessage::end_nested() {
    const std::size_t at = open_.back();
    open_.pop_back();
    const auto length = static_cast<unsigned short>(bytes_.size() - at);
    std::memcpy(bytes_.data() + at + offsetof(rtattr, rta_len), &length, sizeof length);
    return *this;
}

void NetlinkMessage::ask_for_verdict() {
    std::uint16_t flags = 0;
    std::memcpy(&flags, bytes_.data() + offsetof(nlmsghdr, nlmsg_flags), sizeof flags);
    flags |= NLM_F_REQUEST | NLM_F_ACK;
    std::memcpy(bytes_.data() + offsetof(nlmsghdr, nlmsg_flags), &flags, sizeof flags);
}

ByteView NetlinkMessage::finish(std::uint32_t sequence) {
    const auto length = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data() + offsetof(nlmsghdr, nlmsg_len), &length, sizeof length);
    std::memcpy(bytes_.data() + offsetof(nlmsghdr, nlmsg_seq), &sequence, sizeof sequence);
    return bytes_;
}

Result<NetlinkSocket> NetlinkSocket::open(std::uint32_t groups) {
    UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!fd) return fail_errno("wire: open an rtnetlink socket", errno);
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = groups;
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return fail_errno("wire: bind an rtnetlink socket", errno);
    return NetlinkSocket(std::move(fd));
}

Status NetlinkSocket::send(NetlinkMessage& message, std::string_view attempt) {
    const ByteView bytes = message.finish(++sequence_);
    if (::send(fd_.get(), bytes.data(), bytes.size(), 0) < 0) return fail_errno(attempt, errno);
    return {};
}

Status NetlinkSocket::request(NetlinkMessage& message, std::string_view attempt) {
    int verdict = 0;
    message.ask_for_verdict();
    const Status status = ask_until(message, attempt, kVerdictTimeoutNs, [&](const nlmsghdr& answer) {
        if (answer.nlmsg_type != NLMSG_ERROR || answer.nlmsg_seq != sequence_) return false;
        if (answer.nlmsg_len < NLMSG_LENGTH(sizeof(nlmsgerr))) return false;
        nlmsgerr error{};
        std::memcpy(&error, reinterpret_cast<const std::byte*>(&answer) + NLMSG_HDRLEN, sizeof error);
        verdict = -error.error;
        return true;
    });
    if (!status) return status;
    if (verdict != 0) return fail_errno(attempt, verdict);
    return {};
}

Status NetlinkSocket::ask_until(NetlinkMessage& message, std::string_view attempt, DurationNs timeout,
                                const std::function<bool(const nlmsghdr&)>& done) {
    if (Status status = send(message, attempt); !status) return status;
    const TimeNs deadline = monotonic_now_ns() + timeout;
    alignas(nlmsghdr) std::array<std::byte, kAnswerBytes> answer;
    for (;;) {
        const DurationNs left = deadline - monotonic_now_ns();
        if (left <= 0) return fail(fmt::format("{}: the kernel did not answer", attempt));
        pollfd waiting{fd_.get(), POLLIN, 0};
        const int ready = ::poll(&waiting, 1, static_cast<int>(left / kMillisecondNs) + 1);
        if (ready < 0 && errno != EINTR) return fail_errno(attempt, errno);
        if (ready <= 0) continue;
        const ssize_t received = ::recv(fd_.get(), answer.data(), answer.size(), MSG_DONTWAIT);
        if (received < 0) {
            if (errno == EINTR || errno == EAGAIN || errno == ENOBUFS) continue;
            return fail_errno(attempt, errno);
        }
        auto left_bytes = static_cast<unsigned>(received);
        for (auto* header = reinterpret_cast<nlmsghdr*>(answer.data()); NLMSG_OK(header, left_bytes);
             header = NLMSG_NEXT(header, left_bytes))
            if (done(*header)) return {};
    }
}

void for_each_attribute(const nlmsghdr& message, std::size_t body_bytes,
                        const std::function<void(std::uint16_t type, ByteView data)>& take) {
    const std::size_t start = NLMSG_HDRLEN + NLMSG_ALIGN(body_bytes);
    const ByteView bytes(reinterpret_cast<const std::byte*>(&message), message.nlmsg_len);
    std::size_t at = start;
    while (at + sizeof(rtattr) <= bytes.size()) {
        rtattr header{};
        std::memcpy(&header, bytes.data() + at, sizeof header);
        if (header.rta_len < sizeof(rtattr) || at + header.rta_len > bytes.size()) return;
        take(header.rta_type, bytes.subspan(at + sizeof(rtattr), header.rta_len - sizeof(rtattr)));
        at += RTA_ALIGN(header.rta_len);
    }
}

}  // namespace wirestory::sim
