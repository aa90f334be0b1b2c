#include "sim/run/socket_address.hpp"

#include <algorithm>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace wirestory::sim {

SocketAddress to_socket_address(const Endpoint& endpoint) {
    SocketAddress address;
    if (endpoint.address.version == IpVersion::kV6) {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(endpoint.port);
        std::memcpy(&v6.sin6_addr, endpoint.address.bytes.data(), sizeof v6.sin6_addr);
        std::memcpy(&address.storage, &v6, sizeof v6);
        address.length = sizeof v6;
        return address;
    }
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, endpoint.address.bytes.data(), sizeof v4.sin_addr);
    std::memcpy(&address.storage, &v4, sizeof v4);
    address.length = sizeof v4;
    return address;
}

std::optional<Endpoint> to_endpoint(const SocketAddress& address) {
    if (address.storage.ss_family == AF_INET && address.length >= sizeof(sockaddr_in)) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address.storage, sizeof v4);
        return Endpoint{IpAddress::v4(ntohl(v4.sin_addr.s_addr)), ntohs(v4.sin_port)};
    }
    if (address.storage.ss_family == AF_INET6 && address.length >= sizeof(sockaddr_in6)) {
        sockaddr_in6 v6{};
        std::memcpy(&v6, &address.storage, sizeof v6);
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return Endpoint{IpAddress::v6(bytes), ntohs(v6.sin6_port)};
    }
    return std::nullopt;
}

std::optional<Endpoint> local_endpoint(int fd) {
    SocketAddress address;
    address.make_room();
    if (getsockname(fd, address.get(), &address.length) != 0) return std::nullopt;
    return to_endpoint(address);
}

std::optional<Endpoint> peer_endpoint(int fd) {
    SocketAddress address;
    address.make_room();
    if (getpeername(fd, address.get(), &address.length) != 0) return std::nullopt;
    return to_endpoint(address);
}

}  // namespace wirestory::sim
