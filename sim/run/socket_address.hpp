// Endpoint <-> sockaddr, and the addresses that the kernel gives a descriptor. IPv4 and IPv6; any thread.
#pragma once

#include <optional>

#include <sys/socket.h>

#include "base/address.hpp"

namespace wirestory::sim {

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length = 0;

    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
    void make_room() { length = sizeof storage; }
};

SocketAddress to_socket_address(const Endpoint& endpoint);
// Nothing for another family, or for a length that is too short.
std::optional<Endpoint> to_endpoint(const SocketAddress& address);
std::optional<Endpoint> local_endpoint(int fd);
std::optional<Endpoint> peer_endpoint(int fd);

}  // namespace wirestory::sim
