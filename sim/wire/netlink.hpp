// Hand-made rtnetlink (rtnetlink(7)): a message builder with nested attributes, and a socket that sends a request and
// waits for the kernel's verdict. Only what the wire's topology needs. A socket belongs to the network namespace of the
// thread that opened it. Errors name the attempt. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include <linux/netlink.h>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "base/unique_fd.hpp"

namespace wirestory::sim {

class NetlinkMessage {
public:
    // `body` is the family's fixed header (ifinfomsg, ifaddrmsg, ndmsg).
    template <class Body>
    NetlinkMessage(std::uint16_t type, std::uint16_t flags, const Body& body) {
        start(type, flags);
        append(&body, sizeof body);
    }

    NetlinkMessage& attribute(std::uint16_t type, const void* data, std::size_t bytes);
    NetlinkMessage& attribute(std::uint16_t type, std::string_view text);  // with the closing zero
    NetlinkMessage& attribute_u32(std::uint16_t type, std::uint32_t value);
    NetlinkMessage& begin_nested(std::uint16_t type);
    // A fixed header inside a nested attribute (VETH_INFO_PEER begins with an ifinfomsg).
    template <class Body>
    NetlinkMessage& body(const Body& value) {
        append(&value, sizeof value);
        return *this;
    }
    NetlinkMessage& end_nested();

    void ask_for_verdict();  // NLM_F_ACK: also a request that succeeds is answered
    // Sets the length and the sequence number; the view is valid until the message changes.
    ByteView finish(std::uint32_t sequence);

private:
    void start(std::uint16_t type, std::uint16_t flags);
    void append(const void* data, std::size_t bytes);  // padded to NLMSG_ALIGNTO

    Bytes bytes_;
    std::vector<std::size_t> open_;  // offsets of nested attributes
};

class NetlinkSocket {
public:
    // `groups`: RTMGRP_ bits to be told about; 0 for none.
    static Result<NetlinkSocket> open(std::uint32_t groups);

    // Sends, asking for a verdict (NLM_F_ACK is set here), and waits for it. `attempt` opens the error's sentence.
    Status request(NetlinkMessage& message, std::string_view attempt);

    // Sends a request and hands each message that comes, answers and notices alike, to `done`, until it says true.
    Status ask_until(NetlinkMessage& message, std::string_view attempt, DurationNs timeout,
                     const std::function<bool(const nlmsghdr&)>& done);

private:
    explicit NetlinkSocket(UniqueFd fd) : fd_(std::move(fd)) {}
    Status send(NetlinkMessage& message, std::string_view attempt);

    UniqueFd fd_;
    std::uint32_t sequence_ = 0;
};

// The attributes behind a message's fixed header of `body_bytes`, checked against the message's end.
void for_each_attribute(const nlmsghdr& message, std::size_t body_bytes,
                        const std::function<void(std::uint16_t type, ByteView data)>& take);

}  // namespace wirestory::sim
