// Endpoint <-> sockaddr, and the addresses that the kernel gives a descriptor: IPv4, IPv6, and names of the Unix
// family's abstract namespace (unix(7)), which leave no file behind and belong to the network namespace. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

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
SocketAddress unix_socket_address(std::string_view name);               // at most kMaxUnixNameBytes
std::optional<std::string> unix_name_of(const SocketAddress& address);  // "" for an unnamed socket
// "127.0.0.2:9000", `"printer"`; empty when there is no address.
std::string address_text(const SocketAddress& address);
// Nothing for another family, or for a length that is too short.
std::optional<Endpoint> to_endpoint(const SocketAddress& address);
std::optional<Endpoint> local_endpoint(int fd);
std::optional<Endpoint> peer_endpoint(int fd);

}  // namespace wirestory::sim
