#include "sim/run/socket_address.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "base/text.hpp"
#include "sim/scenario/families.hpp"

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

SocketAddress unix_socket_address(std::string_view name) {
    SocketAddress address;
    sockaddr_un path{};
    path.sun_family = AF_UNIX;
    // The first byte stays zero: the abstract namespace.
    const std::size_t size = std::min(name.size(), sizeof path.sun_path - 1);
    std::memcpy(path.sun_path + 1, name.data(), size);
    std::memcpy(&address.storage, &path, sizeof path);
    address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + size);
    return address;
}

std::optional<std::string> unix_name_of(const SocketAddress& address) {
    if (address.length < sizeof(sa_family_t) || address.storage.ss_family != AF_UNIX) return std::nullopt;
    sockaddr_un path{};
    std::memcpy(&path, &address.storage, sizeof path);
    const std::size_t size = address.length - std::min<std::size_t>(address.length, offsetof(sockaddr_un, sun_path));
    if (size < 2) return std::string{};
    return std::string(path.sun_path + 1, std::min(size, sizeof path.sun_path) - 1);
}

std::string address_text(const SocketAddress& address) {
    if (const auto name = unix_name_of(address)) return quote_bytes(as_bytes(*name), kMaxUnixNameBytes);
    const auto endpoint = to_endpoint(address);
    return endpoint ? endpoint->to_string() : std::string{};
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
