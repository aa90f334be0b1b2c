// IpAddress and Endpoint: plain values in network order inside, host order outside. No resolving, no sockets.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace wirestory {

enum class IpVersion : std::uint8_t { kNone, kV4, kV6 };

struct IpAddress {
    IpVersion version = IpVersion::kNone;
    std::array<std::uint8_t, 16> bytes{};  // the first 4 for IPv4; the rest zero

    static IpAddress v4(std::uint32_t host_order);
    static IpAddress v6(const std::array<std::uint8_t, 16>& network_order);
    static std::optional<IpAddress> parse(std::string_view text);

    [[nodiscard]] std::uint32_t v4_host_order() const;
    [[nodiscard]] std::string to_string() const;  // "127.0.0.2", "::1", "" for none
    auto operator<=>(const IpAddress&) const = default;
};

struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;

    [[nodiscard]] std::string to_string() const;  // "127.0.0.2:9000", "[::1]:9000"
    auto operator<=>(const Endpoint&) const = default;
};

struct EndpointHash {
    std::size_t operator()(const Endpoint& endpoint) const noexcept;
};

}  // namespace wirestory
