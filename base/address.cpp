#include "base/address.hpp"

#include <cstring>

#include <arpa/inet.h>

namespace wirestory {

IpAddress IpAddress::v4(std::uint32_t host_order) {
    IpAddress address;
    address.version = IpVersion::kV4;
    for (unsigned i = 0; i < 4; ++i) address.bytes[i] = static_cast<std::uint8_t>(host_order >> (24U - 8U * i));
    return address;
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& network_order) {
    return IpAddress{IpVersion::kV6, network_order};
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    const std::string terminated{text};
    IpAddress address;
    if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
        address.version = IpVersion::kV4;
        return address;
    }
    if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) {
        address.version = IpVersion::kV6;
        return address;
    }
    return std::nullopt;
}

std::uint32_t IpAddress::v4_host_order() const {
    return static_cast<std::uint32_t>(bytes[0]) << 24U | static_cast<std::uint32_t>(bytes[1]) << 16U |
           static_cast<std::uint32_t>(bytes[2]) << 8U | bytes[3];
}

std::string IpAddress::to_string() const {
    if (version == IpVersion::kNone) return {};
    char text[INET6_ADDRSTRLEN] = {};
    inet_ntop(version == IpVersion::kV4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof text);
    return text;
}

std::string Endpoint::to_string() const {
    const std::string host = address.to_string();
    const std::string bracketed = address.version == IpVersion::kV6 ? "[" + host + "]" : host;
    return bracketed + ":" + std::to_string(port);
}

std::size_t EndpointHash::operator()(const Endpoint& endpoint) const noexcept {
    std::uint64_t words[2];
    std::memcpy(words, endpoint.address.bytes.data(), sizeof words);
    std::uint64_t mixed = words[0] * 0x9e3779b97f4a7c15ULL ^ (words[1] + endpoint.port) * 0xc2b2ae3d27d4eb4fULL;
    mixed ^= mixed >> 29U;
    return static_cast<std::size_t>(mixed * 0xbf58476d1ce4e5b9ULL);
}

}  // namespace wirestory
